import { describe, expect, it } from 'vitest';
import { type Goal, judge, type Look, parseGoal, type Standing } from './judge.ts';

const CHANGE = { zone: 'example.test.', serial: 8 };
const ALL: Goal = { kind: 'all' };

function standing(secondary: string, more: Partial<Standing> = {}): Standing {
  return { secondary, address: `${secondary}:53`, state: 'in-sync', ...more };
}

const look = (standings: Standing[], more: Partial<Look> = {}): Look => ({ here: 8, standings, ...more });

describe('what counts as arrived', () => {
  it.each([
    [8, true, 'the serial itself'],
    [9, true, 'a later one'],
    [7, false, 'an older one'],
    [undefined, false, 'nothing was seen'],
    [8 + 0x7fff_ffff, true, 'the latest that is later (RFC 1982 3.2)'],
    [8 + 0x8000_0000, false, 'neither older nor later (RFC 1982 3.2)'],
    [8 + 0x8000_0001, false, 'older by wrapping around (RFC 1982 3.2)'],
  ])('answers with %s: %s, %s', (serial, arrived, _) => {
    const judged = judge(CHANGE, ALL, look([standing('fra1', { serial })]));
    expect([judged.state, judged.secondaries[0].answered]).toEqual([arrived ? 'done' : 'pending', arrived]);
  });

  it('across the wrap of serials (RFC 1982 3.2)', () => {
    const change = { zone: 'example.test.', serial: 0xffff_fffe };
    expect(judge(change, ALL, look([standing('fra1', { serial: 3 })])).state).toBe('done');
  });

  it('what was seen before the secondary went back to an older version stays true', () => {
    const back = standing('fra1', { serial: 7, answeredAt: 1_250, state: 'behind' });
    expect(judge(CHANGE, ALL, look([back], { committedAt: 1_000 })).secondaries[0]).toMatchObject({
      answered: true,
      answeredAt: 1_250,
      lagMs: 250,
    });
  });

  it('lag is never negative, whatever the clock did', () => {
    const judged = judge(CHANGE, ALL, look([standing('fra1', { serial: 8, answeredAt: 900 })], { committedAt: 1_000 }));
    expect(judged.secondaries[0].lagMs).toBe(0);
  });
});

describe('what is enough', () => {
  const of = (answers: number, all: number) =>
    Array.from({ length: all }, (_, i) => standing(`s${i}`, { serial: i < answers ? 8 : 7 }));

  it.each([
    [1, 1, true],
    [1, 2, false],
    [2, 2, true],
    [1, 3, false],
    [2, 3, true],
    [2, 4, false],
    [3, 4, true],
    [2, 5, false],
    [3, 5, true],
  ])('quorum: %i of %i is %s', (answers, all, enough) => {
    const judged = judge(CHANGE, { kind: 'quorum' }, look(of(answers, all)));
    expect(judged.state).toBe(enough ? 'done' : 'pending');
    expect(judged.answered).toBe(answers);
  });

  it('all is all, and all of nobody is not success', () => {
    expect(judge(CHANGE, ALL, look(of(2, 3)))).toMatchObject({ state: 'pending', needed: 3, answered: 2 });
    expect(judge(CHANGE, ALL, look([])).state).toBe('pending');
  });

  it('a name is one secondary, or every one of that place', () => {
    const standings = [
      standing('fra1', { serial: 8, place: 'Frankfurt' }),
      standing('fra2', { serial: 7, place: 'Frankfurt' }),
      standing('sin1', { serial: 7, place: 'Singapore' }),
    ];
    const done = (name: string) => judge(CHANGE, { kind: 'named', name }, look(standings));
    expect(done('fra1')).toMatchObject({ state: 'done', needed: 1 });
    expect(done('frankfurt')).toMatchObject({ state: 'pending', needed: 2, answered: 1, wait: 'frankfurt' });
    expect(done('frankfurt').secondaries.map(({ wanted }) => wanted)).toEqual([true, true, false]);
    expect(done('gone')).toMatchObject({ state: 'pending', needed: 0 });
  });

  it('reads what is waited for, and names what there is when it is nothing', () => {
    const standings = [standing('fra1', { place: 'Frankfurt' }), standing('quorum')];
    expect(parseGoal('all', standings)).toEqual({ ok: true, value: { kind: 'all' } });
    expect(parseGoal('quorum', standings)).toEqual({ ok: true, value: { kind: 'quorum' } });
    expect(parseGoal('FRANKFURT', standings)).toEqual({ ok: true, value: { kind: 'named', name: 'FRANKFURT' } });
    expect(parseGoal('fra2', standings)).toMatchObject({
      ok: false,
      error: {
        code: 'secondary-unknown',
        message: '"fra2" is no secondary and no place of this zone; there are: all, quorum, fra1, Frankfurt',
      },
    });
  });
});

