import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startNotify, step, wakeAt } from './machine.ts';
import type { NotifyEffect, NotifyEvent, NotifyState } from './state.ts';
import { NOTIFY_OUT } from './timing.ts';

/** Drives one machine by hand: time moves only by `at`, answers only come when told. */
class Bench {
  now = 1_000_000;
  state: NotifyState;
  effects: readonly NotifyEffect[];

  constructor(serial: number, addresses = 1) {
    const first = startNotify(serial, addresses, 0.5, this.now);
    this.state = first.state;
    this.effects = first.effects;
  }

  on(event: NotifyEvent, after = 0): readonly NotifyEffect[] {
    this.now += after;
    const next = step(this.state, event, this.now);
    this.state = next.state;
    this.effects = next.effects;
    return next.effects;
  }

  /** Sleeps as the runner does, then ticks. */
  sleep(): readonly NotifyEffect[] {
    const at = wakeAt(this.state);
    if (at === undefined) throw new Error('the machine does not want to be woken');
    return this.on({ kind: 'tick' }, at - this.now);
  }

  kinds(): string[] {
    return this.effects.map((effect) => effect.kind);
  }
}

/** A target that was just seen to serve `serial`. */
function inSync(serial: number, addresses = 1): Bench {
  const bench = new Bench(serial, addresses);
  bench.on({ kind: 'probe-answered', serial }, 1);
  return bench;
}

describe('a change goes ahead of what a start or a timer has found out', () => {
  test('who is found to be behind is told, and asked, when no change waits', () => {
    const bench = new Bench(7);
    expect(bench.on({ kind: 'probe-answered', serial: 5 }, 1)).toMatchObject([{ kind: 'notify', urgent: false }]);
    bench.on({ kind: 'notify-acknowledged', serial: 7 }, 1);
    expect(bench.sleep()).toMatchObject([{ kind: 'probe', urgent: false }]);
  });

  test('who is told of a change goes ahead until it has it; what it loses later is no change', () => {
    const bench = inSync(7);
    expect(bench.on({ kind: 'commit', serial: 8 }, 60_000)).toMatchObject([{ kind: 'notify', urgent: true }]);
    bench.on({ kind: 'notify-acknowledged', serial: 8 }, 1);
    expect(bench.sleep()).toMatchObject([{ kind: 'probe', urgent: true }]);
    bench.on({ kind: 'probe-answered', serial: 8 }, 1);
    expect(bench.sleep()).toMatchObject([{ kind: 'probe', urgent: false }]);
    expect(bench.on({ kind: 'probe-answered', serial: 7 }, 1)).toMatchObject([{ kind: 'notify', urgent: false }]);
  });
});

describe('a server that is down is named soon', () => {
  test('in sync, a re-check without an answer: asked once more after 250 ms, for 1 s', () => {
    const bench = inSync(7);
    bench.sleep();
    bench.on({ kind: 'probe-failed', cause: 'silence', reason: 'no answer' }, 2_000);
    const failedAt = bench.now;
    expect(bench.sleep()).toEqual([{ kind: 'probe', address: 0, timeout: 1_000, urgent: false }]);
    expect(bench.now - failedAt).toBe(NOTIFY_OUT.doubtDelay);
    bench.on({ kind: 'probe-failed', cause: 'silence', reason: 'no answer' }, 1_000);
    expect(bench.state.silent).toBe(2);
    expect(bench.now - failedAt).toBeLessThan(2_000);
    // From then on as slowly as any other.
    expect(wakeAt(bench.state)! - bench.now).toBeGreaterThanOrEqual(1_000);
  });
});

