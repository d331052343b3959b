import type { Field } from '../field.ts';
import { TextProblem, tokenText } from '../text-problem.ts';
import type { RdataReader } from '../text-reader.ts';
import { ipv4, ipv6 } from './addresses.ts';
import { base64Text, hexText, takeBase64, takeHexWord } from './binary.ts';
import { name, nameEnd } from './names.ts';
import { read16 } from './numbers.ts';

/** What stands in the place of a gateway or relay, by its type: nothing, an IPv4 or IPv6 address, a name. */
const GATEWAY: readonly Field[] = [
  {
    read(input) {
      const { scanner } = input;
      input.expectWord();
      if (scanner.stop !== scanner.start + 1 || scanner.bytes[scanner.start] !== 0x2e)
        throw new TextProblem('gateway-invalid', `${tokenText(scanner)} must be "." for the type 0, none`);
      scanner.next();
    },
    check: (_, at) => at,
    print(_rdata, at, _end, output) {
      output.word('.');
      return at;
    },
  },
  ipv4,
  ipv6,
  name,
];

/** IPSECKEY (RFC 4025 2): gateway type, algorithm, and the gateway in the form its type says. */
export const ipseckeyGateway: Field = {
  read(input) {
    const type = takeGatewayType(input);
    input.put8(type);
    input.put8(input.takeDecimal(0xff));
    GATEWAY[type].read(input);
  },
  check: (rdata, at, end) => (at + 2 <= end ? (GATEWAY[rdata[at]]?.check(rdata, at + 2, end) ?? -1) : -1),
  print(rdata, at, end, output) {
    output.word(`${rdata[at]} ${rdata[at + 1]}`);
    return GATEWAY[rdata[at]].print(rdata, at + 2, end, output);
  },
};

/** AMTRELAY (RFC 8777 4.2): the discovery bit, the relay's type in 7 bits, the relay. */
export const amtRelay: Field = {
  read(input) {
    const discovery = input.takeDecimal(1);
    const type = takeGatewayType(input);
    input.put8((discovery << 7) | type);
    GATEWAY[type].read(input);
  },
  // A relay of a type not yet defined is any octets.
  check: (rdata, at, end) => (at < end ? (GATEWAY[rdata[at] & 0x7f]?.check(rdata, at + 1, end) ?? end) : -1),
  print(rdata, at, end, output) {
    if (GATEWAY[rdata[at] & 0x7f] === undefined) return -1;
    output.word(`${rdata[at] >>> 7} ${rdata[at] & 0x7f}`);
    return GATEWAY[rdata[at] & 0x7f].print(rdata, at + 1, end, output);
  },
};

/** HIP (RFC 8005 5): lengths first on the wire; in text the algorithm, the tag in hex and the key in base64, a word each. */
export const hostIdentity: Field = {
  read(input) {
    const start = input.length;
    input.put32(0);
    input.bytes[start + 1] = input.takeDecimal(0xff);
    input.bytes[start] = takeHexWord(input, 255);
    const keyAt = input.length;
    takeBase64(input, true);
    const keyLength = input.length - keyAt;
    input.checkLength();
    input.bytes[start + 2] = keyLength >>> 8;
    input.bytes[start + 3] = keyLength;
  },
  check(rdata, at, end) {
    if (at + 4 > end) return -1;
    const keyLength = read16(rdata, at + 2);
    const stop = at + 4 + rdata[at] + keyLength;
    return rdata[at] > 0 && keyLength > 0 && stop <= end ? stop : -1;
  },
  print(rdata, at, _, output) {
    const tagEnd = at + 4 + rdata[at];
    const keyEnd = tagEnd + read16(rdata, at + 2);
    output.word(`${rdata[at + 1]} ${hexText(rdata, at + 4, tagEnd)} ${base64Text(rdata, tagEnd, keyEnd)}`);
    return keyEnd;
  },
};

/** A6 (RFC 2874 3.1): prefix length, the address bits behind the prefix, and the name of the prefix unless it is 0 bits. */
export const a6: Field = {
  read(input) {
    const prefix = input.takeDecimal(128);
    input.put8(prefix);
    if (prefix < 128) {
      const start = input.length;
      ipv6.read(input);
      const skipped = prefix >>> 3;
      input.bytes.copyWithin(start, start + skipped, start + 16);
      input.length -= skipped;
      input.bytes[start] &= 0xff >>> (prefix & 7);
    }
    if (prefix > 0) input.takeName();
  },
  check(rdata, at, end) {
    if (at >= end || rdata[at] > 128) return -1;
    const prefix = rdata[at];
    const suffixEnd = at + 1 + 16 - (prefix >>> 3);
    if (suffixEnd > end) return -1;
    // Bits that belong to the prefix are zero, or the text would not read back.
    if (prefix < 128 && (rdata[at + 1] & ~(0xff >>> (prefix & 7))) !== 0) return -1;
    return prefix === 0 ? suffixEnd : nameEnd(rdata, suffixEnd, end);
  },
  print(rdata, at, end, output) {
    const prefix = rdata[at];
    const skipped = prefix >>> 3;
    const suffixEnd = at + 1 + 16 - skipped;
    output.word(prefix);
    if (prefix < 128) {
      const address = new Uint8Array(16);
      address.set(rdata.subarray(at + 1, suffixEnd), skipped);
      ipv6.print(address, 0, 16, output);
    }
    return prefix === 0 ? suffixEnd : name.print(rdata, suffixEnd, end, output);
  },
  lowercasedFrom: (rdata, at) => at + 1 + 16 - (rdata[at] >>> 3),
};

function takeGatewayType(input: RdataReader): number {
  const type = input.peekDecimal(3);
  if (type < 0) {
    input.expectWord();
    const token = tokenText(input.scanner);
    throw new TextProblem('gateway-invalid', `${token} is not a gateway type: 0 none, 1 IPv4, 2 IPv6, 3 name`);
  }
  input.scanner.next();
  return type;
}
