import { type Name, name } from '@zonewire/shared-protocol';
import { describe, expect, test } from 'vitest';
import { NO_FACTS, type RefreshFacts } from './facts.ts';
import { start, step } from './machine.ts';
import { plan } from './plan.ts';
import type { PrimaryAddress } from './primaries.ts';
import type { Held, RefreshConfig, RefreshEffect, RefreshEvent, RefreshState } from './state.ts';
import { DEFAULT_INTERVALS, refreshInterval, retryInterval } from './timing.ts';

const NOW = Date.UTC(2026, 5, 1);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const zone: Name = name('example.test.');
const A = address('a');
const B = address('b');
const HELD: Held = { serial: 10, refresh: 3600, retry: 600, expire: 7 * 86_400 };
const config: RefreshConfig = { zone, primaries: [A, B], intervals: DEFAULT_INTERVALS };
const REFRESH = refreshInterval(zone, HELD, DEFAULT_INTERVALS);

function address(id: string): PrimaryAddress {
  return { key: `${id}@127.0.0.1:53`, id, host: '127.0.0.1', port: 53 };
}

/** Steps a machine and keeps what it wanted. */
class Walk {
  state: RefreshState;
  now: number;
  config: RefreshConfig;
  effects: RefreshEffect[];

  constructor(held: Held | null = HELD, facts: Partial<RefreshFacts> = {}, walked = config, now = NOW) {
    this.config = walked;
    this.now = now;
    const good = held !== null && { lastGoodCheckAt: now, expireAt: now + held.expire * 1000, asOf: now };
    const first = start({ held: held ?? undefined, facts: { ...NO_FACTS, ...good, ...facts } }, now, walked);
    this.state = first.state;
    this.effects = [...first.effects];
  }

  do(event: RefreshEvent): this {
    const next = step(this.state, event, this.now, this.config);
    this.state = next.state;
    this.effects = [...next.effects];
    return this;
  }

  /** To the planned time, and a tick. */
  due(): this {
    this.now = Math.max(this.now, this.plan.at);
    return this.do({ kind: 'tick' });
  }

  after(ms: number): this {
    this.now += ms;
    return this;
  }

  setBack(ms: number): this {
    this.now -= ms;
    return this.do({ kind: 'set-back', ms });
  }

  get plan() {
    const planned = plan(this.state, this.config);
    if (planned === undefined) throw new Error('a round is under way');
    return planned;
  }

  answered(primary: PrimaryAddress, serial: number, expire?: number): this {
    return this.do({ kind: 'answered', primary: primary.key, serial, expire });
  }

  failed(primary: PrimaryAddress, failure: 'unreachable' | 'refused' | 'local' = 'unreachable'): this {
    return this.do({
      kind: 'failed',
      primary: primary.key,
      failure,
      code: 'test',
      message: `${primary.id} ${failure}`,
    });
  }

  /** Every primary of the round under way fails. */
  allFail(): this {
    for (let { phase } = this.state; phase.kind !== 'idle'; { phase } = this.state)
      this.do({ kind: 'failed', primary: phase.primary, failure: 'unreachable', code: 'test', message: 'test' });
    return this;
  }

  installed(primary: PrimaryAddress, held: Held, expire?: number, type: 'axfr' | 'ixfr' = 'ixfr'): this {
    const transfer = { at: this.now, type, from: primary.id, records: 3, bytes: 100, ms: 1, toSerial: held.serial };
    return this.do({ kind: 'installed', primary: primary.key, held, expire, transfer });
  }

  /** The asking effect, in short. */
  get asks(): string | undefined {
    const asking = this.effects.find((effect) => effect.kind === 'check' || effect.kind === 'transfer');
    if (asking === undefined) return undefined;
    return `${asking.kind === 'check' ? 'soa' : asking.type} ${asking.primary[0]}`;
  }

  has(kind: RefreshEffect['kind']): boolean {
    return this.effects.some((effect) => effect.kind === kind);
  }
}

