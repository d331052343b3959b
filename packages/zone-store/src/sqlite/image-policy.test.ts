import { describe, expect, test } from 'vitest';
import { DEFAULT_JOURNAL_LIMITS } from '../port.ts';
import { ALWAYS_IMAGE_BYTES, imageDue, MAX_REPLAYED_DIFFS } from './image-policy.ts';
import { fitsJournal, MAX_DIFF_ROW } from './operations.ts';

const MB = 1_000_000;
const due = (newBytes: number, diffs: number, diffBytes: number, limits = DEFAULT_JOURNAL_LIMITS) =>
  imageDue({ newBytes, diffs, diffBytes, limits });

describe('when the image is brought up to date', () => {
  test('with every commit while it costs a page', () => {
    expect(due(ALWAYS_IMAGE_BYTES, 1, 100)).toBe(true);
    expect(due(ALWAYS_IMAGE_BYTES + 1, 1, 100)).toBe(false);
  });

  test('when the journal behind it has as many octets as the image would', () => {
    expect(due(60 * MB, 500, 60 * MB - 1)).toBe(false);
    expect(due(60 * MB, 500, 60 * MB)).toBe(true);
  });

  test('when a start would have too many diffs to replay', () => {
    expect(due(60 * MB, MAX_REPLAYED_DIFFS - 1, MB)).toBe(false);
    expect(due(60 * MB, MAX_REPLAYED_DIFFS, MB)).toBe(true);
  });

  test('when the limits of the history could not be kept otherwise', () => {
    expect(due(60 * MB, 11, 2000, { journalMaxDepth: 10, journalMaxSize: MB })).toBe(true);
    expect(due(60 * MB, 10, MB + 1, { journalMaxDepth: 10, journalMaxSize: MB })).toBe(true);
    expect(due(60 * MB, 10, MB, { journalMaxDepth: 10, journalMaxSize: MB })).toBe(false);
  });
});

describe('which diff becomes a journal row', () => {
  const fits = (length: number, journalMaxSize: number) =>
    fitsJournal({ bytes: { length } } as Parameters<typeof fitsJournal>[0], { journalMaxDepth: 10, journalMaxSize });

  test('one within the limits of the history, and never one larger than a row may be', () => {
    expect(fits(1000, 1000)).toBe(true);
    expect(fits(1001, 1000)).toBe(false);
    expect(fits(MAX_DIFF_ROW, Infinity)).toBe(true);
    expect(fits(MAX_DIFF_ROW + 1, Infinity)).toBe(false);
  });
});
