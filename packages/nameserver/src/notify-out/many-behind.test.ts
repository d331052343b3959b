import { type Message, type MessageDraft, name, nameToText, OPCODE, ok, RCODE } from '@zonewire/shared-protocol';
import { FakeClock } from '@zonewire/testkit';
import { describe, expect, test } from 'vitest';
import type { DnsExchange } from '../client/dns-client.ts';
import { announcedVersion } from '../fixtures/announced-version.ts';
import { Line } from '../line.ts';
import { silentLog } from '../ports.ts';
import { Announcer, type ReplicaServed } from './announcer.ts';

const FRA = { id: 'fra', addresses: [{ host: '127.0.0.1', port: 1 }] };

/** Acknowledges at once, and loads what it was notified of in that order, so many zones a ms. */
class BusySecondary {
  readonly #clock: FakeClock;
  readonly #toLoad = new Line<string>();
  readonly #queued = new Set<string>();
  readonly serials = new Map<string, number>();
  readonly loadedAt = new Map<string, number>();
  onLoad: (zone: string) => void = () => {};
  probes = 0;
  notifies = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  exchange: DnsExchange['exchange'] = async (request) => {
    const draft = request as MessageDraft;
    const apex = draft.question![0].name;
    const zone = nameToText(apex);
    const isNotify = draft.opcode === OPCODE.NOTIFY;
    if (isNotify) {
      this.notifies++;
      this.wants(zone);
    } else this.probes++;
    await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, 1));
    const serial = this.serials.get(zone);
    const isLoaded = isNotify || serial !== undefined;
    const answer = isNotify || serial === undefined ? [] : [announcedVersion(apex, serial).soaRecord];
    const message = { ...draft, qr: true, aa: true, rcode: isLoaded ? RCODE.NOERROR : RCODE.SERVFAIL, answer };
    return ok({ message: message as unknown as Message, bytes: new Uint8Array(0), ms: 1, transport: 'udp' as const });
  };

  wants(zone: string): void {
    if (this.#queued.has(zone)) return;
    this.#queued.add(zone);
    this.#toLoad.push(zone);
  }

  load(serial: number, zonesPerMs: number): void {
    let credit = 0;
    const work = () => {
      for (credit += zonesPerMs; credit >= 1; credit--) {
        const zone = this.#toLoad.shift();
        if (zone === undefined) {
          credit = 0;
          break;
        }
        this.serials.set(zone, serial);
        this.loadedAt.set(zone, this.#clock.now());
        this.onLoad(zone);
      }
      this.#clock.setTimeout(work, 1);
    };
    this.#clock.setTimeout(work, 2);
  }
}

/** So many zones with serial 1 at a secondary that has `has` of them. */
async function setUp(count: number, has: number | undefined) {
  const clock = new FakeClock();
  const secondary = new BusySecondary(clock);
  const served: ReplicaServed[] = [];
  const onServed = (one: ReplicaServed) => served.push(one);
  const announcer = new Announcer({ client: secondary, clock, log: silentLog, onServed });
  const zones = Array.from({ length: count }, (_, i) => name(`z${i}.test.`));
  for (const apex of zones) {
    if (has !== undefined) secondary.serials.set(nameToText(apex), has);
    announcer.watch(apex, announcedVersion(apex, 1), [FRA]);
  }
  const change = () => {
    for (const apex of zones) announcer.announce(apex, announcedVersion(apex, 2), clock.now());
  };
  /** Lets time go by until so many were seen to have arrived, 20 s at most. */
  const until = async (confirmed: number) => {
    for (let i = 0; i < 200 && served.length < confirmed; i++) await clock.advance(100);
    expect(served.length).toBe(confirmed);
  };
  return { clock, secondary, served, announcer, zones, change, until };
}

type Scene = Awaited<ReturnType<typeof setUp>>;

/** How wrong the lag is of which nine of ten are better, as part of itself. */
function imprecision({ served, secondary }: Pick<Scene, 'served' | 'secondary'>): number {
  const parts = served
    .filter(({ serial }) => serial === 2)
    .map(
      ({ zone, servedAt, lagMs = 0 }) => (servedAt - secondary.loadedAt.get(nameToText(zone))!) / Math.max(1, lagMs),
    );
  return parts.toSorted((a, b) => a - b)[Math.floor(parts.length * 0.9)];
}

describe('10,000 zones changed at once, a secondary that loads 1,000 a second', () => {
  test.each([
    ['it fetches them here', true, 1.2, 1.2, 0.2],
    ['it fetches them elsewhere', false, 3, 1.5, 0.33],
  ])(
    '%s: few probes a version, and the lag known to a third',
    { timeout: 120_000 },
    async (_how, isHere, probes, notifies, wrong) => {
      const scene = await setUp(10_000, 1);
      const { clock, secondary, announcer, change, until } = scene;
      await clock.advance(1_000);
      secondary.probes = 0;
      if (isHere) secondary.onLoad = (zone) => announcer.fetched(zone, 'fra', 2);
      change();
      secondary.load(2, 1);
      await until(20_000);
      expect(secondary.probes).toBeLessThan(probes * 10_000);
      expect(secondary.notifies).toBeLessThan(notifies * 10_000);
      expect(imprecision(scene)).toBeLessThan(wrong);
      announcer.stop();
    },
  );
});

describe('a first load: the secondary answers SERVFAIL for what it has not loaded yet', () => {
  test('by itself: a probe at the start of this node and one when it is there, and no NOTIFY for most', async () => {
    const { secondary, announcer, zones, until } = await setUp(5_000, undefined);
    for (const zone of zones) secondary.wants(nameToText(zone));
    secondary.onLoad = (zone) => announcer.fetched(zone, 'fra', 1);
    secondary.load(1, 2);
    await until(5_000);
    expect(secondary.probes).toBeLessThan(2.3 * 5_000);
    expect(secondary.notifies).toBeLessThan(0.1 * 5_000);
    announcer.stop();
  });

  test('only when it is told: all are told within seconds, and are not asked for again and again', async () => {
    const { clock, secondary, announcer, until } = await setUp(5_000, undefined);
    secondary.onLoad = (zone) => announcer.fetched(zone, 'fra', 1);
    secondary.load(1, 2);
    await clock.advance(6_000);
    expect(secondary.notifies).toBeGreaterThanOrEqual(5_000);
    await until(5_000);
    expect(secondary.probes).toBeLessThan(4 * 5_000);
    expect(secondary.notifies).toBeLessThan(1.2 * 5_000);
    announcer.stop();
  });
});

test('zones that never arrive are given up: a single change is asked for by the quick schedule again', async () => {
  const { clock, secondary, served, announcer, zones, change } = await setUp(200, 1);
  await clock.advance(1_000);
  change();
  await clock.advance(10 * 60_000);
  expect(announcer.lag(zones[0])[0].state).toBe('behind');
  const one = name('one.test.');
  secondary.serials.set('one.test.', 1);
  announcer.watch(one, announcedVersion(one, 1), [FRA]);
  await clock.advance(1_000);
  announcer.announce(one, announcedVersion(one, 2), clock.now());
  await clock.advance(5);
  secondary.serials.set('one.test.', 2);
  await clock.advance(5);
  expect(served.at(-1)).toMatchObject({ zone: one, serial: 2, lagMs: expect.any(Number) });
  expect(served.at(-1)!.lagMs).toBeLessThanOrEqual(8);
  announcer.stop();
});
