import { expect, test } from 'vitest';
import { history, request, tcp, udp } from '../fixtures/transfers.ts';
import { silentLog } from '../ports.ts';
import { RunningTransfers, type TransferEvent } from '../running-transfers.ts';
import type { TransferAnswer } from '../zone-handler.ts';
import { TransferOut } from './transfer-out.ts';

const { source } = history(5_000, [{ add: [9_001, 9_002], remove: [1] }]);

function watched() {
  const clock = { now: () => 7, setTimeout: () => 0, clearTimeout: () => {} };
  const running = new RunningTransfers(clock);
  const events: TransferEvent[] = [];
  running.events((event) => events.push(event));
  return { running, events, out: new TransferOut({ clock, log: silentLog, running }) };
}

const messagesOf = (answer: TransferAnswer) => {
  if (!('messages' in answer)) throw new Error('no stream');
  return (answer.messages as Iterable<Uint8Array>)[Symbol.iterator]();
};

test('a transfer under way is listed with what has left, and with how much there is', () => {
  const { running, events, out } = watched();
  const messages = messagesOf(out.answer(request('axfr'), tcp, source()));
  const first = messages.next().value as Uint8Array;
  const [now] = running.list();
  const recordCount = source().version.recordCount + 1;
  expect(now).toMatchObject({ direction: 'out', peer: tcp.peerAddress, type: 'axfr', octets: first.length });
  expect(now.expectedRecords).toBe(recordCount);
  expect(now.records).toBeGreaterThan(0);
  expect(now.records).toBeLessThan(recordCount);
  for (let next = messages.next(); !next.done; next = messages.next());
  expect(running.list()).toEqual([]);
  expect(events.at(-1)).toMatchObject({ step: 'end', result: 'done', records: recordCount });
});

test('of differences it is known how many records they have', () => {
  const { events, out } = watched();
  const messages = messagesOf(out.answer(request('ixfr', 1), tcp, source()));
  for (let next = messages.next(); !next.done; next = messages.next());
  const { expectedRecords, records, type } = events.at(-1)!;
  expect([type, records]).toEqual(['ixfr', expectedRecords]);
  // SOA; old SOA, one removed; new SOA, two added; SOA.
  expect(records).toBe(7);
});

test('one that is cut off, also before its first message, is not under way any more', () => {
  const { running, events, out } = watched();
  messagesOf(out.answer(request('axfr'), tcp, source())).return?.();
  expect([running.list(), events.at(-1)?.result]).toEqual([[], 'failed']);
});

test('an answer in one datagram is none that is under way', () => {
  const { events, out } = watched();
  out.answer(request('ixfr', 1), udp, source());
  expect(events).toEqual([]);
});

test('what is told of a transfer that is over is told later, with the time at which it was over', () => {
  const clock = { now: () => now, setTimeout: () => 0, clearTimeout: () => {} };
  let now = 7;
  const calls: (() => void)[] = [];
  const served: number[] = [];
  const watch = { transferServed: ({ at }: { at: number }) => served.push(at) };
  const out = new TransferOut({ clock, log: silentLog, watch, later: (call) => calls.push(call) });
  const messages = messagesOf(out.answer(request('ixfr', 1), tcp, source()));
  for (let next = messages.next(); !next.done; next = messages.next());
  expect([served, out.counters.ixfr, out.slots.active]).toEqual([[], 1, 0]);
  now = 12;
  for (const call of calls) call();
  expect(served).toEqual([7]);
});