describe('refresh (RFC 1034 4.3.5)', () => {
  test('after the SOA REFRESH interval the first primary is asked for its SOA', () => {
    const walk = new Walk();
    expect(walk.plan.at).toBe(NOW + REFRESH);
    expect(walk.after(REFRESH - 1).do({ kind: 'tick' }).asks).toBeUndefined();
    expect(walk.due().asks).toBe('soa a');
    expect(walk.state.phase.kind).toBe('checking');
  });

  test('equal serial: good, expiry counted anew, next refresh planned', () => {
    const walk = new Walk().due().answered(A, 10);
    expect(walk.state.phase.kind).toBe('idle');
    expect(walk.state.facts.expireAt).toBe(walk.now + HELD.expire * 1000);
    expect(walk.plan).toEqual({ at: walk.now + REFRESH, reason: 'refresh', priority: 'timer' });
  });

  test('newer serial: IXFR, and what comes is the new version', () => {
    const walk = new Walk().due().answered(A, 11);
    expect(walk.asks).toBe('ixfr a');
    walk.installed(A, { ...HELD, serial: 11 });
    expect(walk.state.held?.serial).toBe(11);
    expect(walk.state.facts.received).toEqual({ serial: 11, at: walk.now });
    expect(walk.state.phase.kind).toBe('idle');
    expect(walk.has('save')).toBe(false);
  });

  test('RFC 1982: newer across the wrap', () => {
    const walk = new Walk({ ...HELD, serial: 0xffff_fffe }).due().answered(A, 3);
    expect(walk.asks).toBe('ixfr a');
  });

  test('never loaded: AXFR at once, without asking for the SOA', () => {
    const walk = new Walk(null);
    expect(walk.plan.at).toBeLessThanOrEqual(NOW);
    expect(walk.due().asks).toBe('axfr a');
    walk.installed(A, HELD, undefined, 'axfr');
    expect(walk.state.told).toBe('serving');
    expect(walk.plan.at).toBe(walk.now + REFRESH);
  });

  test('a round under way is not begun a second time, and answers of others change nothing', () => {
    const walk = new Walk().due();
    const { phase } = walk.state;
    expect(walk.after(DAY).do({ kind: 'tick' }).asks).toBeUndefined();
    walk.answered(B, 99);
    walk.installed(A, { ...HELD, serial: 99 });
    expect(walk.state.phase).toEqual(phase);
    expect(walk.state.held?.serial).toBe(10);
  });

  test('a round that is over ignores late answers', () => {
    const walk = new Walk();
    walk.answered(A, 12).failed(A);
    expect(walk.state.facts.failures).toBe(0);
    expect(walk.effects).toEqual([]);
  });
});

describe('several primaries', () => {
  test('the next one is asked in the same round, the sick one last until its time has come', () => {
    const walk = new Walk().due().failed(A);
    expect(walk.asks).toBe('soa b');
    walk.answered(B, 10);
    expect(walk.state.facts.failures).toBe(0);
    expect(walk.state.facts.primaries[A.key].lastError?.message).toBe('a unreachable');
    const retryAfter = walk.state.facts.primaries[A.key].retryAfter;
    walk.do({ kind: 'refresh' }).due();
    expect(walk.asks).toBe('soa b');
    walk.answered(B, 10);
    walk.now = retryAfter;
    expect(walk.do({ kind: 'refresh' }).due().asks).toBe('soa a');
    walk.answered(A, 10);
    expect(walk.state.facts.primaries[A.key].lastError).toBeUndefined();
  });

  test('all fail: one failure more, the retry timer, and the last reason kept', () => {
    const walk = new Walk().due().failed(A).failed(B);
    const failedAt = walk.now;
    expect(walk.state.facts.failures).toBe(1);
    expect(walk.state.facts.lastError?.message).toBe('b unreachable');
    expect(walk.plan).toEqual({
      at: failedAt + retryInterval(zone, HELD, 1, DEFAULT_INTERVALS),
      reason: 'retry',
      priority: 'timer',
    });
    expect(walk.has('save')).toBe(true);
  });

  test('an older serial is not taken, is not good, and the next primary is asked', () => {
    const walk = new Walk();
    const { expireAt } = walk.state.facts;
    walk.due().answered(A, 9);
    expect(walk.asks).toBe('soa b');
    expect(walk.state.facts.primaries[A.key].lastError?.code).toBe('primary-serial-older');
    walk.answered(B, 9);
    expect(walk.state.facts).toMatchObject({ failures: 1, expireAt, lastGoodCheckAt: NOW });
    expect(walk.state.held?.serial).toBe(10);
  });

  test('RFC 1982 3.2: a serial exactly 2^31 away is not taken', () => {
    const walk = new Walk().due().answered(A, (10 + 0x8000_0000) >>> 0);
    expect(walk.asks).toBe('soa b');
  });

  test('no primary configured: a failure with a reason, no tight loop', () => {
    const walk = new Walk(HELD, {}, { ...config, primaries: [] }).due();
    expect(walk.state.facts.lastError?.code).toBe('no-primary');
    expect(walk.plan.at).toBeGreaterThan(walk.now + 500_000);
  });

  test('a primary configured no more is not asked and not remembered', () => {
    const walk = new Walk().due().failed(A).answered(B, 10);
    walk.config = { ...config, primaries: [B] };
    walk.do({ kind: 'configured' });
    expect(Object.keys(walk.state.facts.primaries)).toEqual([]);
    const other = new Walk().due();
    other.config = { ...config, primaries: [A] };
    other.failed(A);
    expect(other.state.phase.kind).toBe('idle');
    expect(other.state.facts.failures).toBe(1);
  });
});

