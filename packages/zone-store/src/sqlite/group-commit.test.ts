import { ZonewireError } from '@zonewire/shared-protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Pace } from '../port.ts';
import {
  BUSY_MS,
  GroupCommit,
  LEAST_PATIENT,
  MAX_GROUP_BYTES,
  MAX_GROUP_OPERATIONS,
  PATIENCE_MS,
  PATIENT_MS,
  SLOW_MS,
} from './group-commit.ts';

function fakeDatabase() {
  const state = {
    durable: [] as string[],
    open: [] as string[],
    groups: [] as string[][],
    failAt: '',
    now: 0,
    syncMs: 0,
    here: 0,
    /** Syncs beside the event loop that are not over. */
    behind: [] as (() => void)[],
    holdBehind: false,
    bytes: 0,
    /** What applying one takes, ms. */
    applyMs: 0,
  };
  const groups = new GroupCommit(
    {
      begin: () => {
        state.open = [];
        if (state.failAt === 'begin') throw new Error('begin');
      },
      commit: () => {
        if (state.failAt === 'commit') throw new Error('commit');
      },
      sync: () => {
        if (state.failAt === 'sync') throw new Error('sync');
        state.now += state.syncMs;
        state.here++;
      },
      syncBehind: (done) => {
        const end = () => {
          state.now += state.syncMs;
          done(state.failAt === 'sync' ? new Error('sync') : undefined);
        };
        if (state.holdBehind) state.behind.push(end);
        else setImmediate(end);
      },
      stored: () => {
        state.durable.push(...state.open);
        state.groups.push(state.open);
      },
      rollback: () => {
        state.open = [];
      },
      concernsOne: (cause) => (cause as Error).message === 'poison',
      describe: (cause) => new ZonewireError('store-write-failed', 'disk', { cause }),
    },
    (bytes) => {
      state.bytes += bytes;
    },
    () => state.now,
  );
  const write = (what: string, bytes = 1, pace?: Pace, zone?: string) =>
    groups.enqueue(
      {
        bytes,
        apply: () => {
          if (what === 'refused') return new ZonewireError('store-out-of-order', 'no');
          if (what === 'throws') throw new Error('apply');
          if (what === 'poison') throw new Error('poison');
          state.open.push(what);
          state.now += state.applyMs;
          return undefined;
        },
      },
      pace,
      undefined,
      zone,
    );
  return { state, groups, write };
}

