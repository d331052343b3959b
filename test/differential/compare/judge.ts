import type { Reply } from '../wire/read-reply.ts';
import { type Difference, differences } from './differences.ts';
import type { Case, Explanation } from './explanation.ts';
import { chainOf } from './reply-facts.ts';

/** Says which differences between our answer and one peer's nobody can explain, and counts which explanations were needed. */
export class Judge {
  readonly explanations: readonly Explanation[];
  /** How often each explanation was the reason for something, by name. */
  readonly uses = new Map<string, number>();

  constructor(explanations: readonly Explanation[]) {
    this.explanations = explanations;
    for (const { name } of explanations) this.uses.set(name, 0);
  }

  /** `theirs`: or why their answer cannot be read. */
  judge(facts: Omit<Case, 'all' | 'final' | 'chain' | 'theirs'> & { theirs: Reply | string }): Difference[] {
    const { ours, whole } = facts;
    const theirs = typeof facts.theirs === 'string' ? ours : facts.theirs;
    const all: Difference[] =
      typeof facts.theirs === 'string'
        ? [{ what: 'unreadable', ours: '', theirs: facts.theirs }]
        : // Of a truncated answer only the header counts (RFC 2181 9); the whole one is held against those that are not truncated.
          theirs.tc
          ? differences(withSectionsOf(theirs, ours), theirs)
          : differences(ours.tc ? withSectionsOf(whole, ours) : ours, theirs);
    const chain = chainOf(facts.qname, whole);
    const at: Case = { ...facts, theirs, all, final: chain.at(-1)!, chain };
    const used = new Set<string>();
    const left = all.filter((difference) => {
      const found = this.explanations.find((one) => one.peers.includes(at.peer) && one.explains(difference, at));
      if (found) used.add(found.name);
      return found === undefined;
    });
    for (const name of used) this.uses.set(name, (this.uses.get(name) ?? 0) + 1);
    return left;
  }
}

function withSectionsOf({ answer, authority, additional }: Reply, reply: Reply): Reply {
  return { ...reply, answer, authority, additional };
}

/** What no answer of ours may be, whatever others say: one over UDP is the one over TCP, cut where there was no room and TC says so. */
export function ownFault(ours: Reply, whole: Reply, limit: number): string | undefined {
  if (ours.bytes.length > limit) return `ours has ${ours.bytes.length} octets, ${limit} are allowed (RFC 6891 6.2.3)`;
  if (ours.rcode !== whole.rcode || ours.aa !== whole.aa) return 'RCODE or AA is another one over TCP';
  const keys = (reply: Reply, section: 'answer' | 'authority' | 'additional') =>
    reply[section].map((record) => record.key);
  const all = new Set(keys(whole, 'additional'));
  if (!keys(ours, 'additional').every((key) => all.has(key))) return 'additional data that is not there over TCP';
  const isCut = (['answer', 'authority'] as const).some(
    (section) => keys(ours, section).join() !== keys(whole, section).join(),
  );
  if (isCut && !ours.tc) return 'answer or authority is cut and TC is not set (RFC 2181 9)';
  if (ours.tc && whole.bytes.length <= limit) return 'TC is set, and everything would have fitted (RFC 2181 9)';
  return undefined;
}