describe('IXFR and AXFR', () => {
  test('a failing IXFR is replaced by AXFR from the same primary at once; then the next one', () => {
    const walk = new Walk().due().answered(A, 11).failed(A, 'refused');
    expect(walk.asks).toBe('axfr a');
    walk.failed(A, 'refused');
    expect(walk.asks).toBe('soa b');
  });

  test('when nothing of the primary is heard, AXFR from it is not tried', () => {
    const walk = new Walk().due().answered(A, 11).failed(A, 'unreachable');
    expect(walk.asks).toBe('soa b');
  });

  test('a primary whose IXFR failed where AXFR worked is asked for AXFR for a bounded time', () => {
    const walk = new Walk().due().answered(A, 11).failed(A, 'refused');
    walk.installed(A, { ...HELD, serial: 11 }, undefined, 'axfr');
    expect(walk.after(1000).do({ kind: 'refresh' }).due().answered(A, 12).asks).toBe('axfr a');
    walk.installed(A, { ...HELD, serial: 12 }, undefined, 'axfr');
    expect(walk.after(60_000).do({ kind: 'refresh' }).due().answered(A, 13).asks).toBe('ixfr a');
    walk.installed(A, { ...HELD, serial: 13 });
    expect(walk.state.facts.primaries[A.key].noIxfrUntil).toBeUndefined();
  });

  test('so is one whose AXFR brought nothing newer: a NOTIFY without SOA does not cost the whole zone each time', () => {
    const notify: RefreshEvent = { kind: 'notify', serial: undefined, primary: A.key };
    const walk = new Walk().do(notify).due();
    expect(walk.asks).toBe('ixfr a');
    expect(walk.failed(A, 'refused').asks).toBe('axfr a');
    walk.answered(A, 10);
    expect(walk.state.facts).toMatchObject({ failures: 0, lastGoodCheckAt: walk.now });
    expect(walk.do(notify).due().asks).toBe('soa a');
    expect(walk.answered(A, 11).asks).toBe('axfr a');
  });

  test('a transfer that brings nothing newer is an SOA check: equal is good, older is not', () => {
    const equal = new Walk().due().answered(A, 11).answered(A, 10);
    expect(equal.state.facts).toMatchObject({ failures: 0, lastGoodCheckAt: equal.now });
    const older = new Walk().due().answered(A, 11).answered(A, 8);
    expect(older.asks).toBe('soa b');
  });

  test("our own failure (disk full) is nobody else's: retry later, old version kept", () => {
    const walk = new Walk().due().answered(A, 11).failed(A, 'local');
    expect(walk.state.phase.kind).toBe('idle');
    expect(walk.state.facts).toMatchObject({ failures: 1, primaries: {} });
    expect(walk.state.held?.serial).toBe(10);
    expect(walk.plan.reason).toBe('retry');
  });

  test('retransfer: AXFR that takes any serial', () => {
    const walk = new Walk().do({ kind: 'retransfer' }).due();
    expect(walk.effects).toContainEqual({ kind: 'transfer', primary: A.key, type: 'axfr', force: true, urgent: true });
    walk.installed(A, { ...HELD, serial: 5 }, undefined, 'axfr');
    expect(walk.state.held?.serial).toBe(5);
  });
});

