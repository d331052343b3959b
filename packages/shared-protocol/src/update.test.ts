import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { digKey, feed, type PeerKey } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeMessage } from './message/decode.ts';
import { encodeMessage } from './message/encode.ts';
import { messageId } from './message/header.ts';
import type { Message, MessageDraft } from './message/message.ts';
import { name, nameToText } from './name/name.ts';
import { OPCODE, RCODE } from './record/constants.ts';
import type { ResourceRecord } from './record/record.ts';
import { verifyRequest } from './tsig/request.ts';
import { signMessage } from './tsig/sign.ts';
import { readUpdate, type UpdateRequest } from './update.ts';

const zone = name('example.test.');
const NOTHING = new Uint8Array(0);
const A1 = Uint8Array.of(192, 0, 2, 1);
const A2 = Uint8Array.of(192, 0, 2, 2);
const IN = 1;
const NONE = 254;
const ANY = 255;

function rr(owner: string, type: number, rclass: number, rdata: Uint8Array = NOTHING, ttl = 0): ResourceRecord {
  return { name: name(owner), type, class: rclass, ttl, rdata };
}

function update(draft: Partial<MessageDraft>): Message {
  const bytes = encodeMessage({
    id: 1,
    opcode: OPCODE.UPDATE,
    question: [{ name: zone, type: 6, class: 1 }],
    ...draft,
  });
  const decoded = decodeMessage(bytes);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

const host = name('host.example.test.');

test('RFC 2136 2.4: the five kinds of prerequisite', () => {
  const read = readUpdate(
    update({
      answer: [
        rr('host.example.test.', 1, IN, A1),
        rr('host.example.test.', 255, ANY),
        rr('host.example.test.', 255, NONE),
        rr('HOST.example.test.', 1, IN, A2),
        rr('host.example.test.', 16, ANY),
        rr('host.example.test.', 16, NONE),
        rr('host.example.test.', 16, IN, Uint8Array.of(0)),
      ],
    }),
  );
  expect(read.ok && read.value).toEqual({
    zone,
    prerequisites: [
      { kind: 'name-in-use', name: host },
      { kind: 'name-not-in-use', name: host },
      { kind: 'rrset-exists', name: host, type: 16 },
      { kind: 'rrset-absent', name: host, type: 16 },
      { kind: 'rrset-exists-value', name: host, type: 1, rdatas: [A1, A2] },
      { kind: 'rrset-exists-value', name: host, type: 16, rdatas: [Uint8Array.of(0)] },
    ],
    updates: [],
  });
});

test('RFC 2136 2.5: the four kinds of update, in order', () => {
  const read = readUpdate(
    update({
      authority: [
        rr('host.example.test.', 1, ANY),
        rr('host.example.test.', 1, IN, A1, 300),
        rr('host.example.test.', 1, NONE, A2),
        rr('host.example.test.', 255, ANY),
        rr('example.test.', 2, IN, host, 0),
        rr('example.test.', 2, NONE, host),
      ],
    }),
  );
  expect(read.ok && read.value.updates).toEqual([
    { kind: 'delete-rrset', name: host, type: 1 },
    { kind: 'add', name: host, type: 1, ttl: 300, rdata: A1 },
    { kind: 'delete-record', name: host, type: 1, rdata: A2 },
    { kind: 'delete-name', name: host },
    { kind: 'add', name: zone, type: 2, ttl: 0, rdata: host },
    { kind: 'delete-record', name: zone, type: 2, rdata: host },
  ]);
});

test('records in the additional section are nobody’s business (RFC 2136 2.6)', () => {
  expect(readUpdate(update({ additional: [rr('other.', 1, IN, A1)] }))).toMatchObject({ ok: true });
});

describe('RFC 2136 3.1.1: the zone section', () => {
  const q = { name: zone, type: 6, class: 1 };
  test.each([
    ['an answer', { qr: true }, 'update-is-a-response', RCODE.FORMERR],
    ['no zone', { question: [] }, 'update-zone-count', RCODE.FORMERR],
    ['two zones', { question: [q, q] }, 'update-zone-count', RCODE.FORMERR],
    ['another type than SOA', { question: [{ ...q, type: 1 }] }, 'update-zone-type', RCODE.FORMERR],
    ['another class', { question: [{ ...q, class: 3 }] }, 'update-zone-class', RCODE.NOTAUTH],
  ])('%s', (_, draft, code, rcode) => {
    expect(readUpdate(update(draft))).toMatchObject({ ok: false, error: { code, rcode } });
  });
});

describe('RFC 2136 3.2.5: prerequisites', () => {
  test.each([
    ['TTL not 0, class ANY', rr('example.test.', 1, ANY, NOTHING, 1), 'update-prerequisite-ttl', RCODE.FORMERR],
    ['TTL not 0, class NONE', rr('example.test.', 1, NONE, NOTHING, 1), 'update-prerequisite-ttl', RCODE.FORMERR],
    ['TTL not 0, class of the zone', rr('example.test.', 1, IN, A1, 1), 'update-prerequisite-ttl', RCODE.FORMERR],
    ['outside the zone', rr('example.', 1, ANY), 'update-not-in-zone', RCODE.NOTZONE],
    ['outside the zone, by letters only', rr('badexample.test.', 1, ANY), 'update-not-in-zone', RCODE.NOTZONE],
    ['rdata in class ANY', rr('example.test.', 16, ANY, A1), 'update-prerequisite-rdata', RCODE.FORMERR],
    ['rdata in class NONE', rr('example.test.', 16, NONE, A1), 'update-prerequisite-rdata', RCODE.FORMERR],
    ['another class', rr('example.test.', 16, 3, A1), 'update-prerequisite-class', RCODE.FORMERR],
    ['type ANY with a value', rr('example.test.', 255, IN, A1), 'update-meta-type', RCODE.FORMERR],
    ['type AXFR', rr('example.test.', 252, ANY), 'update-meta-type', RCODE.FORMERR],
  ])('%s', (_, record, code, rcode) => {
    expect(readUpdate(update({ answer: [record] }))).toMatchObject({ ok: false, error: { code, rcode } });
  });
});

describe('RFC 2136 3.4.1.3: updates', () => {
  test.each([
    ['outside the zone', rr('example.', 1, IN, A1), 'update-not-in-zone', RCODE.NOTZONE],
    ['a deletion outside the zone', rr('test.', 255, ANY), 'update-not-in-zone', RCODE.NOTZONE],
    ['adding type ANY', rr('example.test.', 255, IN, A1), 'update-meta-type', RCODE.FORMERR],
    ['adding type AXFR', rr('example.test.', 252, IN, A1), 'update-meta-type', RCODE.FORMERR],
    ['adding type MAILA', rr('example.test.', 254, IN, A1), 'update-meta-type', RCODE.FORMERR],
    ['adding type MAILB', rr('example.test.', 253, IN, A1), 'update-meta-type', RCODE.FORMERR],
    ['deleting an RRset with a TTL', rr('example.test.', 1, ANY, NOTHING, 1), 'update-delete-ttl', RCODE.FORMERR],
    ['deleting an RRset with rdata', rr('example.test.', 16, ANY, A1), 'update-delete-rdata', RCODE.FORMERR],
    ['deleting RRset AXFR', rr('example.test.', 252, ANY), 'update-meta-type', RCODE.FORMERR],
    ['deleting RRset MAILB', rr('example.test.', 253, ANY), 'update-meta-type', RCODE.FORMERR],
    ['deleting one record with a TTL', rr('example.test.', 1, NONE, A1, 1), 'update-delete-ttl', RCODE.FORMERR],
    ['deleting one record of type ANY', rr('example.test.', 255, NONE, A1), 'update-meta-type', RCODE.FORMERR],
    ['another class', rr('example.test.', 16, 3, A1), 'update-class', RCODE.FORMERR],
  ])('%s', (_, record, code, rcode) => {
    expect(readUpdate(update({ authority: [record] }))).toMatchObject({ ok: false, error: { code, rcode } });
    // Nothing before a bad one counts.
    const both = [rr('example.test.', 1, IN, A1, 5), record];
    expect(readUpdate(update({ authority: both }))).toMatchObject({ ok: false, error: { code } });
  });
});

describe('nsupdate and knsupdate against readUpdate', () => {
  const key = { name: name('upd.example.'), algorithm: 'hmac-sha256', secret: new Uint8Array(32).fill(3) } as const;
  const peerKey: PeerKey = {
    name: 'upd.example.',
    algorithm: 'hmac-sha256',
    secret: Buffer.from(key.secret).toString('base64'),
  };
  const socket = createSocket('udp4');
  let received: UpdateRequest[] = [];

  beforeAll(async () => {
    socket.on('message', (request, from) => {
      const verdict = verifyRequest(request, () => key, Date.now() / 1000);
      const decoded = verdict.status === 'ok' ? decodeMessage(verdict.message) : undefined;
      const read = decoded?.ok ? readUpdate(decoded.value) : undefined;
      if (read?.ok) received.push(read.value);
      const rcode = read?.ok ? RCODE.NOERROR : RCODE.FORMERR;
      const answer = encodeMessage({
        id: messageId(request),
        qr: true,
        opcode: OPCODE.UPDATE,
        rcode,
        question: decoded?.ok ? decoded.value.question : [],
      });
      const mac = verdict.status === 'ok' ? verdict.mac : undefined;
      socket.send(signMessage(answer, key, Date.now() / 1000, { requestMac: mac }).bytes, from.port, from.address);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
  });
  afterAll(() => void socket.close());

  test.each(['nsupdate', 'knsupdate'])('%s: every form arrives as what it is', async (command) => {
    received = [];
    const script = `server 127.0.0.1 ${socket.address().port}
zone example.test.
prereq yxdomain a.example.test.
prereq nxdomain b.example.test.
prereq yxrrset c.example.test. MX
prereq nxrrset d.example.test. TXT
prereq yxrrset e.example.test. IN A 192.0.2.1
update add f.example.test. 300 IN MX 10 mail.example.test.
update delete g.example.test. A
update delete h.example.test.
update delete i.example.test. A 192.0.2.2
send
`;
    const { output, code } = await feed(command, digKey(peerKey), script);
    expect([output.trim(), code]).toEqual(['', 0]);
    expect(received).toHaveLength(1);
    const [{ prerequisites, updates }] = received;
    const brief = (one: { kind: string; name: Uint8Array }) => `${one.kind} ${nameToText(one.name)[0]}`;
    expect(prerequisites.map(brief).sort()).toEqual([
      'name-in-use a',
      'name-not-in-use b',
      'rrset-absent d',
      'rrset-exists c',
      'rrset-exists-value e',
    ]);
    expect(updates.map(brief)).toEqual(['add f', 'delete-rrset g', 'delete-name h', 'delete-record i']);
    expect(updates[0]).toMatchObject({
      type: 15,
      ttl: 300,
      rdata: Uint8Array.of(0, 10, ...name('mail.example.test.')),
    });
    expect(updates[3]).toMatchObject({ type: 1, rdata: A2 });
  });
});
