import { encodeMessage, name, parseRecords } from '@zonewire/shared-protocol';
import packet from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { readReply } from './read-reply.ts';

const text = (value: string) => String.fromCharCode(...name(value)).toLowerCase();

describe('readReply', () => {
  it('reads what dns-packet writes, names uncompressed and in lower case (RFC 1035 4.1)', () => {
    const reply = readReply(
      packet.encode({
        type: 'response',
        id: 7,
        flags: packet.AUTHORITATIVE_ANSWER | packet.RECURSION_DESIRED,
        questions: [{ type: 'MX', name: 'Example.test' }],
        answers: [
          { type: 'MX', name: 'Example.test', ttl: 60, data: { preference: 5, exchange: 'MAIL.example.test' } },
        ],
        authorities: [{ type: 'NS', name: 'example.test', ttl: 2 ** 31 - 1, data: 'ns.example.test' }],
        additionals: [
          { type: 'A', name: 'mail.example.test', ttl: 1, data: '192.0.2.1' },
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: 1232,
            extendedRcode: 1,
            ednsVersion: 0,
            flags: 0x8000,
            flag_do: true,
            options: [],
          },
        ],
      }),
    );
    expect(reply).toMatchObject({
      aa: true,
      rd: true,
      tc: false,
      ad: false,
      rcode: 16,
      opt: { dnssecOk: true, version: 0 },
    });
    expect(reply.answer).toMatchObject([
      { owner: text('example.test.'), type: 15, ttl: 60, rdata: `\0\x05${text('mail.example.test.')}` },
    ]);
    expect(reply.authority).toMatchObject([{ ttl: 2 ** 31 - 1, rdata: text('ns.example.test.') }]);
    expect(reply.additional).toMatchObject([{ owner: text('mail.example.test.'), rdata: '\xc0\0\x02\x01' }]);
  });

  it('follows compression, and keeps octets that are no names as they are', () => {
    const answer = parseRecords(
      ['a.Example.test. 60 IN TXT "UPPER"', 'b.example.test. 60 IN SOA A.example.test. b.example.test. 1 2 3 4 5'].join(
        '\n',
      ),
    );
    const bytes = encodeMessage({ id: 1, qr: true, answer });
    const [txt, soa] = readReply(bytes).answer;
    expect(txt).toMatchObject({ owner: text('a.example.test.'), rdata: '\x05UPPER' });
    expect(soa.rdata).toBe(
      `${text('a.example.test.')}${text('b.example.test.')}\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04\0\0\0\x05`,
    );
  });

  it.each([
    ['a pointer to itself', [0xc0, 12, 0, 1, 0, 1]],
    ['a name that ends with the message', [3, 0x61]],
    ['octets behind the end', [0, 0, 1, 0, 1, 9]],
  ])('throws on %s', (_what, question) => {
    expect(() => readReply(Uint8Array.from([0, 0, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...question]))).toThrow();
  });

  it('throws on a question that came back', () => {
    expect(() => readReply(new Uint8Array(12))).toThrow('not a response');
  });
});