describe('why one is missing', () => {
  const reasonOf = (one: Standing, more: Partial<Look> = {}) => judge(CHANGE, ALL, look([one], more)).secondaries[0];

  it('what its health says; without that, what it answers with', () => {
    const refusing = { state: 'refusing', reason: 'it answers REFUSED.', next: 'Allow this zone there.' } as const;
    expect(reasonOf(standing('a', { serial: 7, ...refusing }))).toMatchObject(refusing);
    expect(reasonOf(standing('a', { serial: 7, state: 'behind' })).reason).toBe('it answers with serial 7.');
    expect(reasonOf(standing('a', { state: 'unknown' })).reason).toBe('it was not seen to answer yet.');
  });

  it('nobody can have what is not committed here', () => {
    const early = reasonOf(standing('a', { serial: 7 }), { here: 7 });
    expect(early.reason).toBe('serial 8 is not here yet: this node serves 7.');
    expect(early.next).toContain('zonewire zone reload');
  });

  it('no reason where it has arrived', () => {
    expect(reasonOf(standing('a', { serial: 9, state: 'unreachable', reason: 'no answer.' }))).not.toHaveProperty(
      'reason',
    );
  });
});

describe('several nodes behind one address', () => {
  const nodes = (...serials: number[]) => ({ nodes: serials.map((serial, i) => ({ node: `n${i}`, serial })) });

  it('it has arrived when every node has it, not with the first (RFC 5001 2.2)', () => {
    const first = standing('fra1', { serial: 7, answeredAt: 1_250, ...nodes(8, 7) });
    const judged = judge(CHANGE, ALL, look([first]));
    expect(judged).toMatchObject({ state: 'pending', answered: 0 });
    expect(judged.secondaries[0]).toMatchObject({
      answered: false,
      nodes: [
        { node: 'n0', serial: 8, answered: true },
        { node: 'n1', serial: 7, answered: false },
      ],
      reason: '1 of 2 nodes behind its address have it; missing: n1 (serial 7).',
    });
    expect(judged.secondaries[0].next).toMatch(/gone is forgotten after 10 answers/);
    const both = standing('fra1', { serial: 8, answeredAt: 1_250, ...nodes(8, 9) });
    expect(judge(CHANGE, ALL, look([both])).state).toBe('done');
  });

  it('a node that was not seen with this zone yet is named', () => {
    const unseen = standing('fra1', {
      serial: 8,
      answeredAt: 1_250,
      nodes: [{ node: 'n0', serial: 8 }, { node: 'n1' }],
    });
    const [secondary] = judge(CHANGE, ALL, look([unseen])).secondaries;
    expect(secondary.answered).toBe(false);
    expect(secondary.reason).toBe(
      '1 of 2 nodes behind its address have it; missing: n1 (not seen with this zone yet).',
    );
  });

  it('none of them has it: the reason is that of the secondary', () => {
    const none = standing('fra1', { serial: 7, reason: 'no acl.', ...nodes(7, 7) });
    expect(judge(CHANGE, ALL, look([none])).secondaries[0].reason).toBe('no acl.');
  });

  it('one node is the secondary itself', () => {
    const one = standing('fra1', { serial: 7, answeredAt: 1_250, ...nodes(7) });
    expect(judge(CHANGE, ALL, look([one])).secondaries[0]).toMatchObject({ answered: true });
    expect(judge(CHANGE, ALL, look([one])).secondaries[0]).not.toHaveProperty('nodes');
  });
});