describe('NOTIFY (RFC 1996)', () => {
  const notify = (serial?: number, primary?: string): RefreshEvent => ({ kind: 'notify', serial, primary });

  test('from a primary: IXFR from it straight away', () => {
    const walk = new Walk().do(notify(11, B.key));
    expect(walk.plan).toMatchObject({ at: NOW, priority: 'change' });
    expect(walk.due().asks).toBe('ixfr b');
    expect(walk.state.facts.lastNotified).toEqual({ serial: 11, at: NOW });
  });

  test('from elsewhere: an SOA check first', () => {
    expect(new Walk().do(notify(11)).due().asks).toBe('soa a');
  });

  test('from a primary whose IXFR does not work: an SOA check first', () => {
    const facts = { primaries: { [A.key]: { failures: 0, retryAfter: 0, noIxfrUntil: NOW + HOUR } } };
    expect(new Walk(HELD, facts).do(notify(11, A.key)).due().asks).toBe('soa a');
  });

  test.each([10, 9])('RFC 1996 3.11: serial %i, which we have, starts nothing', (serial) => {
    const walk = new Walk().do(notify(serial, A.key));
    expect(walk.plan.reason).toBe('refresh');
    expect(walk.plan.at).toBe(NOW + REFRESH);
  });

  test('without SOA, or with a serial that cannot be compared: asked', () => {
    expect(new Walk().do(notify(undefined, A.key)).plan.reason).toBe('notify');
    expect(new Walk().do(notify((10 + 0x8000_0000) >>> 0, A.key)).plan.reason).toBe('notify');
  });

  test('with the serial we have, after a failure: asked, for the primary is back', () => {
    const walk = new Walk().due().failed(A).failed(B).do(notify(10, A.key));
    expect(walk.due().asks).toBe('ixfr a');
  });

  test('RFC 1996 4.4: during a round, merged into one follow-up', () => {
    const walk = new Walk().due();
    for (const serial of [11, 12, 12, 11]) walk.do(notify(serial, A.key));
    expect(walk.asks).toBeUndefined();
    walk.answered(A, 11).installed(A, { ...HELD, serial: 11 });
    expect(walk.plan.reason).toBe('notify');
    expect(walk.due().asks).toBe('ixfr a');
    walk.installed(A, { ...HELD, serial: 12 });
    expect(walk.plan.reason).toBe('refresh');
  });

  test('RFC 1996 4.4: no follow-up when the round brought what was spoken of', () => {
    const walk = new Walk()
      .due()
      .do(notify(11, A.key))
      .answered(A, 11)
      .installed(A, { ...HELD, serial: 12 });
    expect(walk.plan.reason).toBe('refresh');
  });

  test('the other primaries are asked when the first does not have it yet; then as after a failure for one REFRESH', () => {
    const walk = new Walk().do(notify(11, A.key)).due().answered(A, 10);
    expect(walk.asks).toBe('soa b');
    walk.answered(B, 10);
    expect(walk.state.facts.failures).toBe(0);
    expect(walk.plan.at).toBe(walk.now + retryInterval(zone, HELD, 1, DEFAULT_INTERVALS));
    let rounds = 0;
    while (walk.now < NOW + 2 * REFRESH) {
      walk.due().answered(A, 10).answered(B, 10);
      rounds++;
    }
    expect(rounds).toBeLessThanOrEqual(8);
    expect(walk.plan.at).toBe(walk.now + REFRESH);
  });

  test('known before a crash and not fetched: due at start', () => {
    const walk = new Walk(HELD, { lastNotified: { serial: 11, at: NOW - 5 }, lastGoodCheckAt: NOW - 10 });
    expect(walk.plan.at).toBeLessThanOrEqual(NOW);
  });
});

