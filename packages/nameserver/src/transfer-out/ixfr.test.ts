import { decodeMessage, recordToText, TYPE, unwrap } from '@zonewire/shared-protocol';
import { describe, expect, test } from 'vitest';
import { history, receive, request, stream, tcp, transferOut } from '../fixtures/transfers.ts';

describe('IXFR over TCP', () => {
  const { versions, source } = history(50, [{ add: [100] }, { add: [101], remove: [3] }, { add: [102] }]);

  test('RFC 1995 4: the sequences from the client serial on', () => {
    for (const from of versions.slice(0, 3)) {
      const out = transferOut();
      const received = receive(stream(out.answer(request('ixfr', from.serial), tcp, source())), 'ixfr', from);
      expect(received.outcome).toBe('diffs');
      expect(received.version.serial).toBe(4);
      expect(received.version.digest()).toBe(versions[3].digest());
      expect(out.counters.ixfr).toBe(1);
    }
  });

  test.each([
    ['the same serial', 4],
    ['a newer one', 5],
    ['a newer one in RFC 1982 terms', 0x8000_0003],
  ])('RFC 1995 2: a client with %s gets the SOA alone', (_, serial) => {
    const out = transferOut();
    const [message, ...more] = stream(out.answer(request('ixfr', serial), tcp, source()));
    expect(more).toEqual([]);
    expect(unwrap(decodeMessage(message)).answer.map(recordToText)).toEqual([recordToText(versions[3].soaRecord)]);
    expect(out.counters.upToDate).toBe(1);
  });

  test.each([
    ['an unknown serial', 0],
    ['a serial 2^31 away (RFC 1982 3.2)', 0x8000_0004],
  ])('RFC 1995 4: %s, which the journal does not reach: the whole zone', (_, serial) => {
    const out = transferOut();
    const messages = stream(out.answer(request('ixfr', serial), tcp, source()));
    expect(out.counters.axfrStyle).toBe(1);
    const records = messages.flatMap((message) => unwrap(decodeMessage(message)).answer);
    expect(records.length).toBe(versions[3].recordCount + 1);
    expect(records[1].type).not.toBe(TYPE.SOA);
  });

  test('RFC 1995 5: changes that cancel out are not sent', () => {
    const back = history(50, [{ add: [100] }, { remove: [100] }, { add: [7_000] }]);
    const received = receive(
      stream(transferOut().answer(request('ixfr', 1), tcp, back.source())),
      'ixfr',
      back.versions[0],
    );
    expect(received.version.digest()).toBe(back.versions[3].digest());
    expect(received.records).toBe(1 + 2 + 1 + 1);
  });

  test('sequences that do not cancel out are sent one by one: a hub keeps the steps', () => {
    const received = receive(stream(transferOut().answer(request('ixfr', 1), tcp, source())), 'ixfr', versions[0]);
    expect(received.records).toBe(1 + 3 * 2 + 4 + 1);
  });

  test('diffs larger than the zone: the whole zone', () => {
    const all = Array.from({ length: 50 }, (_, i) => i);
    const large = history(50, [{ remove: all, add: all.map((n) => n + 1_000) }]);
    const out = transferOut();
    const received = receive(stream(out.answer(request('ixfr', 1), tcp, large.source())), 'ixfr', large.versions[0]);
    expect(received.outcome).toBe('zone');
    expect(out.counters.axfrStyle).toBe(1);
  });

  test('a journal that is ahead of what is served: the answer ends at what is served', () => {
    const older = source(versions[1]);
    const received = receive(stream(transferOut().answer(request('ixfr', 1), tcp, older)), 'ixfr', versions[0]);
    expect(received.version.serial).toBe(2);
    expect(received.version.digest()).toBe(versions[1].digest());
  });
});