describe('start: the target is asked before it is told', () => {
  test('a probe leaves at once, no NOTIFY', () => {
    const bench = new Bench(7);
    expect(bench.effects).toEqual([{ kind: 'probe', address: 0, timeout: 2_000, urgent: false }]);
  });

  test('it has the serial: in sync, confirmed, only a rare re-check remains', () => {
    const bench = new Bench(7);
    expect(bench.on({ kind: 'probe-answered', serial: 7 }, 3)).toEqual([{ kind: 'confirmed', serial: 7 }]);
    expect(bench.state.phase).toBe('in-sync');
    expect(bench.state.seen).toEqual({ serial: 7, at: bench.now });
    expect(wakeAt(bench.state)).toBe(bench.now + NOTIFY_OUT.recheckInterval);
  });

  test('it is older: NOTIFY', () => {
    const bench = new Bench(7);
    expect(bench.on({ kind: 'probe-answered', serial: 5 }, 3)).toEqual([
      { kind: 'notify', serial: 7, address: 0, timeout: 500, urgent: false },
    ]);
  });

  test('it does not say: NOTIFY', () => {
    const bench = new Bench(7);
    bench.on({ kind: 'probe-failed', cause: 'silence', reason: 'no answer' }, 2_000);
    expect(bench.kinds()).toEqual(['notify']);
  });
});

describe('a commit', () => {
  test('RFC 1996 3.1, 3.6: NOTIFY at once; acknowledged is not applied; probes until the serial is seen', () => {
    const bench = inSync(7);
    expect(bench.on({ kind: 'commit', serial: 8 }, 60_000)).toEqual([
      { kind: 'notify', serial: 8, address: 0, timeout: 500, urgent: true },
    ]);
    expect(bench.on({ kind: 'notify-acknowledged', serial: 8 }, 1)).toEqual([]);
    expect(bench.state.phase).toBe('behind');
    const asked: number[] = [];
    const acknowledged = bench.now;
    for (let i = 0; i < 10; i++) {
      expect(bench.sleep()).toEqual([{ kind: 'probe', address: 0, timeout: 500, urgent: true }]);
      asked.push(bench.now - acknowledged);
      bench.on({ kind: 'probe-answered', serial: 7 });
    }
    expect(asked).toEqual([3, 5, 7, 9, 12, 16, 22, 31, 44, 64]);
    bench.sleep();
    expect(bench.on({ kind: 'probe-answered', serial: 8 }, 1)).toEqual([{ kind: 'confirmed', serial: 8 }]);
    expect(bench.state).toMatchObject({ phase: 'in-sync', notifyAt: undefined, attempts: 0 });
  });

  test.each([
    ['acknowledged but never served: after 2 s at the earliest', true, [0, 2, 4, 6, 10, 18, 48, 78]],
    ['refused: after 0.5, 1, 2, 4, 8 s, then every 30 s', false, [0, 0.5, 1.5, 3.5, 7.5, 15.5, 45.5, 75.5]],
  ])('NOTIFY is repeated while it is %s', (_how, isAcknowledged, times) => {
    const bench = inSync(7);
    bench.on({ kind: 'commit', serial: 8 }, 60_000);
    const sent: number[] = [];
    const start = bench.now;
    while (sent.length < 8) {
      for (const effect of bench.effects) {
        if (effect.kind === 'notify') {
          sent.push((bench.now - start) / 1000);
          if (isAcknowledged) bench.on({ kind: 'notify-acknowledged', serial: 8 });
          else bench.on({ kind: 'notify-failed', serial: 8, cause: 'refused', reason: 'REFUSED' });
        } else if (effect.kind === 'probe') bench.on({ kind: 'probe-answered', serial: 7 });
      }
      bench.sleep();
    }
    expect(sent).toEqual(times);
    expect(bench.state.attempts).toBeGreaterThanOrEqual(8);
  });

  test('silence: the next NOTIFY follows by the same schedule, the target is unreachable meanwhile', () => {
    const bench = inSync(7);
    bench.on({ kind: 'commit', serial: 8 }, 60_000);
    bench.on({ kind: 'notify-failed', serial: 8, cause: 'silence', reason: 'no answer in 500 ms' }, 500);
    expect(bench.kinds()).toContain('notify');
    expect(bench.state.silent).toBe(1);
    expect(bench.state.lastError).toBe('no answer in 500 ms');
  });

  test('a NOTIFY that is refused is recorded and repeated; the target is probed, it may follow by itself', () => {
    const bench = inSync(7);
    bench.on({ kind: 'commit', serial: 8 }, 60_000);
    expect(bench.on({ kind: 'notify-failed', serial: 8, cause: 'refused', reason: 'REFUSED' }, 1)).toEqual([]);
    expect(bench.state).toMatchObject({ lastError: 'REFUSED', silent: 0 });
    const woken = [bench.sleep(), bench.sleep()].flat().map((effect) => effect.kind);
    expect(woken.sort()).toEqual(['notify', 'probe']);
  });

  test('RFC 1996 3.12: NOTIMP ends the NOTIFYs of this serial, not the watching', () => {
    const bench = inSync(7);
    bench.on({ kind: 'commit', serial: 8 }, 60_000);
    bench.on({ kind: 'notify-failed', serial: 8, cause: 'not-implemented', reason: 'NOTIMP' }, 1);
    for (let i = 0; i < 10; i++) {
      expect(bench.sleep().map((effect) => effect.kind)).toEqual(['probe']);
      bench.on({ kind: 'probe-answered', serial: 7 }, 1);
    }
    expect(bench.on({ kind: 'commit', serial: 9 }).map((effect) => effect.kind)).toEqual(['notify']);
  });

  test('several addresses of a target: silence moves on to the next, success stays', () => {
    const bench = inSync(7, 3);
    bench.on({ kind: 'commit', serial: 8 }, 60_000);
    bench.on({ kind: 'notify-failed', serial: 8, cause: 'silence', reason: 'no answer' }, 500);
    expect(bench.effects).toContainEqual({ kind: 'notify', serial: 8, address: 1, timeout: 1_000, urgent: true });
    bench.on({ kind: 'notify-acknowledged', serial: 8 }, 1);
    expect(bench.state.address).toBe(1);
  });
});

