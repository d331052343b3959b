import { describe, expect, test } from 'vitest';
import { decideLoad, type LoadDecision, type LoadSituation } from './load-decision.ts';

const calm: LoadSituation = {
  cause: 'reload',
  stored: true,
  fileChanged: false,
  updatesSince: 0,
  frozen: false,
  discardUpdates: false,
};

describe('zone file against dynamic updates: freeze, thaw, reload, restart', () => {
  test.each<[string, Partial<LoadSituation>, LoadDecision]>([
    ['first start', { cause: 'start', stored: false, fileChanged: true }, 'load'],
    ['restart, same file', { cause: 'start' }, 'keep'],
    ['restart, same file, updates since', { cause: 'start', updatesSince: 3 }, 'keep'],
    ['restart, edited file', { cause: 'start', fileChanged: true }, 'load'],
    [
      'restart, edited file, updates since',
      { cause: 'start', fileChanged: true, updatesSince: 3 },
      'take-only-if-same',
    ],
    ['restart while frozen, same file', { cause: 'start', frozen: true }, 'keep'],
    ['restart while frozen, edited file', { cause: 'start', frozen: true, fileChanged: true }, 'keep-frozen'],
    ['reload, same file', {}, 'keep'],
    ['reload, same file, updates since', { updatesSince: 1 }, 'keep'],
    ['reload, edited file', { fileChanged: true }, 'load'],
    ['reload, edited file, updates since', { fileChanged: true, updatesSince: 1 }, 'take-only-if-same'],
    ['reload, updates discarded', { fileChanged: true, updatesSince: 1, discardUpdates: true }, 'load'],
    ['reload, same file, updates discarded', { updatesSince: 1, discardUpdates: true }, 'load'],
    ['reload, same file, nothing to discard', { discardUpdates: true }, 'keep'],
    ['reload while frozen, edited file', { frozen: true, fileChanged: true }, 'load'],
    ['thaw, same file', { cause: 'thaw', frozen: true }, 'keep'],
    ['thaw, edited file', { cause: 'thaw', frozen: true, fileChanged: true }, 'load'],
  ])('%s', (_, situation, decision) => {
    expect(decideLoad({ ...calm, ...situation })).toBe(decision);
  });
});
