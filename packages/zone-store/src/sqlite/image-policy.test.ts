import { describe, expect, test } from 'vitest';
import { DEFAULT_JOURNAL_LIMITS } from '../port.ts';
import { imageDue, MAX_REPLAYED_DIFFS, MAX_SMALL_DIFFS, SMALL_IMAGE_BYTES } from './image-policy.ts';
import { fitsJournal, MAX_DIFF_ROW } from './operations.ts';

const MB = 1_000_000;
const due = (newBytes: number, diffs: number, diffBytes: number, limits = DEFAULT_JOURNAL_LIMITS) =>
  imageDue({ newBytes, diffs, diffBytes, limits });

describe('when the image is brought up to date', () => {
  test('soon after a commit while it costs a page, and after many of them at once', () => {
    expect(due(SMALL_IMAGE_BYTES, 1, 100)).toBe('soon');
    expect(due(SMALL_IMAGE_BYTES, MAX_SMALL_DIFFS - 1, MB)).toBe('soon');
    expect(due(SMALL_IMAGE_BYTES, MAX_SMALL_DIFFS, MB)).toBe('now');
    expect(due(SMALL_IMAGE_BYTES + 1, 1, 100)).toBe('later');
  });

  test('when the journal behind it has as many octets as the image would', () => {
    expect(due(60 * MB, 500, 60 * MB - 1)).toBe('later');
    expect(due(60 * MB, 500, 60 * MB)).toBe('now');
  });

  test('when a start would have too many diffs to replay', () => {
    expect(due(60 * MB, MAX_REPLAYED_DIFFS - 1, MB)).toBe('later');
    expect(due(60 * MB, MAX_REPLAYED_DIFFS, MB)).toBe('now');
  });

  test('when the limits of the history could not be kept otherwise', () => {
    expect(due(60 * MB, 11, 2000, { journalMaxDepth: 10, journalMaxSize: MB })).toBe('now');
    expect(due(60 * MB, 10, MB + 1, { journalMaxDepth: 10, journalMaxSize: MB })).toBe('now');
    expect(due(60 * MB, 10, MB, { journalMaxDepth: 10, journalMaxSize: MB })).toBe('later');
    expect(due(1000, 1, 200, { journalMaxDepth: 0, journalMaxSize: MB })).toBe('now');
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