describe('bursts', () => {
  test('at most one NOTIFY under way: what is committed meanwhile is told by the next one', () => {
    const bench = inSync(7);
    bench.on({ kind: 'commit', serial: 8 }, 60_000);
    for (let serial = 9; serial < 60; serial++) expect(bench.on({ kind: 'commit', serial }, 2)).toEqual([]);
    expect(bench.on({ kind: 'notify-acknowledged', serial: 8 })).toContainEqual({
      kind: 'notify',
      serial: 59,
      address: 0,
      timeout: 500,
      urgent: true,
    });
  });

  test('500 commits a second, acknowledged at once: the first at once, then at most one NOTIFY each 5 ms', () => {
    const bench = inSync(0);
    bench.now += 60_000;
    const start = bench.now;
    const sent: number[] = [];
    const take = (effects: readonly NotifyEffect[]): void => {
      for (const effect of effects) {
        if (effect.kind === 'notify') {
          sent.push(bench.now - start);
          take(bench.on({ kind: 'notify-acknowledged', serial: effect.serial }));
        } else if (effect.kind === 'probe') take(bench.on({ kind: 'probe-answered', serial: bench.state.serial }));
      }
    };
    for (let ms = 0; ms < 1_000; ms++) {
      bench.now = start + ms;
      if (ms % 2 === 0) take(bench.on({ kind: 'commit', serial: 1 + ms / 2 }));
      if ((wakeAt(bench.state) ?? Number.POSITIVE_INFINITY) <= bench.now) take(bench.on({ kind: 'tick' }));
    }
    expect(sent[0]).toBe(0);
    expect(sent.length).toBeGreaterThan(100);
    expect(sent.length).toBeLessThanOrEqual(201);
    for (let i = 1; i < sent.length; i++) expect(sent[i] - sent[i - 1]).toBeGreaterThanOrEqual(NOTIFY_OUT.minInterval);
  });

  test('a NOTIFY that fails after it was superseded does not delay the newer one', () => {
    const bench = inSync(7);
    bench.on({ kind: 'commit', serial: 8 }, 60_000);
    bench.on({ kind: 'commit', serial: 9 }, 100);
    const effects = bench.on({ kind: 'notify-failed', serial: 8, cause: 'silence', reason: 'no answer' }, 400);
    expect(effects).toContainEqual({ kind: 'notify', serial: 9, address: 0, timeout: 500, urgent: true });
    expect(bench.state.attempts).toBe(1);
  });
});