describe('expiry', () => {
  test('at SOA EXPIRE after the last good check, also in the middle of a round', () => {
    const walk = new Walk().due();
    walk.now = NOW + HELD.expire * 1000 - 1;
    expect(walk.do({ kind: 'tick' }).has('expire')).toBe(false);
    walk.after(1).do({ kind: 'tick' });
    expect(walk.has('expire')).toBe(true);
    expect(walk.has('save')).toBe(true);
    expect(walk.do({ kind: 'tick' }).effects).toEqual([]);
  });

  test('an expired zone is revived by a good check of the same serial, without a transfer', () => {
    const walk = new Walk(HELD, { expireAt: NOW, lastGoodCheckAt: NOW - 7 * DAY });
    expect(walk.has('expire')).toBe(true);
    walk.due();
    expect(walk.asks).toBe('soa a');
    walk.answered(A, 10);
    expect(walk.has('serve')).toBe(true);
    expect(walk.state.facts.expireAt).toBe(walk.now + HELD.expire * 1000);
  });

  test('an expired zone with a long RETRY is asked for within minutes', () => {
    const walk = new Walk({ ...HELD, retry: 86_400 }, { expireAt: NOW, lastGoodCheckAt: NOW - 7 * DAY });
    for (let i = 0; i < 20; i++) walk.due().allFail();
    expect(walk.plan.at - walk.now).toBeLessThanOrEqual(DEFAULT_INTERVALS.bootstrapMaxInterval * 1000);
    expect(walk.plan.at - walk.now).toBeGreaterThan(60_000);
  });

  test('RFC 7314 4: EXPIRE in the answer to a check: the later of both, at most SOA EXPIRE', () => {
    const walk = new Walk().after(DAY).due();
    walk.answered(A, 10, 3600);
    expect(walk.state.facts.expireAt).toBe(NOW + 7 * DAY);
    walk
      .do({ kind: 'refresh' })
      .due()
      .answered(A, 10, 6.5 * 86_400);
    expect(walk.state.facts.expireAt).toBe(walk.now + 6.5 * DAY);
    walk.do({ kind: 'refresh' }).due().answered(A, 10, 0xffff_ffff);
    expect(walk.state.facts.expireAt).toBe(walk.now + 7 * DAY);
  });

  test('RFC 7314 4: EXPIRE with a transfer replaces SOA EXPIRE, which stays the maximum', () => {
    const walk = new Walk()
      .due()
      .answered(A, 11)
      .installed(A, { ...HELD, serial: 11 }, 7200);
    expect(walk.state.facts.expireAt).toBe(walk.now + 2 * HOUR);
    const more = new Walk()
      .due()
      .answered(A, 11)
      .installed(A, { ...HELD, serial: 11 }, 0xffff_ffff);
    expect(more.state.facts.expireAt).toBe(more.now + 7 * DAY);
    const dead = new Walk()
      .due()
      .answered(A, 11)
      .installed(A, { ...HELD, serial: 11 }, 0);
    expect(dead.has('expire')).toBe(true);
  });

  test('a copy from a hub that expires soon is refreshed before it does', () => {
    const walk = new Walk()
      .due()
      .answered(A, 11)
      .installed(A, { ...HELD, serial: 11 }, 600);
    expect(walk.plan.at).toBe(walk.now + 300_000);
  });
});

describe('SOA timers at their extremes', () => {
  const timers = [0, 1, 0x7fff_ffff, 0xffff_ffff];
  const cases = timers.flatMap((refresh) =>
    timers.flatMap((retry) => timers.map((expire) => ({ refresh, retry, expire }))),
  );

  test.each(cases)(
    'refresh $refresh, retry $retry, expire $expire: no tight loop, no overflow, never silent',
    (soa) => {
      const held: Held = { serial: 10, ...soa };
      const walk = new Walk(held, { expireAt: NOW + Math.max(soa.expire, 3) * 1000 });
      for (let i = 0; i < 30; i++) {
        const before = walk.now;
        expect(Number.isSafeInteger(Math.ceil(walk.plan.at))).toBe(true);
        walk.due();
        if (i > 0) expect(walk.now - before).toBeGreaterThanOrEqual(700);
        expect(walk.now - before).toBeLessThanOrEqual(2_419_200_000);
        if (i % 3 === 0) walk.allFail();
        else if (walk.state.phase.kind !== 'idle') {
          const asked = walk.state.phase.primary;
          walk.answered(asked === A.key ? A : B, 10);
        }
      }
    },
  );

  test('EXPIRE shorter than REFRESH: the zone is kept alive by asking earlier', () => {
    const walk = new Walk({ ...HELD, refresh: 86_400, expire: 3600 });
    for (let i = 0; i < 100; i++) {
      walk.due();
      expect(walk.has('expire')).toBe(false);
      walk.answered(A, 10);
    }
  });
});

