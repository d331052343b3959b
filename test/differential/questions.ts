import {
  CLASS,
  type EdnsOption,
  encodeMessage,
  name,
  nameFromText,
  typeFromText,
  unwrap,
} from '@zonewire/shared-protocol';
import fc from 'fast-check';
import { label, longest, octetsOf, type Path, pathLength, pathText } from './zones/labels.ts';
import { APEX_LENGTH, type Records } from './zones/zone.ts';

/** What is asked, for a zone under whatever apex. */
export interface Question {
  /** Relative to the apex, or absolute. */
  readonly name: string;
  readonly type: string;
  readonly transport: 'udp' | 'tcp';
  readonly rd: boolean;
  readonly cd: boolean;
  readonly ad: boolean;
  /** undefined: without EDNS. */
  readonly edns: { readonly udpSize: number; readonly dnssecOk: boolean; readonly option: boolean } | undefined;
}

interface QuestionPlan extends Omit<Question, 'name' | 'type'> {
  readonly way: number;
  readonly pick: number;
  readonly label: string;
  readonly label2: string;
  readonly typePick: number;
  readonly flipCase: boolean;
}

const TYPES = [
  ...['A', 'A', 'AAAA', 'TXT', 'MX', 'NS', 'SOA', 'CNAME', 'DNAME', 'DS', 'DS', 'ANY', 'ANY', 'RRSIG', 'NSEC', 'NSEC3'],
  ...['NSEC3PARAM', 'DNSKEY', 'SRV', 'HTTPS', 'CAA', 'PTR', 'TYPE65280', 'TYPE1234', 'CDS', 'NULL', 'SPF', 'TYPE65399'],
];

const plan: fc.Arbitrary<QuestionPlan> = fc.noBias(
  fc.record({
    way: fc.nat(99),
    pick: fc.nat(1_000_000),
    label,
    label2: label,
    typePick: fc.nat(1_000_000),
    flipCase: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    transport: fc.constantFrom<('udp' | 'tcp')[]>('udp', 'udp', 'udp', 'tcp'),
    rd: fc.boolean(),
    cd: fc.constantFrom(false, false, false, true),
    ad: fc.constantFrom(false, false, false, true),
    edns: fc.oneof(
      { weight: 1, arbitrary: fc.constant(undefined) },
      {
        weight: 4,
        arbitrary: fc.record({
          udpSize: fc.constantFrom(1232, 1232, 4096, 512, 65_535, 0, 800),
          dnssecOk: fc.constantFrom(true, true, false),
          option: fc.constantFrom(false, false, false, true),
        }),
      },
    ),
  }),
);

/** Questions in, near, below and outside of a zone. */
export function questionsFor(records: Records, count: number, seed: number): Question[] {
  return fc.sample(plan, { numRuns: count, seed }).map((one) => resolve(records, one));
}

function resolve(records: Records, { way, pick, label, label2, typePick, flipCase, ...rest }: QuestionPlan): Question {
  const record = records[pick % records.length];
  const text = questionName(record.owner, way, pick >>> 8, label, label2);
  // Mostly types that are there, else the answer is nearly always that there are none.
  const own = records.filter(({ owner }) => owner === record.owner);
  const type = typePick % 3 === 0 ? own[(typePick >>> 4) % own.length].type : TYPES[(typePick >>> 4) % TYPES.length];
  return { ...rest, name: flipCase ? flipped(text) : text, type };
}

function questionName(owner: Path, way: number, pick: number, label: string, label2: string): string {
  if (way < 30) return relative(owner);
  if (way < 40) return relative(owner.slice(Math.min(owner.length, 1 + (pick % 3))));
  if (way < 50) return relative([label, ...owner]);
  if (way < 58) return relative([label, ...owner.slice(1)]);
  if (way < 64) return relative([label, label2, ...owner]);
  if (way < 76) return relative(owner.map((one) => (one === '*' ? label : one)));
  if (way < 80) return relative(owner.flatMap((one) => (one === '*' ? [label, label2] : [one])));
  if (way < 86) return relative([near(owner[0] ?? label, pick), ...owner.slice(1)]);
  if (way < 88) return relative(longest(owner, APEX_LENGTH));
  if (way < 90) return relative(longest([label, ...owner], APEX_LENGTH));
  if (way < 92) return relative([...Array.from({ length: 40 + (pick % 60) }, () => 'a'), ...owner]);
  if (way < 97) return '@';
  return ['.', 'test.', 'z999.test.', 'a.b.outside.', 'www.test.'][pick % 5];
}

function relative(path: Path): string {
  return pathLength(path) + APEX_LENGTH <= 255 ? pathText(path) : '@';
}

/** A label just before or behind one in canonical order (RFC 4034 6.1). */
function near(one: string, pick: number): string {
  const octets = octetsOf(one);
  const last = octets.length - 1;
  switch (pick % 4) {
    case 0:
      octets[last] = (octets[last] + 1) & 0xff;
      break;
    case 1:
      octets[last] = (octets[last] + 255) & 0xff;
      break;
    case 2:
      if (octets.length < 63) octets.push(0);
      break;
    default:
      if (octets.length > 1) octets.pop();
  }
  return octets.map((octet) => `\\${String(octet).padStart(3, '0')}`).join('');
}

function flipped(text: string): string {
  return text.replace(/[a-z]/gi, (one) => (one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase()));
}

const UNKNOWN_OPTION: EdnsOption = { code: 65_001, data: new Uint8Array([1, 2, 3]) };

/** The message; its ID is put in by who sends it. */
export function questionBytes(origin: string, question: Question): Uint8Array {
  const { edns, rd, cd, ad } = question;
  return encodeMessage({
    id: 0,
    rd,
    cd,
    ad,
    question: [
      { name: unwrap(nameFromText(question.name, name(origin))), type: typeFromText(question.type)!, class: CLASS.IN },
    ],
    ...(edns
      ? {
          edns: {
            udpSize: edns.udpSize,
            version: 0,
            dnssecOk: edns.dnssecOk,
            extendedRcode: 0,
            options: edns.option ? [UNKNOWN_OPTION] : [],
          },
        }
      : {}),
  });
}

/** As dig's command line would have it. */
export function questionText(origin: string, { name: text, type, transport, rd, cd, ad, edns }: Question): string {
  const absolute = text.endsWith('.') ? text : text === '@' ? origin : `${text}.${origin}`;
  const ednsText = edns
    ? `+bufsize=${edns.udpSize}${edns.dnssecOk ? ' +dnssec' : ''}${edns.option ? ' +ednsopt=65001:010203' : ''}`
    : '+noedns';
  return `${absolute} ${type} +${transport === 'tcp' ? '' : 'no'}tcp +${rd ? '' : 'no'}rec${cd ? ' +cd' : ''}${ad ? ' +ad' : ''} ${ednsText}`;
}
