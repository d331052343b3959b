import { type MessageDraft, name, OPCODE, RCODE, readSoa, unwrap } from '@zonewire/shared-protocol';
import { FakeClock } from '@zonewire/testkit';
import { expect, test } from 'vitest';
import type { DnsExchange } from '../client/dns-client.ts';
import { announcedVersion } from '../fixtures/announced-version.ts';
import { silentLog } from '../ports.ts';
import { Announcer } from './announcer.ts';
import type { NotifyWatcher } from './watcher.ts';

const APEX = name('example.test.');

const version = (serial: number) => announcedVersion(APEX, serial);

/** One secondary that serves what `served` says; `log` has what was sent to it and told to the watcher. */
async function setUp() {
  const clock = new FakeClock();
  const log: string[] = [];
  const replica = { served: 1 };
  const exchange = (async (request: MessageDraft) => {
    const isNotify = request.opcode === OPCODE.NOTIFY;
    if (isNotify) log.push(`NOTIFY ${unwrap(readSoa(request.answer![0].rdata)).serial}`);
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 1));
    const answer = isNotify ? [] : [version(replica.served).soaRecord];
    return { ok: true, value: { message: { ...request, aa: true, rcode: RCODE.NOERROR, answer } } };
  }) as unknown as DnsExchange['exchange'];
  const told = (what: string) => (_zone: string, _secondary: string | number, serial: unknown) => {
    log.push(`${what} ${typeof _secondary === 'number' ? _secondary : serial}`);
  };
  const watcher = {
    watching: () => {},
    forgotten: () => {},
    committed: told('committed'),
    notified: told('notified'),
    acknowledged: told('acknowledged'),
    notifyFailed: () => {},
    answered: () => {},
    probeFailed: () => {},
  } as unknown as NotifyWatcher;
  const announcer = new Announcer({ client: { exchange }, clock, log: silentLog, watcher });
  announcer.watch(APEX, version(1), [{ id: 'fra1', addresses: [{ host: '127.0.0.1', port: 1 }] }]);
  await clock.advance(10);
  return { clock, log, replica, announcer };
}

test('who asks to be told early is told before the version is served; the watcher hears of both in their order', async () => {
  const { clock, log, replica, announcer } = await setUp();
  announcer.fetched('example.test.', 'fra1', 1, true);
  announcer.foretell(APEX, version(2));
  expect(log).toEqual(['NOTIFY 2']);
  announcer.announce(APEX, version(2), clock.now());
  replica.served = 2;
  await clock.advance(10);
  expect(log).toEqual(['NOTIFY 2', 'committed 2', 'notified 2', 'acknowledged 2']);
  expect(announcer.lag(APEX)[0]).toMatchObject({ state: 'in-sync', serial: 2 });
  expect(announcer.counters).toMatchObject({ notifiesSent: 1, notifiesForetold: 1 });
  announcer.stop();
});

test('others are told when it is served: never asked for it, or not by their last transfer', async () => {
  const { clock, log, replica, announcer } = await setUp();
  announcer.foretell(APEX, version(2));
  expect(log).toEqual([]);
  announcer.announce(APEX, version(2), clock.now());
  replica.served = 2;
  await clock.advance(10);
  announcer.fetched('example.test.', 'fra1', 2, true);
  announcer.fetched('example.test.', 'fra1', 2);
  announcer.foretell(APEX, version(3));
  expect(log.filter((line) => line.startsWith('NOTIFY'))).toEqual(['NOTIFY 2']);
  expect(announcer.counters.notifiesForetold).toBe(0);
  announcer.stop();
});

test('a version that is never served: the secondary is asked, found to be in sync, and told of the next one', async () => {
  const { clock, log, announcer } = await setUp();
  announcer.fetched('example.test.', 'fra1', 1, true);
  announcer.foretell(APEX, version(2));
  await clock.advance(1_000);
  expect(announcer.lag(APEX)[0]).toMatchObject({ state: 'in-sync', serial: 1 });
  announcer.announce(APEX, version(3), clock.now());
  expect(log.filter((line) => line.startsWith('NOTIFY'))).toEqual(['NOTIFY 2', 'NOTIFY 3']);
  announcer.stop();
});
