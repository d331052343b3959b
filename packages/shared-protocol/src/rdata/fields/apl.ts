import type { Field } from '../field.ts';
import { TextProblem, tokenText } from '../text-problem.ts';
import type { RdataReader } from '../text-reader.ts';
import { ipv4FromBytes, ipv4ToText, ipv6FromBytes, ipv6ToText } from './addresses.ts';
import { read16 } from './numbers.ts';

/** Address families that have a text form. */
const FAMILY_OCTETS: Readonly<Record<number, number>> = { 1: 4, 2: 16 };

/** Address prefixes (RFC 3123): `1:192.168.32.0/21`, `!` in front says "not"; any number of them, also none. */
export const addressPrefixes: Field = {
  read(input) {
    while (input.more) {
      takePrefix(input);
      input.checkLength();
    }
  },
  check(rdata, at, end) {
    while (at < end) {
      if (at + 4 > end) return -1;
      const octets = FAMILY_OCTETS[read16(rdata, at)];
      const prefix = rdata[at + 2];
      const length = rdata[at + 3] & 0x7f;
      at += 4 + length;
      if (at > end || (length > 0 && rdata[at - 1] === 0)) return -1;
      if (octets !== undefined && (length > octets || prefix > octets * 8)) return -1;
    }
    return at;
  },
  print(rdata, at, end, output) {
    while (at < end) {
      const family = read16(rdata, at);
      const octets = FAMILY_OCTETS[family];
      if (octets === undefined) return -1;
      const length = rdata[at + 3] & 0x7f;
      const address = new Uint8Array(octets);
      address.set(rdata.subarray(at + 4, at + 4 + length));
      const text = family === 1 ? ipv4ToText(address) : ipv6ToText(address);
      output.word(`${rdata[at + 3] >= 0x80 ? '!' : ''}${family}:${text}/${rdata[at + 2]}`);
      at += 4 + length;
    }
    return end;
  },
};

function takePrefix(input: RdataReader): void {
  const { scanner } = input;
  input.expectWord();
  const parts = /^(!?)([12]):([0-9a-f:.]+)\/(\d{1,3})$/i.exec(tokenText(scanner).slice(1, -1));
  const wrong = () =>
    new TextProblem(
      'apl-invalid',
      `${tokenText(scanner)} is not an address prefix; write 1:192.0.2.0/24 or 2:2001:db8::/32, with "!" in front for "not"`,
    );
  if (parts === null) throw wrong();
  const family = Number(parts[2]);
  const prefix = Number(parts[4]);
  const octets = FAMILY_OCTETS[family];
  const text = Uint8Array.from(parts[3], (c) => c.charCodeAt(0));
  const address = new Uint8Array(16);
  const good = (family === 1 ? ipv4FromBytes : ipv6FromBytes)(text, 0, text.length, address, 0);
  if (!good || prefix > octets * 8) throw wrong();
  let length = octets;
  while (length > 0 && address[length - 1] === 0) length--;
  input.put16(family);
  input.put8(prefix);
  input.put8((parts[1] === '' ? 0 : 0x80) | length);
  input.putBytes(address.subarray(0, length));
  scanner.next();
}
