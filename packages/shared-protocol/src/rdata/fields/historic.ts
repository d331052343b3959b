import type { Field } from '../field.ts';
import { TextProblem, tokenText } from '../text-problem.ts';
import type { RdataReader } from '../text-reader.ts';
import { hexText } from './binary.ts';

/** Fields of types of the nineties: WKS, NSAP, ATMA. */

const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17 };
/** The well-known services of RFC 1010's time; any other is written as its port. */
const SERVICES: Readonly<Record<string, number>> = {
  echo: 7,
  discard: 9,
  daytime: 13,
  chargen: 19,
  'ftp-data': 20,
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  time: 37,
  domain: 53,
  tftp: 69,
  gopher: 70,
  finger: 79,
  http: 80,
  pop3: 110,
  sunrpc: 111,
  nntp: 119,
  ntp: 123,
  imap: 143,
  snmp: 161,
  https: 443,
};

/** Protocol and bit map of ports (RFC 1035 3.4.2); printed as numbers. */
export const services: Field = {
  read(input) {
    input.expectWord();
    let protocol = input.peekDecimal(0xff);
    if (protocol < 0) protocol = PROTOCOLS[tokenText(input.scanner).slice(1, -1).toLowerCase()] ?? -1;
    if (protocol < 0)
      throw new TextProblem(
        'mnemonic-unknown',
        `${tokenText(input.scanner)} is not a protocol; write tcp, udp or its number`,
      );
    input.put8(protocol);
    input.scanner.next();
    const map = new Uint8Array(8192);
    let length = 0;
    while (input.more) {
      input.expectWord();
      let port = input.peekDecimal(0xffff);
      if (port < 0) port = SERVICES[tokenText(input.scanner).slice(1, -1).toLowerCase()] ?? -1;
      if (port < 0)
        throw new TextProblem(
          'mnemonic-unknown',
          `${tokenText(input.scanner)} is not a known service; write its port number`,
        );
      map[port >>> 3] |= 0x80 >>> (port & 7);
      length = Math.max(length, (port >>> 3) + 1);
      input.scanner.next();
    }
    input.putBytes(map.subarray(0, length));
  },
  check: (rdata, at, end) => (at < end && end - at - 1 <= 8192 && (end - at === 1 || rdata[end - 1] !== 0) ? end : -1),
  print(rdata, at, end, output) {
    output.word(rdata[at]);
    for (let bit = 0; bit < (end - at - 1) * 8; bit++)
      if ((rdata[at + 1 + (bit >>> 3)] & (0x80 >>> (bit & 7))) !== 0) output.word(bit);
    return end;
  },
};

/** Longer addresses than any there ever was have the form of RFC 3597 only, so that no hostile word is long to match. */
const MAX_ADDRESS = 255;

/** NSAP (RFC 1706 7): hex behind `0x`, dots for the reader. */
export const nsap: Field = {
  read(input) {
    input.expectWord();
    const { scanner } = input;
    const digits = /^0x([0-9a-f.+]+)$/i.exec(shortWord(input))?.[1].replace(/[.+]/g, '');
    if (digits === undefined || digits === '' || digits.length % 2 !== 0)
      throw new TextProblem('hex-invalid', `${tokenText(scanner)} is not an NSAP; write it like 0x47.0005.80`);
    input.putBytes(Uint8Array.fromHex(digits));
    scanner.next();
  },
  check: (_, at, end) => (at < end ? end : -1),
  print(rdata, at, end, output) {
    if (end - at > MAX_ADDRESS) return -1;
    output.word(`0x${hexText(rdata, at, end)}`);
    return end;
  },
};

/** ATM address: `+` and digits (E.164, format 1), or hex (format 0). */
export const atmAddress: Field = {
  read(input) {
    input.expectWord();
    const { scanner } = input;
    const word = shortWord(input);
    const hex = word.replace(/\./g, '');
    if (/^\+\d+$/.test(word)) {
      input.put8(1);
      input.putBytes(Uint8Array.from(word.slice(1), (c) => c.charCodeAt(0)));
    } else if (/^([0-9a-f]{2})+$/i.test(hex)) {
      input.put8(0);
      input.putBytes(Uint8Array.fromHex(hex));
    } else {
      throw new TextProblem('atma-invalid', `${tokenText(scanner)} is neither hex nor "+" and digits`);
    }
    scanner.next();
  },
  check(rdata, at, end) {
    if (end - at < 2) return -1;
    for (let i = at + 1; rdata[at] === 1 && i < end; i++) if (rdata[i] < 0x30 || rdata[i] > 0x39) return -1;
    return end;
  },
  print(rdata, at, end, output) {
    if (rdata[at] > 1 || end - at > MAX_ADDRESS) return -1;
    if (rdata[at] === 0) output.word(hexText(rdata, at + 1, end));
    else output.word(`+${String.fromCharCode(...rdata.subarray(at + 1, end))}`);
    return end;
  },
};

/** The current word; '' when it is longer than an address with a dot behind each digit. */
function shortWord(input: RdataReader): string {
  const { bytes, start, stop } = input.scanner;
  return stop - start > 4 * MAX_ADDRESS + 2 ? '' : String.fromCharCode(...bytes.subarray(start, stop));
}
