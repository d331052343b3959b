import {
  fail,
  type Message,
  type MessageDraft,
  name,
  nameToText,
  OPCODE,
  ok,
  RCODE,
  readSoa,
  unwrap,
} from '@zonewire/shared-protocol';
import { FakeClock, settle } from '@zonewire/testkit';
import { describe, expect, test } from 'vitest';
import type { DnsExchange } from '../client/dns-client.ts';
import { announcedVersion } from '../fixtures/announced-version.ts';
import { silentLog } from '../ports.ts';
import { Announcer, type ReplicaServed } from './announcer.ts';
import type { Remote } from './remote.ts';
import { SCOUT_PAUSE } from './timing.ts';

const APEX = name('example.test.');

const version = (serial: number) => announcedVersion(APEX, serial);

type Answer = { rcode: number; serial?: number } | 'silence';

/** A secondary on a fake network: answers after `rtt`, or when the time limit is over. */
class FakeReplica {
  serial = 1;
  notify: Answer = { rcode: RCODE.NOERROR };
  probe: Answer | undefined;
  readonly notified: { zone: string; serial: number; at: number }[] = [];
  probes = 0;
}

class FakeNetwork {
  readonly clock: FakeClock;
  readonly replicas = new Map<string, FakeReplica>();
  underway = 0;
  peak = 0;

  constructor(clock: FakeClock) {
    this.clock = clock;
  }

  exchange: DnsExchange['exchange'] = async (request, to, options) => {
    const draft = request as MessageDraft;
    const replica = this.replicas.get(`${to.host}:${to.port}`) ?? new FakeReplica();
    this.underway++;
    this.peak = Math.max(this.peak, this.underway);
    const isNotify = draft.opcode === OPCODE.NOTIFY;
    if (isNotify) {
      expect(draft.aa).toBe(true);
      const soa = unwrap(readSoa(draft.answer![0].rdata));
      const zone = nameToText(draft.question![0].name);
      replica.notified.push({ zone, serial: soa.serial, at: this.clock.now() });
    } else replica.probes++;
    const answer = isNotify ? replica.notify : (replica.probe ?? { rcode: RCODE.NOERROR, serial: replica.serial });
    const ms = answer === 'silence' ? options.timeout : 1;
    await new Promise<void>((resolve) => {
      const over = () => {
        this.clock.clearTimeout(timer);
        options.signal?.removeEventListener('abort', over);
        resolve();
      };
      const timer = this.clock.setTimeout(over, ms);
      options.signal?.addEventListener('abort', over);
    });
    this.underway--;
    if (answer === 'silence') return fail('timeout', `no answer within ${ms} ms`);
    const serial = isNotify ? undefined : replica.serial;
    const records = serial === undefined || answer.rcode !== RCODE.NOERROR ? [] : [version(serial).soaRecord];
    const message = { ...draft, qr: true, aa: true, rcode: answer.rcode, answer: records } as unknown as Message;
    return ok({ message, bytes: new Uint8Array(0), ms, transport: 'udp' as const });
  };
}

function setUp() {
  const clock = new FakeClock();
  const network = new FakeNetwork(clock);
  const served: ReplicaServed[] = [];
  const announcer = new Announcer({ client: network, clock, log: silentLog, onServed: (one) => served.push(one) });
  const replica = (id: string, port: number): [Remote, FakeReplica] => {
    const fake = new FakeReplica();
    network.replicas.set(`127.0.0.1:${port}`, fake);
    return [{ id, addresses: [{ host: '127.0.0.1', port }] }, fake];
  };
  return { clock, network, announcer, served, replica };
}

