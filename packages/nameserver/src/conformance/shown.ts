import {
  CLASS,
  classToText,
  decodeMessage,
  type Message,
  name,
  nameToText,
  parseRecords,
  type ResourceRecord,
  rcodeToText,
  recordToText,
  typeToText,
  unwrap,
} from '@zonewire/shared-protocol';
import { type Case, type Corner, originOf } from './corner.ts';
import type { Request } from './question.ts';

/** A message as lines that can be compared: a reader sees at once where two of them differ. */
export interface Shown {
  readonly rcode: string;
  readonly flags: string;
  readonly question: string;
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
  readonly edns: string;
}

const FLAGS = ['aa', 'tc', 'rd', 'ra', 'ad', 'cd'] as const;

/** The message that a case expects. */
export function expected(corner: Corner, one: Case, request: Request): Shown {
  const { question, edns } = request;
  const records = (text: string | undefined) => {
    const origin = originOf(corner);
    const all = parseRecords(`$TTL 300\n${(text ?? '').replace(/^ +/gm, '')}\n`, name(origin));
    return lines(
      all.map((record) => ({ ...record, class: question.class === CLASS.CH ? CLASS.CH : CLASS.IN })),
      one,
    );
  };
  const options = one.options ?? [];
  return {
    rcode: one.rcode ?? 'NOERROR',
    flags: one.flags ?? 'aa',
    question: one.questionless ? '' : questionText(question, one),
    answer: records(one.answer),
    authority: records(one.authority),
    additional: records(one.additional),
    edns: edns === undefined || one.edns === 'none' ? '' : ednsText(edns.dnssecOk, options),
  };
}

/** A message that came. */
export function shown(bytes: Uint8Array, one: Case): Shown {
  const message = unwrap(decodeMessage(bytes));
  const { question, edns, answer, authority, additional } = message;
  return {
    rcode: rcodeToText(message.rcode),
    flags: FLAGS.filter((flag) => message[flag as keyof Message]).join(' '),
    question: question.map((each) => questionText(each, one)).join(', '),
    answer: lines(answer, one),
    authority: lines(authority, one),
    additional: lines(additional, one),
    edns:
      edns === undefined
        ? ''
        : ednsText(
            edns.dnssecOk,
            edns.options.map(({ code }) => code),
          ),
  };
}

function ednsText(dnssecOk: boolean, options: readonly number[]): string {
  return ['version 0', ...(dnssecOk ? ['do'] : []), ...options.map((code) => `option ${code}`)].join(', ');
}

function questionText({ name, type, class: qclass }: Message['question'][number], one: Case): string {
  return inCase(`${nameToText(name)} ${classToText(qclass)} ${typeToText(type)}`, one);
}

function lines(records: readonly ResourceRecord[], one: Case): string[] {
  return records.map((record) => inCase(shortened(recordToText(record)), one)).sort();
}

function inCase(text: string, { exact }: Case): string {
  return exact ? text : text.toLowerCase();
}

/** Long rdata tells nobody anything; its length and a sum of it do for comparing. */
function shortened(line: string): string {
  if (line.length <= 400) return line;
  let sum = 0;
  for (let i = 0; i < line.length; i++) sum = (sum * 31 + line.charCodeAt(i)) | 0;
  return `${line.slice(0, 100)} … ${line.length} characters, ${sum}`;
}
