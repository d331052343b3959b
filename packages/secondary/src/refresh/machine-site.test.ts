import { type Name, name } from '@zonewire/shared-protocol';
import { describe, expect, test } from 'vitest';
import { SITE, type SiteHead } from '../site/port.ts';
import { NO_FACTS } from './facts.ts';
import { start, step } from './machine.ts';
import { plan } from './plan.ts';
import type { Held, RefreshConfig, RefreshEffect, RefreshEvent, RefreshState } from './state.ts';
import { DEFAULT_INTERVALS } from './timing.ts';

const NOW = Date.UTC(2026, 5, 1);
const HOUR = 3_600_000;
const zone: Name = name('example.test.');
const A = { key: 'a@127.0.0.1:53', id: 'a', host: '127.0.0.1', port: 53 };
const config: RefreshConfig = { zone, primaries: [A], intervals: DEFAULT_INTERVALS, site: true };
const HELD: Held = { serial: 10, refresh: 3600, retry: 600, expire: 86_400 };

const TRANSFER = { type: 'ixfr', from: SITE, fromSerial: 10, toSerial: 11 } as never;

function head(more: Partial<SiteHead> = {}): SiteHead {
  const now = { checkedAt: NOW + HOUR, expireAt: NOW + 25 * HOUR, nextAt: NOW + 2 * HOUR };
  return { zone: 'example.test.', serial: 10, failures: 0, ...now, ...more };
}

/** A node of a site, an hour after its last good check, when a round is due. */
function node({ empty = false } = {}) {
  const held = empty ? undefined : HELD;
  const good = held && { lastGoodCheckAt: NOW, expireAt: NOW + 24 * HOUR, asOf: NOW };
  let state: RefreshState = start({ held, facts: { ...NO_FACTS, ...good } }, NOW, config).state;
  let effects: readonly RefreshEffect[] = [];
  const it = {
    now: NOW + HOUR,
    do(event: RefreshEvent) {
      const next = step(state, event, it.now, config);
      state = next.state;
      effects = next.effects;
      return it;
    },
    site: (answer: Partial<SiteHead> = {}) => {
      const { serial, checkedAt, nextAt, expireAt } = head(answer);
      const expire = (expireAt - it.now) / 1000;
      return it.do({ kind: 'answered', primary: SITE, serial, expire, checkedAt, nextAt });
    },
    silent: () => it.do({ kind: 'failed', primary: SITE, failure: 'unreachable', code: 'site-silent', message: '' }),
    asked: () =>
      effects.flatMap((e) => (e.kind === 'check' || e.kind === 'transfer' ? [`${e.kind} ${e.primary}`] : [])),
    ended: () => effects.find((e) => e.kind === 'ended'),
    get state() {
      return state;
    },
    get plan() {
      return plan(state, config);
    },
  };
  return it;
}

describe('a node of a site', () => {
  test('asks the site first; what another node has just checked is not asked for again', () => {
    const it = node().do({ kind: 'tick' });
    expect(it.asked()).toEqual([`check ${SITE}`]);
    it.site();
    expect(it.ended()).toMatchObject({ outcome: 'up-to-date', source: 'site' });
    expect(it.state.facts).toMatchObject({ lastGoodCheckAt: NOW + HOUR, failures: 0 });
    // What is left of it there (RFC 7314 4), not SOA EXPIRE from now.
    expect(it.state.facts.expireAt).toBe(NOW + 25 * HOUR);
  });

  test.each([
    ['knows no more than this node', { checkedAt: NOW }],
    ['is due itself', { nextAt: NOW + HOUR }],
    ['has an older serial', { serial: 9 }],
  ])('asks the primary when the site %s', (_, answer) => {
    expect(node().do({ kind: 'tick' }).site(answer).asked()).toEqual([`check ${A.key}`]);
  });

  test('asks the primary when the site is silent; that is nobody’s failure', () => {
    const it = node().do({ kind: 'tick' }).silent();
    expect(it.asked()).toEqual([`check ${A.key}`]);
    it.do({ kind: 'answered', primary: A.key, serial: 10 });
    expect(it.ended()).toMatchObject({ outcome: 'up-to-date', source: 'primary' });
    expect(it.state.facts.primaries).toEqual({});
  });

  test('a newer version, or the first one, is taken from the site; when that fails, from the primary', () => {
    expect(node().do({ kind: 'tick' }).site({ serial: 11 }).asked()).toEqual([`transfer ${SITE}`]);
    const first = node({ empty: true }).do({ kind: 'tick' });
    expect(first.site().asked()).toEqual([`transfer ${SITE}`]);
    expect(first.silent().asked()).toEqual([`transfer ${A.key}`]);
  });

  test('a person asks the primary', () => {
    expect(node().do({ kind: 'refresh' }).do({ kind: 'tick' }).asked()).toEqual([`check ${A.key}`]);
  });

  test('NOTIFY of a serial the site does not have yet: the primary', () => {
    const it = node().do({ kind: 'notify', serial: 12, primary: A.key }).do({ kind: 'tick' });
    expect(it.site().asked()).toEqual([`transfer ${A.key}`]);
  });
});