describe('Announcer', () => {
  test('commit to seen served: NOTIFY at once, lag from the commit, in-sync for every target', async () => {
    const { clock, announcer, served, replica } = setUp();
    const [fra, fraReplica] = replica('fra1', 1);
    const [sin, sinReplica] = replica('sin1', 2);
    announcer.watch(APEX, version(1), [fra, sin]);
    await clock.advance(10);
    expect(announcer.lag(APEX).map(({ state }) => state)).toEqual(['in-sync', 'in-sync']);
    const committedAt = clock.now();
    announcer.announce(APEX, version(2), committedAt);
    expect(fraReplica.notified).toMatchObject([{ serial: 2, at: committedAt }]);
    expect(announcer.lag(APEX)[1]).toMatchObject({ id: 'sin1', state: 'behind', serialsBehind: 1, serial: 1 });
    await clock.advance(3);
    fraReplica.serial = 2;
    await clock.advance(2);
    const [fraLag, sinLag] = announcer.lag(APEX);
    expect(fraLag).toMatchObject({ state: 'in-sync', serial: 2, committedAt, lagMs: fraLag.servedAt! - committedAt });
    expect(fraLag.lagMs).toBeLessThanOrEqual(5);
    expect(sinLag).toMatchObject({ state: 'behind', lagMs: 5, acknowledgedAt: committedAt + 1 });
    expect(served.filter(({ serial }) => serial === 2)).toEqual([
      { zone: APEX, remote: 'fra1', serial: 2, servedAt: fraLag.servedAt, committedAt, lagMs: fraLag.lagMs },
    ]);
    sinReplica.serial = 2;
    await clock.advance(100);
    expect(announcer.lag(APEX)[1].state).toBe('in-sync');
    announcer.stop();
    expect(clock.pending).toBe(0);
  });

  test('a target that is down is told every 30 s and right after it returns it is seen', async () => {
    const { clock, announcer, replica } = setUp();
    const [fra, down] = replica('fra1', 1);
    announcer.watch(APEX, version(1), [fra]);
    await clock.advance(10);
    down.notify = 'silence';
    down.probe = 'silence';
    announcer.announce(APEX, version(2), clock.now());
    await clock.advance(600_000);
    expect(announcer.lag(APEX)[0]).toMatchObject({
      state: 'unreachable',
      lastError: expect.stringContaining('no answer'),
    });
    expect(down.notified.length).toBeGreaterThan(600 / 30);
    expect(down.notified.length).toBeLessThan(600 / 30 + 10);
    down.notify = { rcode: RCODE.NOERROR };
    down.probe = undefined;
    down.serial = 2;
    await clock.advance(35_000);
    expect(announcer.lag(APEX)[0].state).toBe('in-sync');
    announcer.stop();
  });

  test('a refusal is shown with what it means', async () => {
    const { clock, announcer, replica } = setUp();
    const [fra, closed] = replica('fra1', 1);
    announcer.watch(APEX, version(2), [fra]);
    closed.notify = { rcode: RCODE.REFUSED };
    await clock.advance(20);
    expect(announcer.lag(APEX)[0]).toMatchObject({ state: 'behind' });
    expect(announcer.lag(APEX)[0].lastError).toMatch(/127\.0\.0\.1:1 answers the NOTIFY with REFUSED: .*notify it/);
    expect(announcer.counters).toMatchObject({ notifiesSent: 1, notifiesFailed: 1 });
    announcer.stop();
  });

  test('a change goes ahead of thousands of zones that a start has found to be behind, its own zone being one of them', async () => {
    const { clock, announcer, replica } = setUp();
    const [fra, fake] = replica('fra1', 1);
    const zones = Array.from({ length: 2_000 }, (_, i) => name(`z${i}.test.`));
    for (const apex of zones) announcer.watch(apex, version(2), [fra]);
    while (fake.probes < 2_000) await clock.advance(5);
    const before = fake.notified.length;
    expect(before).toBeLessThan(1_900);
    announcer.announce(zones[1_999], version(3), clock.now());
    await clock.advance(30);
    expect(fake.notified.filter(({ serial }) => serial === 3)).toHaveLength(1);
    expect(fake.notified.length - before).toBeLessThan(1_000);
    await clock.advance(5_000);
    expect(new Set(fake.notified.map(({ zone }) => zone)).size).toBe(2_000);
    announcer.stop();
  });

  test('10,000 zones changed at once: a window of messages under way, all of them told', {
    timeout: 120_000,
  }, async () => {
    const { clock, network, announcer, replica } = setUp();
    const [fra, fake] = replica('fra1', 1);
    const zones = Array.from({ length: 10_000 }, (_, i) => name(`z${i}.test.`));
    for (const apex of zones) announcer.watch(apex, version(1), [fra]);
    await clock.advance(1_000);
    expect(announcer.counters.confirmed).toBe(10_000);
    fake.serial = 2;
    for (const apex of zones) announcer.announce(apex, version(2), clock.now());
    await clock.advance(3_000);
    expect(announcer.counters.confirmed).toBe(20_000);
    expect(fake.notified.length).toBeLessThan(11_000);
    expect(network.peak).toBe(64);
    announcer.stop();
  });

  test('1,000 zones at a dead target: few messages, no timer a zone, all unreachable; when it is back all are told within seconds', async () => {
    const { clock, network, announcer, replica } = setUp();
    const [fra, fake] = replica('fra1', 1);
    const zones = Array.from({ length: 1_000 }, (_, i) => name(`z${i}.test.`));
    for (const apex of zones) announcer.watch(apex, version(1), [fra]);
    await clock.advance(1_000);
    expect(announcer.counters.confirmed).toBe(1_000);
    fake.notify = 'silence';
    fake.probe = 'silence';
    for (const apex of zones) announcer.announce(apex, version(2), clock.now());
    const before = fake.notified.length + fake.probes;
    await clock.advance(60_000);
    // Each by itself would send 12 in that time.
    expect(fake.notified.length + fake.probes - before).toBeLessThan(1_200);
    expect(network.underway).toBeLessThan(10);
    expect(clock.pending).toBeLessThan(20);
    expect(announcer.waiting.deadRemotes).toBe(1);
    expect(announcer.waiting.messages).toBeGreaterThan(900);
    for (const apex of zones) expect(announcer.lag(apex)[0].state).toBe('unreachable');
    fake.notify = { rcode: RCODE.NOERROR };
    fake.probe = undefined;
    fake.serial = 2;
    const backAt = clock.now();
    // The next scout, then a window at a time; those that were under way when it came back are not waited for.
    await clock.advance(SCOUT_PAUSE.last + 100);
    const told = fake.notified.filter(({ at }) => at >= backAt).map(({ zone }) => zone);
    expect(new Set(told).size).toBe(1_000);
    expect(told.length).toBeLessThan(1_100);
    await clock.advance(1_900);
    for (const apex of zones) expect(announcer.lag(apex)[0].state).toBe('in-sync');
    expect(announcer.waiting).toEqual({ messages: 0, deadRemotes: 0 });
    announcer.stop();
    await clock.advance(10_000);
    expect(clock.pending).toBe(0);
  });

  test('new targets are asked, removed ones are left alone, unchanged ones keep what is known of them', async () => {
    const { clock, announcer, replica } = setUp();
    const [fra, fraReplica] = replica('fra1', 1);
    const [sin, sinReplica] = replica('sin1', 2);
    announcer.watch(APEX, version(1), [fra]);
    await clock.advance(10);
    announcer.watch(APEX, version(1), [fra, sin]);
    expect(announcer.lag(APEX).map(({ state }) => state)).toEqual(['in-sync', 'unknown']);
    await clock.advance(10);
    announcer.watch(APEX, version(1), [sin]);
    announcer.announce(APEX, version(2), clock.now());
    await clock.advance(10);
    expect(fraReplica.notified).toEqual([]);
    expect(sinReplica.notified).toHaveLength(1);
    expect(announcer.notifyNow(APEX)).toBe(1);
    announcer.forget(APEX);
    expect(announcer.lag(APEX)).toEqual([]);
    await settle();
    announcer.stop();
  });
});
