import { expect, it } from 'vitest';
import { PROGRESS_INTERVAL, RunningTransfers, type TransferEvent } from './running-transfers.ts';

function started() {
  const clock = { time: 1_000, now: () => clock.time };
  const running = new RunningTransfers(clock);
  const events: TransferEvent[] = [];
  const stop = running.events((event) => events.push(event));
  const steps = () => events.map(({ step, octets }) => `${step} ${octets}`);
  return { clock, running, events, steps, stop };
}

const ONE = { zone: 'example.test.', direction: 'in', peer: '192.0.2.1:53', type: 'axfr' } as const;

it('lists what is under way, and no more once it has ended', () => {
  const { running, clock } = started();
  const transfer = running.begin({ ...ONE, expectedRecords: 100 });
  clock.time += 10;
  transfer.moved(500, 20);
  expect(running.list()).toEqual([{ ...ONE, startedAt: 1_000, octets: 500, records: 20, expectedRecords: 100 }]);
  transfer.ended('done');
  expect(running.list()).toEqual([]);
});

it('tells of begin and end, and of progress in between only every so often', () => {
  const { running, clock, steps, events } = started();
  const transfer = running.begin(ONE);
  for (let message = 1; message <= 30; message++) {
    clock.time += PROGRESS_INTERVAL / 10;
    transfer.moved(message * 100, message);
  }
  transfer.ended('failed');
  transfer.ended('done');
  expect(steps()).toEqual(['begin 0', 'progress 1000', 'progress 2000', 'progress 3000', 'end 3000']);
  expect(events.at(-1)).toMatchObject({ kind: 'transfer', result: 'failed', at: 4_000, startedAt: 1_000 });
});

it('a listener that has ended hears nothing more', () => {
  const { running, events, stop } = started();
  stop();
  running.begin(ONE).ended('done');
  expect(events).toEqual([]);
});
