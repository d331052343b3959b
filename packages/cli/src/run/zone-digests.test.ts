import { ZoneTable } from '@zonewire/nameserver';
import { type Name, name, parseRecords, unwrap } from '@zonewire/shared-protocol';
import { FakeClock } from '@zonewire/testkit';
import { ZoneBuilder, type ZoneVersion } from '@zonewire/zone';
import { describe, expect, it } from 'vitest';
import { SLICES } from './in-slices.ts';
import { DIGESTS, ZoneDigests } from './zone-digests.ts';

function version(apex: string, serial: number, hosts = 1): ZoneVersion {
  const builder = new ZoneBuilder(name(apex));
  const lines = Array.from({ length: hosts }, (_, i) => `h${i} A 192.0.2.1`).join('\n');
  const text = `$TTL 60\n@ SOA n h ${serial} 1 1 1 1\n@ NS n\n${lines}\n`;
  for (const record of parseRecords(text, name(apex))) builder.addRecord(record);
  return unwrap(builder.finish());
}

function setup({ wanted = true } = {}) {
  const clock = new FakeClock();
  const table = new ZoneTable();
  const done: string[] = [];
  const state = { wanted, slow: 0 };
  // Every look at the time costs `slow` ms, as work does.
  let worked = 0;
  const digests = new ZoneDigests({
    table,
    clock,
    elapsed: () => {
      worked += state.slow;
      return clock.elapsed + worked;
    },
    isWanted: () => state.wanted,
    done: (_: Name, { serial }, digest) => done.push(`${serial} ${digest.slice(0, 8)}`),
  });
  const add = (apex: string, first?: ZoneVersion) =>
    table.add({ apex: name(apex), version: first, acl: [], role: 'secondary', handler: {} });
  return { clock, table, digests, done, add, state };
}

const A1 = version('a.test.', 1);
const A2 = version('a.test.', 2);
const short = (one: ZoneVersion) => `${one.serial} ${one.digest().slice(0, 8)}`;

describe('ZoneDigests', () => {
  it('are made once a zone is at rest, of its last version only', async () => {
    const { clock, table, digests, done, add } = setup();
    add('a.test.', A1);
    await clock.advance(DIGESTS.quiet / 2);
    table.publish(name('a.test.'), A2);
    await clock.advance(DIGESTS.quiet - 1);
    expect(done).toEqual([]);
    await clock.advance(100);
    expect(done).toEqual([short(A2)]);
    expect(digests.of(name('a.test.'))).toEqual({ serial: 2, digest: A2.digest() });
  });

  it('a zone that is never at rest has its turn all the same', async () => {
    const { clock, table, done, add } = setup();
    add('a.test.', A1);
    for (let ms = 0; ms < 40_000; ms += 500) {
      table.publish(name('a.test.'), version('a.test.', 10 + ms));
      await clock.advance(500);
    }
    expect(done.length).toBe(1);
  });

  it('nothing is made while nobody wants it; then what is missing', async () => {
    const { clock, digests, done, add, state } = setup({ wanted: false });
    add('a.test.', A1);
    add('b.test.', version('b.test.', 7));
    add('loading.test.');
    await clock.advance(60_000);
    expect([done, clock.pending]).toEqual([[], 0]);
    state.wanted = true;
    digests.wake();
    await clock.advance(2 * DIGESTS.quiet);
    expect(done.length).toBe(2);
    digests.wake();
    await clock.advance(2 * DIGESTS.quiet);
    expect(done.length).toBe(2);
  });

  it('a version that is not served any more has none, and a zone that is gone neither', async () => {
    const { clock, table, digests, add } = setup();
    add('a.test.', A1);
    await clock.advance(2 * DIGESTS.quiet);
    table.publish(name('a.test.'), A2);
    expect(digests.of(name('a.test.'))).toBeUndefined();
    await clock.advance(2 * DIGESTS.quiet);
    table.remove(name('a.test.'));
    expect([digests.of(name('a.test.')), digests.size]).toEqual([undefined, 0]);
  });

  it('a large zone is done in slices with pauses nine times as long; a new version ends it', async () => {
    const { clock, table, digests, done, add, state } = setup();
    state.slow = SLICES.work;
    const large = version('a.test.', 5, 4_000);
    add('a.test.', large);
    await clock.advance(DIGESTS.quiet + 60);
    expect(done).toEqual([]);
    const before = clock.elapsed;
    while (done.length === 0 && clock.elapsed < before + 60_000) await clock.advance(10);
    // 4,000 names, 200 a step: 20 pauses of 36 ms and more.
    expect(clock.elapsed - before).toBeGreaterThan(500);
    expect(done).toEqual([short(large)]);
    table.publish(name('a.test.'), version('a.test.', 6, 4_000));
    await clock.advance(DIGESTS.quiet + 60);
    table.publish(name('a.test.'), A2);
    await clock.advance(3 * DIGESTS.quiet);
    expect(done).toEqual([short(large), short(A2)]);
    expect(digests.counters).toEqual({ made: 2, givenUp: 1 });
  });

  it('equal content has equal digests, however it came about', () => {
    const steps = A1.digestInSteps(1);
    let step = steps.next();
    while (!step.done) step = steps.next();
    expect(step.value).toBe(A1.digest());
  });

  it('stops', async () => {
    const { clock, digests, done, add } = setup();
    add('a.test.', A1);
    digests.stop();
    await clock.advance(5_000);
    expect([done, clock.pending]).toEqual([[], 0]);
  });
});
