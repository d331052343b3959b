import { ZonewireError } from '@zonewire/shared-protocol';
import { describe, expect, test } from 'vitest';
import { GroupCommit, MAX_GROUP_BYTES, MAX_GROUP_OPERATIONS } from './group-commit.ts';

function fakeDatabase() {
  const state = { durable: [] as string[], open: [] as string[], groups: [] as string[][], failAt: '' };
  const groups = new GroupCommit(
    {
      begin: () => {
        state.open = [];
        if (state.failAt === 'begin') throw new Error('begin');
      },
      commit: () => {
        if (state.failAt === 'commit') throw new Error('commit');
        state.durable.push(...state.open);
        state.groups.push(state.open);
      },
      rollback: () => {
        state.open = [];
      },
      concernsOne: (cause) => (cause as Error).message === 'poison',
      describe: (cause) => new ZonewireError('store-write-failed', 'disk', { cause }),
    },
    () => {},
  );
  const write = (what: string, bytes = 1) =>
    groups.enqueue({
      bytes,
      apply: () => {
        if (what === 'refused') return new ZonewireError('store-out-of-order', 'no');
        if (what === 'throws') throw new Error('apply');
        if (what === 'poison') throw new Error('poison');
        state.open.push(what);
        return undefined;
      },
    });
  return { state, groups, write };
}

const outcomes = async (promises: Promise<void>[]) =>
  (await Promise.allSettled(promises)).map((o) => (o.status === 'fulfilled' ? 'stored' : o.reason.code));

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

  test.each(['begin', 'commit', 'apply'])(
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
});
