import {
  decodeMessage,
  expireOption,
  type RecordSink,
  readExpire,
  TYPE,
  tsigLength,
  unwrap,
} from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import { describe, expect, test } from 'vitest';
import { history, key, receive, request, stream, tcp, transferOut } from '../fixtures/transfers.ts';

describe('AXFR over TCP (RFC 5936 4.1)', () => {
  test('RFC 5936 2.2: the whole zone, SOA first and last, question in the first message only', () => {
    const { versions, source } = history(5_000, []);
    const out = transferOut();
    const messages = stream(out.answer(request('axfr'), tcp, source()));
    expect(messages.length).toBeGreaterThan(4);
    for (const message of messages) expect(message.length).toBeLessThanOrEqual(16_384);
    const decoded = messages.map((message) => unwrap(decodeMessage(message)));
    expect(decoded.map(({ question }) => question.length)).toEqual([1, ...decoded.slice(1).map(() => 0)]);
    expect(decoded.every(({ id, qr, aa, rcode }) => id === 4711 && qr && aa && rcode === 0)).toBe(true);
    const records = decoded.flatMap(({ answer }) => answer);
    expect(records[0].type).toBe(TYPE.SOA);
    expect(records.filter(({ type }) => type === TYPE.SOA)).toHaveLength(2);
    expect(records[records.length - 1].type).toBe(TYPE.SOA);
    const received = receive(messages, 'axfr');
    expect(received.outcome).toBe('zone');
    expect(received.version.digest()).toBe(versions[0].digest());
    expect(out.counters).toMatchObject({ axfr: 1, messages: messages.length, records: 5_004, aborted: 0 });
    expect(out.counters.bytes).toBe(messages.reduce((sum, message) => sum + message.length, 0));
    expect(out.slots.active).toBe(0);
  });

  test('messages are made as they are taken: the first costs nothing of the rest', () => {
    const { versions } = history(5_000, []);
    let given = 0;
    const version = Object.create(versions[0], {
      forEachRecordInSteps: {
        *value(sink: RecordSink, names: number) {
          for (const _ of versions[0].forEachRecordInSteps(sink, names)) {
            given += names;
            yield;
          }
        },
      },
      soaRecord: { value: versions[0].soaRecord },
    }) as ZoneVersion;
    const out = transferOut();
    const source = { version, secondsToExpire: 1, diffsFrom: () => undefined };
    const answer = out.answer(request('axfr'), tcp, source);
    expect(given).toBe(0);
    const messages = (answer as { messages: IterableIterator<Uint8Array> }).messages;
    messages.next();
    expect(given).toBeLessThan(1_000);
    messages.return?.();
    expect(out.counters.aborted).toBe(1);
    expect(out.slots.active).toBe(0);
  });

  test('RFC 8945 5.3.1: every message leaves room for the largest TSIG record', () => {
    const { source } = history(5_000, []);
    const messages = stream(transferOut().answer(request('axfr'), { ...tcp, key }, source()));
    for (const message of messages) expect(message.length).toBeLessThanOrEqual(16_384 - tsigLength(key));
  });

  test('RFC 7314: EXPIRE in the first message exactly when asked for; no OPT record without one in the request', () => {
    const { source } = history(2_000, []);
    const edns = { udpSize: 1232, version: 0, dnssecOk: false, extendedRcode: 0, options: [expireOption()] };
    const asked = stream(transferOut().answer(request('axfr', undefined, { edns }), tcp, source())).map((message) =>
      unwrap(decodeMessage(message)),
    );
    expect(readExpire(asked[0].edns)).toBe(604_800);
    expect(asked.slice(1).every((message) => message.edns === undefined)).toBe(true);
    const plain = stream(
      transferOut().answer(request('axfr', undefined, { edns: { ...edns, options: [] } }), tcp, source()),
    );
    expect(unwrap(decodeMessage(plain[0])).edns?.options).toEqual([]);
    const without = stream(transferOut().answer(request('axfr'), tcp, source()));
    expect(unwrap(decodeMessage(without[0])).edns).toBeUndefined();
  });
});