describe('the wall clock jumps', () => {
  test('backwards: refreshing goes on, and nothing lives longer', () => {
    const walk = new Walk().after(HOUR / 2).do({ kind: 'tick' });
    const left = walk.state.facts.expireAt! - walk.now;
    walk.setBack(365 * DAY).do({ kind: 'tick' });
    expect(walk.state.facts.expireAt! - walk.now).toBe(left);
    expect(walk.plan.at - walk.now).toBeLessThanOrEqual(HOUR / 2);
  });

  test('backwards: an expired zone stays expired, also over a restart', () => {
    const walk = new Walk().after(8 * DAY).do({ kind: 'tick' });
    expect(walk.has('expire')).toBe(true);
    walk.setBack(30 * DAY).do({ kind: 'tick' });
    expect(walk.state.told).toBe('expired');
    const saved = walk.state.facts;
    const restarted = start({ held: HELD, facts: saved }, walk.now - 300 * DAY, config);
    expect(restarted.state.told).toBe('expired');
  });

  test('backwards and not yet noticed: time stands still, it does not run backwards', () => {
    const walk = new Walk().after(8 * DAY).do({ kind: 'tick' });
    walk.after(-2 * DAY).do({ kind: 'tick' });
    expect(walk.state.told).toBe('expired');
  });

  test('forwards: the zone is asked for at once, and revived by the answer', () => {
    const walk = new Walk().after(3650 * DAY).do({ kind: 'tick' });
    expect(walk.has('expire')).toBe(true);
    expect(walk.asks).toBe('soa a');
    expect(walk.answered(A, 10).has('serve')).toBe(true);
  });

  test('forwards and back: still expired until a primary says otherwise', () => {
    const walk = new Walk()
      .after(3650 * DAY)
      .do({ kind: 'tick' })
      .failed(A)
      .failed(B)
      .setBack(3650 * DAY);
    walk.do({ kind: 'tick' });
    expect(walk.state.told).toBe('expired');
    expect(walk.plan.at - walk.now).toBeLessThanOrEqual(HELD.retry * 1000);
  });

  test('the first round after a start comes before REFRESH and RETRY; the next as they say', () => {
    const facts = { ...NO_FACTS, expireAt: NOW + DAY, lastGoodCheckAt: NOW };
    for (const failures of [0, 3]) {
      const failed = { failures, lastAttemptAt: failures > 0 ? NOW : undefined };
      const walk = new Walk();
      walk.state = start({ held: HELD, facts: { ...facts, ...failed }, firstRoundAt: NOW + 5000 }, NOW, config).state;
      expect(walk.plan).toMatchObject({ at: NOW + 5000, priority: 'timer' });
      expect(walk.do({ kind: 'tick' }).asks).toBeUndefined();
      expect(walk.due().asks).toBe('soa a');
      expect(walk.answered(A, 10).plan.at).toBe(NOW + 5000 + REFRESH);
    }
  });

  test('the first round after a start is not held back by a clock set back', () => {
    const first = start(
      { held: HELD, facts: { ...NO_FACTS, expireAt: NOW + DAY }, firstRoundAt: NOW + 5000 },
      NOW,
      config,
    );
    const back = step(first.state, { kind: 'set-back', ms: 30 * DAY }, NOW - 30 * DAY, config);
    expect(plan(back.state, config)!.at).toBeLessThanOrEqual(NOW - 30 * DAY + 5000);
  });
});
