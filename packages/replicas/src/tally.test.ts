import { type Remote, type ReplicaLag, silentLog } from '@zonewire/nameserver';
import { FakeClock } from '@zonewire/testkit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HEALTH_STATES, type HealthState, type ReplicaEvent } from './model.ts';
import { Replicas } from './replicas.ts';

const ZONES = ['a.test.', 'b.test.', 'c.test.'];
const SECONDARIES = ['fra1', 'sin1', 'nyc1'];
const remote = (id: string): Remote => ({ id, addresses: [{ host: '192.0.2.1', port: 53 }] });
const lag = (id: string): ReplicaLag => ({ id, address: '192.0.2.1:53', state: 'unknown', attempts: 0 });

const zone = fc.constantFrom(...ZONES);
const secondary = fc.constantFrom(...SECONDARIES);
const OPERATION = fc.oneof(
  fc.record({ kind: fc.constant('watch' as const), zone, remotes: fc.subarray(SECONDARIES) }),
  fc.record({ kind: fc.constant('forget' as const), zone }),
  fc.record({ kind: fc.constant('commit' as const), zone }),
  fc.record({
    kind: fc.constant('answer' as const),
    zone,
    secondary,
    back: fc.nat(2),
    node: fc.constantFrom('x', 'y', undefined),
  }),
  fc.record({ kind: fc.constant('silence' as const), zone, secondary }),
  fc.record({ kind: fc.constant('refusal' as const), zone, secondary }),
  fc.record({ kind: fc.constant('view' as const), zone }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 400, 2_000, 600_000) }),
);

/** The counts made anew of everything that was told. */
class Recount {
  readonly pairs = new Map<string, { health: HealthState }>();
  watch(zoneName: string, remotes: readonly string[]): void {
    for (const id of SECONDARIES) {
      const key = `${zoneName} ${id}`;
      if (!remotes.includes(id)) this.pairs.delete(key);
      else if (!this.pairs.has(key)) this.pairs.set(key, { health: 'unknown' });
    }
  }
  told(event: ReplicaEvent): void {
    if (event.kind !== 'health') return;
    const pair = this.pairs.get(`${event.zone} ${event.secondary}`);
    if (pair !== undefined) pair.health = event.to.state;
  }
  of(id: string) {
    const pairs = [...this.pairs].filter(([key]) => key.endsWith(` ${id}`)).map(([, pair]) => pair);
    const health = Object.fromEntries(
      HEALTH_STATES.map((state) => [state, pairs.filter((pair) => pair.health === state).length]),
    );
    return pairs.length === 0 ? undefined : { zones: pairs.length, health };
  }
}

it('counts of a secondary equal a recount, whatever has happened', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(OPERATION, { minLength: 10, maxLength: 60 }), async (operations) => {
      const clock = new FakeClock();
      const watched = new Map<string, readonly string[]>();
      const replicas = new Replicas({ clock, log: silentLog, lag: (name) => (watched.get(name) ?? []).map(lag) });
      const recount = new Recount();
      replicas.events((event) => recount.told(event));
      const serials = new Map(ZONES.map((name) => [name, 10]));
      for (const operation of operations) {
        const at = clock.now();
        if (operation.kind === 'pass') await clock.advance(operation.ms);
        else if (operation.kind === 'watch') {
          watched.set(operation.zone, operation.remotes);
          recount.watch(operation.zone, operation.remotes);
          const served = { serial: serials.get(operation.zone)!, expire: 1_000 };
          replicas.watching(operation.zone, operation.remotes.map(remote), served);
        } else if (operation.kind === 'forget') {
          watched.delete(operation.zone);
          recount.watch(operation.zone, []);
          replicas.forgotten(operation.zone);
        } else if (operation.kind === 'commit') {
          const serial = serials.get(operation.zone)! + 1;
          serials.set(operation.zone, serial);
          replicas.committed(operation.zone, serial, [serial], at, 1_000);
        } else if (operation.kind === 'answer') {
          const serial = serials.get(operation.zone)! - operation.back + 1;
          replicas.answered(operation.zone, operation.secondary, { serial, at, node: operation.node });
        } else if (operation.kind === 'view') replicas.view(operation.zone);
        else {
          const cause = operation.kind === 'silence' ? 'silence' : 'refused';
          replicas.probeFailed(operation.zone, operation.secondary, { at, cause, reason: cause });
        }
        const totals = new Map(replicas.totals().map((one) => [one.id, one]));
        for (const id of SECONDARIES) {
          const total = totals.get(id);
          expect(total && { zones: total.zones, health: total.health }).toEqual(recount.of(id));
        }
        for (const id of SECONDARIES) {
          const nodes = new Set(
            ZONES.flatMap((name) => replicas.view(name).find((view) => view.id === id)?.nodes ?? []).map(
              ({ node }) => node,
            ),
          );
          expect(new Set(replicas.totals().find((one) => one.id === id)?.nodes)).toEqual(nodes);
        }
      }
      replicas.stop();
      expect(replicas.totals()).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

it('lag is that of the newest change of each zone, within 3 %; of a zone that went away it does not count', () => {
  const clock = new FakeClock();
  const replicas = new Replicas({ clock, log: silentLog, lag: () => [lag('fra1')] });
  const start = clock.now();
  for (let i = 1; i <= 100; i++) {
    const name = `zone${i}.test.`;
    replicas.watching(name, [remote('fra1')], { serial: 1, expire: 1_000 });
    for (const [serial, ms] of [
      [2, 9_999],
      [3, i * 10],
    ]) {
      replicas.committed(name, serial, [serial], start, 1_000);
      replicas.answered(name, 'fra1', { serial, at: start + ms });
    }
  }
  const [{ lag: lags, longestLagMs }] = replicas.totals();
  expect(longestLagMs! / 1_000).toBeCloseTo(1, 1);
  expect(lags!.p50 / 500).toBeCloseTo(1, 1);
  expect(lags!.p99 / 990).toBeCloseTo(1, 1);
  for (let i = 2; i <= 100; i++) replicas.forgotten(`zone${i}.test.`);
  const [{ zones, lag: left }] = replicas.totals();
  expect([zones, left!.p50, left!.p99]).toEqual([1, 10, 10]);
});

it('what is asked of 10,000 zones at 10 secondaries costs no more than of one', () => {
  const replicas = new Replicas({ clock: new FakeClock(), log: silentLog, lag: () => [] });
  const remotes = Array.from({ length: 10 }, (_, i) => remote(`s${i}`));
  for (let i = 0; i < 10_000; i++) replicas.watching(`zone${i}.test.`, remotes, { serial: 1, expire: 1_000 });
  const before = process.cpuUsage();
  for (let i = 0; i < 10; i++) expect(replicas.totals()).toHaveLength(10);
  const { user, system } = process.cpuUsage(before);
  // 0.1 ms each; a walk over 100,000 pairs is 300.
  expect((user + system) / 10_000).toBeLessThan(20);
});
