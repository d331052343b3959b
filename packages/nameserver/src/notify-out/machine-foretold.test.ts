import { expect, test } from 'vitest';
import { behind } from '../fixtures/notify-machine.ts';
import { NOTIFY_OUT } from './timing.ts';

/** A NOTIFY that leaves while the version is being synced: a hint (RFC 1996 3.7) to a target that then waits for the answer to its IXFR. */

/** A target that serves serial 2, as we do. */
function inSync() {
  const machine = behind();
  machine.on({ kind: 'notify-acknowledged', serial: 2 }, 1);
  machine.on({ kind: 'probe-answered', serial: 2 }, 10);
  return machine;
}

test('one NOTIFY: before the commit, and not again with it', () => {
  const { on, state } = inSync();
  expect(on({ kind: 'foretell', serial: 3 }, 1_000)).toEqual(['notify']);
  expect(state()).toMatchObject({ phase: 'in-sync', serial: 2, foretold: 3 });
  expect(on({ kind: 'commit', serial: 3 }, 1)).toEqual([]);
  expect(state()).toMatchObject({ phase: 'behind', serial: 3, attempts: 1 });
  on({ kind: 'notify-acknowledged', serial: 3 }, 1);
  expect(on({ kind: 'tick' }, 3)).toEqual(['probe']);
  expect(on({ kind: 'probe-answered', serial: 3 })).toEqual(['confirmed']);
  expect(state()).toMatchObject({ phase: 'in-sync', foretold: undefined });
});

test('lost on the way: sent again as any other', () => {
  const { on, now, state } = inSync();
  on({ kind: 'foretell', serial: 3 }, 1_000);
  on({ kind: 'commit', serial: 3 }, 1);
  expect(state().notifyAt).toBe(now() + 500);
  expect(on({ kind: 'notify-failed', serial: 3, cause: 'silence', reason: 'no answer' }, 500)).toEqual(['notify']);
});

test('who came too early and still has the old one is told again soon, once', () => {
  const { on } = inSync();
  on({ kind: 'foretell', serial: 3 }, 1_000);
  on({ kind: 'commit', serial: 3 }, 1);
  on({ kind: 'notify-acknowledged', serial: 3 }, 1);
  const sent: number[] = [];
  for (let ms = 0; ms < NOTIFY_OUT.acknowledgedPause; ms++) {
    for (const effect of on({ kind: 'tick' }, 1)) {
      if (effect === 'probe') on({ kind: 'probe-answered', serial: 2 });
      else {
        sent.push(ms);
        on({ kind: 'notify-acknowledged', serial: 3 });
      }
    }
  }
  expect(sent).toEqual([498]);
});

test('the version never came: nothing is wrong with the target, and what is committed later is told as ever', () => {
  const { on, state } = inSync();
  on({ kind: 'foretell', serial: 3 }, 1_000);
  on({ kind: 'notify-acknowledged', serial: 3 }, 1);
  expect(on({ kind: 'tick' }, 3)).toEqual(['probe']);
  expect(on({ kind: 'probe-answered', serial: 2 }, 1)).toEqual([]);
  expect(state()).toMatchObject({ phase: 'in-sync', serial: 2, foretold: undefined });
  expect(on({ kind: 'commit', serial: 3 }, 1_000)).toEqual(['notify']);
});

test('another version came instead of the one foretold: it is told of that', () => {
  const { on } = inSync();
  on({ kind: 'foretell', serial: 3 }, 1_000);
  on({ kind: 'notify-failed', serial: 3, cause: 'silence', reason: 'no answer' }, 100);
  expect(on({ kind: 'commit', serial: 4 }, 1)).toEqual(['notify']);
});

test('who is behind, or is being told, is not told of more', () => {
  const { on } = behind();
  expect(on({ kind: 'foretell', serial: 3 }, 1_000)).toEqual([]);
  const told = inSync();
  told.on({ kind: 'notify-now' }, 1_000);
  expect(told.on({ kind: 'foretell', serial: 3 }, 1_000)).toEqual([]);
});
