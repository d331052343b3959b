import type { Reply, Rr } from '../wire/read-reply.ts';

export const SECTIONS = ['answer', 'authority', 'additional'] as const;
export type Section = (typeof SECTIONS)[number];

/** One thing that is not the same in two answers to one question. */
export type Difference =
  | {
      readonly what:
        | 'rcode'
        | 'aa'
        | 'tc'
        | 'rd'
        | 'ra'
        | 'ad'
        | 'cd'
        | 'opcode'
        | 'question'
        | 'opt'
        | 'dnssecOk'
        | 'unreadable';
      readonly ours: number | string;
      readonly theirs: number | string;
    }
  /** A record that only one of them has, or has more often. */
  | { readonly what: Section; readonly side: 'ours' | 'theirs'; readonly record: Rr };

const HEADER = ['rcode', 'aa', 'tc', 'rd', 'ra', 'ad', 'cd', 'opcode', 'question'] as const;

/** What differs in flags, RCODE, question, EDNS and the sections, whose order means nothing. */
export function differences(ours: Reply, theirs: Reply): Difference[] {
  const found: Difference[] = [];
  for (const what of HEADER) {
    if (ours[what] !== theirs[what]) found.push({ what, ours: value(ours[what]), theirs: value(theirs[what]) });
  }
  const version = (reply: Reply) => (reply.opt === undefined ? 'none' : `version ${reply.opt.version}`);
  if (version(ours) !== version(theirs)) found.push({ what: 'opt', ours: version(ours), theirs: version(theirs) });
  else if (ours.opt?.dnssecOk !== theirs.opt?.dnssecOk)
    found.push({ what: 'dnssecOk', ours: String(ours.opt?.dnssecOk), theirs: String(theirs.opt?.dnssecOk) });
  for (const section of SECTIONS) compareSection(section, ours[section], theirs[section], found);
  return found;
}

function value(one: number | string | boolean): number | string {
  return typeof one === 'boolean' ? Number(one) : one;
}

function compareSection(what: Section, ours: readonly Rr[], theirs: readonly Rr[], found: Difference[]): void {
  if (ours.length === theirs.length && ours.every((record, i) => record.key === theirs[i].key)) return;
  const left = new Map<string, number>();
  for (const { key } of theirs) left.set(key, (left.get(key) ?? 0) + 1);
  for (const record of ours) {
    const count = left.get(record.key) ?? 0;
    if (count === 0) found.push({ what, side: 'ours', record });
    else left.set(record.key, count - 1);
  }
  for (const record of theirs) {
    const count = left.get(record.key) ?? 0;
    if (count === 0) continue;
    left.set(record.key, count - 1);
    found.push({ what, side: 'theirs', record });
  }
}
