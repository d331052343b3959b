import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { READERS, type ReadyCase, readyCases } from './case.ts';
import { textKey } from './choices/choice.ts';
import { choiceOf, chosenTexts, isKnownDifference } from './choices/mod.ts';
import { differenceOf } from './compare.ts';
import { THEMES } from './corpus/mod.ts';
import { type Outcome, outcomesOf, report } from './outcomes.ts';

const folder = mkdtempSync(join(tmpdir(), 'zonewire-zone-files-'));
const cases = readyCases(THEMES);
let outcomes: ReadonlyMap<string, Outcome>;

beforeAll(async () => {
  outcomes = await outcomesOf(folder, cases);
}, 900_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('each text stands once in the corpus, and the table speaks of texts that do', () => {
  const keys = cases.map(({ text }) => textKey(text));
  expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  expect(chosenTexts().filter((key) => !keys.includes(key))).toEqual([]);
});

describe.each(THEMES.map((theme) => theme.name))('%s', (theme) => {
  test.each(cases.filter((one) => one.theme === theme))('$title', ({ zone, text }: ReadyCase) => {
    const outcome = outcomes.get(zone)!;
    const accepting = READERS.filter((reader) => outcome.verdicts.get(reader)!.accepted);
    const agreed = accepting.length === 0 ? 'refuse' : accepting.length === READERS.length ? 'accept' : undefined;
    const choice = choiceOf(text);
    const ours = outcome.ours.accepted ? 'accept' : 'refuse';
    const expected = choice ?? agreed ?? 'undecided: the four disagree and the table has no choice';
    expect(ours, report(outcome)).toBe(expected);
    expect(choice === undefined || choice !== agreed, `all four do so: no choice\n${report(outcome)}`).toBe(true);
    expect(agreed === 'accept' && ours === 'refuse', 'what all four accept is accepted').toBe(false);
    if (!outcome.ours.accepted) return;
    for (const [reader, theirs] of outcome.transferred) {
      const difference = differenceOf(outcome.records, theirs, reader);
      if (isKnownDifference(text, reader)) expect(difference, `${reader} makes the same of it`).not.toBe('');
      else expect(difference, `${reader} makes other records of it\n${report(outcome)}`).toBe('');
    }
  });
});