describe('watching', () => {
  test('a target in sync that loses the zone is told again', () => {
    const bench = inSync(7);
    bench.sleep();
    expect(bench.kinds()).toEqual(['probe']);
    bench.on({ kind: 'probe-failed', cause: 'refused', reason: 'SERVFAIL' }, 1);
    bench.sleep();
    expect(bench.on({ kind: 'probe-answered', serial: 3 }, 1).map((effect) => effect.kind)).toEqual(['notify']);
    expect(bench.state.phase).toBe('behind');
  });

  test('a target that is ahead is shown as such and not notified', () => {
    const bench = new Bench(7);
    expect(bench.on({ kind: 'probe-answered', serial: 9 }, 1)).toEqual([]);
    expect(bench.state.phase).toBe('ahead');
    expect(bench.state.lastError).toContain('serial 9');
    expect(bench.sleep().map((effect) => effect.kind)).toEqual(['probe']);
    bench.on({ kind: 'commit', serial: 10 });
    expect(bench.kinds()).toEqual(['notify']);
  });

  test('notify-now tells a target that is in sync, once, and retries end when a probe sees the serial', () => {
    const bench = inSync(7);
    expect(bench.on({ kind: 'notify-now' }, 1_000).map((effect) => effect.kind)).toEqual(['notify']);
    bench.on({ kind: 'notify-acknowledged', serial: 7 }, 1);
    bench.sleep();
    expect(bench.on({ kind: 'probe-answered', serial: 7 }, 1)).toEqual([]);
    expect(bench.state).toMatchObject({ phase: 'in-sync', notifyAt: undefined });
  });

  test('a clock set back by an hour does not silence the machine for an hour', () => {
    const bench = inSync(7);
    bench.on({ kind: 'commit', serial: 8 }, 60_000);
    bench.on({ kind: 'notify-failed', serial: 8, cause: 'refused', reason: 'REFUSED' }, 1);
    bench.now -= 3_600_000;
    expect(bench.on({ kind: 'tick' }).map((effect) => effect.kind)).toContain('notify');
    bench.on({ kind: 'notify-acknowledged', serial: 8 });
    bench.now -= 3_600_000;
    expect(bench.on({ kind: 'commit', serial: 9 }).map((effect) => effect.kind)).toContain('notify');
  });
});