const outcomes = async (promises: Promise<void>[]) =>
  (await Promise.allSettled(promises)).map((o) => (o.status === 'fulfilled' ? 'stored' : o.reason.code));

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('group commit', () => {
  test('calls of one turn share one transaction, in call order; later calls make the next', async () => {
    const { state, write } = fakeDatabase();
    await Promise.all([write('a'), write('b'), Promise.resolve().then(() => write('c'))]);
    await write('d');
    expect(state.groups).toEqual([['a', 'b', 'c'], ['d']]);
  });

  test('a promise resolves only after the commit', async () => {
    const { state, write } = fakeDatabase();
    const seen: boolean[] = [];
    await Promise.all(['a', 'b'].map((what) => write(what).then(() => seen.push(state.durable.includes(what)))));
    expect(seen).toEqual([true, true]);
  });

  test('a refused operation leaves the others of its group alone', async () => {
    const { state, write } = fakeDatabase();
    expect(await outcomes([write('a'), write('refused'), write('b')])).toEqual([
      'stored',
      'store-out-of-order',
      'stored',
    ]);
    expect(state.durable).toEqual(['a', 'b']);
  });

  test.each(['begin', 'commit', 'sync', 'apply'])(
    'when %s fails nothing of the group is stored, and the next group works',
    async (step) => {
      const { state, groups, write } = fakeDatabase();
      state.failAt = step;
      const failed = await outcomes([
        write('a'),
        write(step === 'apply' ? 'throws' : 'b'),
        write('c'),
        write('refused'),
      ]);
      expect(failed).toEqual(Array(4).fill('store-write-failed'));
      expect(state.durable).toEqual([]);
      expect(groups.groupsFailed).toBe(1);
      state.failAt = '';
      await write('d');
      expect(state.durable).toEqual(['d']);
    },
  );

  test('an operation that fails for reasons of its own does not take the others with it', async () => {
    const { state, groups, write } = fakeDatabase();
    const calls = ['a', 'poison', 'b', 'refused'].map((what) => write(what));
    expect(await outcomes(calls)).toEqual(['stored', 'store-write-failed', 'stored', 'store-out-of-order']);
    expect(state.durable).toEqual(['a', 'b']);
    expect(groups.groupsFailed).toBe(1);
  });

  test('a group is bounded in operations and octets, so that the event loop turns in between', async () => {
    const many = fakeDatabase();
    await Promise.all(Array.from({ length: MAX_GROUP_OPERATIONS + 1 }, (_, i) => many.write(`${i}`)));
    expect(many.state.groups.map((group) => group.length)).toEqual([MAX_GROUP_OPERATIONS, 1]);
    expect(many.state.durable).toEqual(Array.from({ length: MAX_GROUP_OPERATIONS + 1 }, (_, i) => `${i}`));
    const large = fakeDatabase();
    await Promise.all(['a', 'b', 'c'].map((what) => large.write(what, MAX_GROUP_BYTES)));
    expect(large.state.groups).toEqual([['a'], ['b'], ['c']]);
  });

  test('idle waits for what is queued, stored or not', async () => {
    const { state, groups, write } = fakeDatabase();
    await groups.idle();
    state.failAt = 'commit';
    const failed = write('a').catch((error: ZonewireError) => error.code);
    await groups.idle();
    expect(await Promise.race([failed, 'pending'])).toBe('store-write-failed');
  });

  test('a change by itself is synced at once; one close behind another beside the event loop, and what comes meanwhile waits for it', async () => {
    const { state, groups, write } = fakeDatabase();
    await write('a', 3);
    state.now += BUSY_MS;
    await write('b', 4);
    expect(state.here).toBe(2);
    state.now += BUSY_MS - 1;
    state.holdBehind = true;
    const c = write('c', 5);
    await turn();
    const d = Promise.all([write('d', 6), write('e', 7)]);
    await turn();
    expect(groups.syncing).toBe(true);
    expect(state.groups).toEqual([['a'], ['b']]);
    expect(await Promise.race([c, Promise.resolve('waits')])).toBe('waits');
    state.behind.shift()?.();
    await c;
    expect(groups.syncing).toBe(false);
    await turn();
    expect(state.groups).toEqual([['a'], ['b'], ['c']]);
    state.behind.shift()?.();
    await d;
    expect(state.groups).toEqual([['a'], ['b'], ['c'], ['d', 'e']]);
    expect(state.bytes).toBe(25);
    expect(state.here).toBe(2);
  });

  test('while the disk is slow no sync holds the event loop, however seldom changes are', async () => {
    const { state, write } = fakeDatabase();
    const next = async (what: string) => {
      state.now += 10 * BUSY_MS;
      await write(what);
    };
    state.syncMs = SLOW_MS + 1;
    await next('a');
    expect(state.here).toBe(1);
    await next('b');
    state.syncMs = 1;
    await next('c');
    expect(state.here).toBe(1);
    await next('d');
    expect(state.here).toBe(2);
    expect(state.durable).toEqual(['a', 'b', 'c', 'd']);
  });

  test('a sync beside the event loop that fails: its callers are told, and those behind it have their turn', async () => {
    const { state, groups, write } = fakeDatabase();
    await write('a');
    state.holdBehind = true;
    const b = write('b');
    await turn();
    const idle = groups.idle();
    const c = write('c');
    state.failAt = 'sync';
    state.behind.shift()?.();
    expect(await outcomes([b])).toEqual(['store-write-failed']);
    state.failAt = '';
    await turn();
    state.behind.shift()?.();
    await Promise.all([idle, c]);
    expect(state.durable).toEqual(['a', 'c']);
    expect(groups.groupsFailed).toBe(1);
  });

  test('idle waits for the sync of what is queued no more', async () => {
    const { state, groups, write } = fakeDatabase();
    await write('a');
    state.holdBehind = true;
    const b = write('b');
    await turn();
    const idle = groups.idle().then(() => state.durable.includes('b'));
    await turn();
    state.behind.shift()?.();
    await b;
    await turn();
    state.behind.shift()?.();
    expect(await idle).toBe(true);
  });

  describe('who is patient', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
    afterEach(() => void vi.useRealTimers());

    test('waits for others, so long and no longer, and is synced beside the event loop', async () => {
      const { state, write } = fakeDatabase();
      const a = write('a', 1, 'patient');
      await turn();
      vi.advanceTimersByTime(PATIENCE_MS - 1);
      const b = write('b', 1, 'patient');
      await turn();
      expect(state.groups).toEqual([]);
      vi.advanceTimersByTime(1);
      await Promise.all([a, b]);
      expect(state.groups).toEqual([['a', 'b']]);
      expect(state.here).toBe(0);
    });

    test('is overtaken by who is not, whose group it does not make longer', async () => {
      const { state, write } = fakeDatabase();
      const patient = ['a', 'b', 'c'].map((what) => write(what, 1, 'patient'));
      await write('change');
      expect(state.groups).toEqual([['change']]);
      expect(state.here).toBe(1);
      vi.advanceTimersByTime(PATIENCE_MS);
      await Promise.all(patient);
      expect(state.groups).toEqual([['change'], ['a', 'b', 'c']]);
    });

    test('goes along where the one who is not is of the same zone, before it or behind it', async () => {
      const { state, write } = fakeDatabase();
      const calls = [
        write('z facts', 1, 'patient', 'z'),
        write('y facts', 1, 'patient', 'y'),
        write('z change', 1, 'now', 'z'),
        write('z more facts', 1, 'patient', 'z'),
      ];
      await Promise.all([calls[0], calls[2], calls[3]]);
      expect(state.groups).toEqual([['z facts', 'z change', 'z more facts']]);
      vi.advanceTimersByTime(PATIENCE_MS);
      await calls[1];
      expect(state.durable.at(-1)).toBe('y facts');
    });

    test('holds the event loop for so long at a time and no longer, and a change comes in between', async () => {
      const { state, write } = fakeDatabase();
      state.applyMs = PATIENT_MS / 4;
      state.holdBehind = true;
      const many = Array.from({ length: LEAST_PATIENT + 3 }, (_, i) => write(`${i}`, 1, 'patient'));
      vi.advanceTimersByTime(PATIENCE_MS);
      await turn();
      const change = write('change');
      state.holdBehind = false;
      state.behind.shift()?.();
      await Promise.all([change, ...many]);
      expect(state.groups.map((group) => group.length)).toEqual([LEAST_PATIENT, 1, 3]);
      expect(state.durable.filter((what) => what !== 'change')).toEqual(many.map((_, i) => `${i}`));
    });

    test('comes to its end however many come who are not', async () => {
      const { state, write } = fakeDatabase();
      const a = write('a', 1, 'patient').then(() => 'stored');
      let changes = 0;
      const goOn = async () => {
        for (; changes < 20 && !state.durable.includes('a'); changes++) {
          const next = write(`change ${changes}`);
          write(`${changes}, just behind it`);
          await next;
          if (changes === 2) vi.advanceTimersByTime(PATIENCE_MS);
        }
      };
      await goOn();
      expect(await a).toBe('stored');
      expect(changes).toBeLessThan(8);
    });

    test('does not make the next change one of many', async () => {
      const { state, write } = fakeDatabase();
      state.syncMs = SLOW_MS + 1;
      const a = write('a', 1, 'patient');
      vi.advanceTimersByTime(PATIENCE_MS);
      await a;
      expect(state.here).toBe(0);
      await write('change');
      expect(state.here).toBe(1);
    });

    test('waits anew behind a sync, and idle waits for none of it', async () => {
      const { state, groups, write } = fakeDatabase();
      state.holdBehind = true;
      const a = write('a', 1, 'patient');
      vi.advanceTimersByTime(PATIENCE_MS);
      await turn();
      const b = write('b', 1, 'patient');
      state.behind.shift()?.();
      await a;
      await turn();
      expect(state.groups).toEqual([['a']]);
      state.holdBehind = false;
      await groups.idle();
      await b;
      expect(state.groups).toEqual([['a'], ['b']]);
    });
  });
});