describe('news of the site', () => {
  const news = (more?: Partial<SiteHead>): RefreshEvent => ({ kind: 'news', head: head(more) });

  test('a good check of our serial: facts and plan follow it, and a NOTIFY of it is answered', () => {
    const it = node().do({ kind: 'notify', serial: undefined });
    it.now += 1;
    it.do(news({ checkedAt: it.now }));
    expect(it.state.pending).toBeUndefined();
    expect(it.state.facts.lastGoodCheckAt).toBe(it.now);
    expect(it.plan?.at).toBeGreaterThan(it.now);
    expect(it.asked()).toEqual([]);
  });

  test('a check from before the NOTIFY does not answer it', () => {
    const it = node().do({ kind: 'notify', serial: undefined });
    it.do(news({ checkedAt: it.now - 1 }));
    expect(it.state.pending).toMatchObject({ cause: 'notify' });
  });

  test('a newer version is taken at once', () => {
    expect(
      node()
        .do(news({ serial: 11 }))
        .asked(),
    ).toEqual([`check ${SITE}`]);
  });

  test.each([
    ['older than ours', { serial: 9, checkedAt: NOW + HOUR }],
    ['expired there', { serial: 11, expireAt: NOW + HOUR }],
    ['from before our own check', { checkedAt: NOW - 1 }],
  ])('%s: nothing', (_, more) => {
    const it = node();
    const before = it.state.facts;
    expect(it.do(news(more)).asked()).toEqual([]);
    expect(it.state.facts).toEqual({ ...before, asOf: it.now });
  });

  test('a clock that is ahead there does not make a check of the future here', () => {
    const it = node().do(news({ checkedAt: NOW + 9 * HOUR, expireAt: NOW + 99 * HOUR }));
    expect(it.state.facts.lastGoodCheckAt).toBe(it.now);
    expect(it.state.facts.expireAt).toBe(it.now + 24 * HOUR);
  });

  test('a round that failed there: retried when that node would', () => {
    const error = { code: 'timeout', message: 'no answer' };
    const it = node().do(news({ checkedAt: NOW, failures: 1, failedAt: NOW + HOUR, error }));
    expect(it.state.facts).toMatchObject({ failures: 1, lastAttemptAt: NOW + HOUR, lastError: error });
    expect(it.plan).toMatchObject({ reason: 'retry' });
    expect(it.plan!.at).toBeGreaterThan(it.now);
  });

  test('while a round is under way: nothing, when it brings what they tell of', () => {
    const it = node().do({ kind: 'tick' });
    const { kind } = it.state.phase;
    expect(it.do(news({ serial: 11 })).asked()).toEqual([]);
    expect(it.state.phase.kind).toBe(kind);
    it.site({ serial: 11 });
    it.do({ kind: 'installed', primary: SITE, held: { ...HELD, serial: 11 }, transfer: TRANSFER });
    expect([it.ended(), it.asked()]).toMatchObject([{ outcome: 'installed' }, []]);
    expect(it.state.phase.kind).toBe('idle');
  });

  test('while a round is under way that asked too early: the site is asked again behind it, once', () => {
    const it = node().do({ kind: 'tick' }).silent();
    expect(it.do(news({ serial: 11 })).asked()).toEqual([]);
    const dead = { kind: 'failed', primary: A.key, failure: 'unreachable', code: 'timeout', message: '' } as const;
    it.do(dead);
    expect([it.ended(), it.asked()]).toMatchObject([{ outcome: 'failed' }, [`check ${SITE}`]]);
    expect(it.silent().do(dead).asked()).toEqual([]);
    expect(it.state.phase.kind).toBe('idle');
  });
});