test('whatever the target answers and in whatever order commits come: one message of a kind under way, never asleep while behind', () => {
  const answers = fc.constantFrom('ok', 'old', 'silence', 'refused', 'not-implemented');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.boolean(), answers), { maxLength: 80 }),
      (script) => {
        const bench = new Bench(1, 2);
        let notifying: number | undefined;
        let probing = true;
        const take = (effects: readonly NotifyEffect[]): void => {
          for (const effect of effects) {
            if (effect.kind === 'notify') {
              expect(notifying).toBeUndefined();
              notifying = effect.serial;
              expect(effect.serial).toBe(bench.state.serial);
            } else if (effect.kind === 'probe') {
              expect(probing).toBe(false);
              probing = true;
            }
          }
        };
        for (const [after, commits, answer] of script) {
          bench.now += after;
          if (commits) take(bench.on({ kind: 'commit', serial: bench.state.serial + 1 }));
          if (notifying !== undefined) {
            const serial = notifying;
            notifying = undefined;
            const reason = answer;
            if (answer === 'ok' || answer === 'old') take(bench.on({ kind: 'notify-acknowledged', serial }));
            else take(bench.on({ kind: 'notify-failed', serial, cause: answer, reason }));
          } else if (probing) {
            probing = false;
            if (answer === 'ok') take(bench.on({ kind: 'probe-answered', serial: bench.state.serial }));
            else if (answer === 'old') take(bench.on({ kind: 'probe-answered', serial: bench.state.serial - 1 }));
            else
              take(
                bench.on({ kind: 'probe-failed', cause: answer === 'silence' ? answer : 'refused', reason: answer }),
              );
          } else take(bench.sleep());
          // It always has something under way or wants to be woken, within 30 s while the target is behind.
          const wake = wakeAt(bench.state);
          if (notifying === undefined && !probing) {
            expect(wake).toBeDefined();
            if (bench.state.phase !== 'in-sync') expect(wake! - bench.now).toBeLessThanOrEqual(NOTIFY_OUT.slowest);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

describe('several nodes behind one address (RFC 5001 2.2)', () => {
  const from = (node: string, serial: number): NotifyEvent => ({ kind: 'probe-answered', serial, node });
  function bothAt(serial: number): Bench {
    const bench = inSync(serial);
    bench.on(from('a', serial));
    bench.on(from('b', serial));
    return bench;
  }

  test('in sync when every node has it: until then it is asked, and told again', () => {
    const bench = bothAt(7);
    bench.on({ kind: 'commit', serial: 8 });
    bench.on({ kind: 'notify-acknowledged', serial: 8 }, 1);
    expect(bench.on(from('a', 8), 3)).toEqual([]);
    expect(bench.state).toMatchObject({ phase: 'behind', seen: { serial: 7 } });
    for (let i = 0; i < 15; i++) {
      expect(wakeAt(bench.state)! - bench.now).toBeLessThanOrEqual(NOTIFY_OUT.otherNode);
      bench.sleep();
      bench.on({ kind: 'notify-acknowledged', serial: 8 });
      bench.on(from('a', 8));
    }
    expect(bench.state.phase).toBe('behind');
    bench.on(from('b', 8));
    expect(bench.state).toMatchObject({ phase: 'in-sync', seen: { serial: 8 } });
    expect(bench.kinds()).toEqual(['confirmed']);
  });

  test('a node that is known by its answers for other zones is asked for this one before it is in sync', () => {
    const bench = inSync(7);
    bench.on({ kind: 'commit', serial: 8 });
    bench.on({ kind: 'notify-acknowledged', serial: 8 }, 1);
    const there = ['a', 'b'];
    expect(bench.on({ ...from('a', 8), there } as NotifyEvent, 3)).toEqual([]);
    expect(bench.state).toMatchObject({ phase: 'behind', seen: { serial: 7 } });
    expect(wakeAt(bench.state)! - bench.now).toBeLessThanOrEqual(NOTIFY_OUT.otherNode);
    bench.on({ ...from('b', 8), there } as NotifyEvent);
    expect(bench.state).toMatchObject({ phase: 'in-sync', seen: { serial: 8 } });
  });

  test('while it is not known how many nodes there are it is asked again soon, and then seldom', () => {
    const bench = inSync(7);
    bench.on({ ...from('a', 7), isNew: true } as NotifyEvent);
    expect(bench.state.phase).toBe('in-sync');
    expect(wakeAt(bench.state)! - bench.now).toBe(NOTIFY_OUT.otherNode);
    bench.on(from('a', 7));
    expect(wakeAt(bench.state)! - bench.now).toBeGreaterThan(NOTIFY_OUT.recheckInterval / 2);
  });

  test('a node that does not answer any more is waited for during 20 answers of the other', () => {
    const bench = bothAt(7);
    bench.on({ kind: 'commit', serial: 8 });
    let answers = 0;
    for (; bench.state.phase === 'behind'; answers++) bench.on(from('a', 8), 100);
    expect(answers).toBe(20);
  });
});
