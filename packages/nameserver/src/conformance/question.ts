import {
  CLASS,
  type Edns,
  encodeMessage,
  MAX_MESSAGE,
  name,
  type Question,
  typeFromText,
} from '@zonewire/shared-protocol';
import type { Case } from './corner.ts';

/** A request as it goes out, and what its answer is measured by. */
export interface Request {
  readonly bytes: Uint8Array;
  readonly transport: 'udp' | 'tcp';
  /** As large as an answer may be: 512 octets over UDP without EDNS (RFC 1035 4.2.1), else what the request offers. */
  readonly sizeLimit: number;
  readonly question: Question;
  readonly edns: Edns | undefined;
  readonly rd: boolean;
}

const CLASSES: Readonly<Record<string, number>> = {
  IN: CLASS.IN,
  CH: CLASS.CH,
  HS: CLASS.HS,
  ANY: CLASS.ANY,
  NONE: CLASS.NONE,
};

/**
 * Reads a case's question: `NAME [CLASS] TYPE +FLAG…`. Flags: `tcp`, `edns` (1232 octets), `bufsize=N`, `do`, `version=N`, `opt=CODE` or
 * `opt=CODE:HEX`, `opcode=N`, and `rd`, `ad`, `cd`, `aa`, `tc`, `ra`, `qr` in the header. A class behind the name needs a type behind it.
 */
export function readRequest({ ask, bytes }: Case, origin: string, id: number): Request {
  const words = ask.split(' ');
  const flags = new Map<string, string | undefined>();
  for (const word of words.filter((word) => word.startsWith('+'))) {
    const [flag, value] = word.slice(1).split('=');
    flags.set(flag, value);
  }
  const [owner, ...rest] = words.filter((word) => !word.startsWith('+'));
  const type = rest.at(-1) ?? 'A';
  const question: Question = {
    name: name(owner, name(origin)),
    type: typeFromText(type) ?? badFlag(`type ${type}`),
    class: rest.length > 1 ? (CLASSES[rest[0]] ?? badFlag(`class ${rest[0]}`)) : CLASS.IN,
  };
  const edns = readEdns(words, flags);
  const isTcp = flags.has('tcp');
  const header = Object.fromEntries(['rd', 'ad', 'cd', 'aa', 'tc', 'ra', 'qr'].map((flag) => [flag, flags.has(flag)]));
  const opcode = Number(flags.get('opcode') ?? 0);
  const octets =
    bytes === undefined ? encodeMessage({ id, opcode, ...header, question: [question], edns }) : fromHex(bytes);
  octets[0] = id >> 8;
  octets[1] = id;
  return {
    bytes: octets,
    transport: isTcp ? 'tcp' : 'udp',
    sizeLimit: isTcp ? MAX_MESSAGE : Math.max(512, edns?.udpSize ?? 512),
    question,
    edns,
    rd: flags.has('rd'),
  };
}

const EDNS_FLAGS = ['edns', 'bufsize', 'do', 'version', 'opt'];

function readEdns(words: readonly string[], flags: ReadonlyMap<string, string | undefined>): Edns | undefined {
  if (!EDNS_FLAGS.some((flag) => flags.has(flag))) return undefined;
  const options = words
    .filter((word) => word.startsWith('+opt='))
    .map((word) => {
      const [code, data = ''] = word.slice(5).split(':');
      return { code: Number(code), data: fromHex(data) };
    });
  return {
    udpSize: Number(flags.get('bufsize') ?? 1232),
    version: Number(flags.get('version') ?? 0),
    dnssecOk: flags.has('do'),
    extendedRcode: 0,
    options,
  };
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/\s+/g, ''), 'hex'));
}

function badFlag(what: string): never {
  throw new Error(`the table asks for an unknown ${what}`);
}
