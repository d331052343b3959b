import { expect, it } from 'vitest';
import { Judge } from './compare/judge.ts';
import { EXPLANATIONS } from './explanations/all.ts';
import { findingText } from './finding-text.ts';
import { runRound } from './round.ts';
import { scenarios } from './scenarios.ts';
import { PEERS } from './servers.ts';

it('3,000 questions about 12 random zones: whatever named, knotd, nsd and pdns_server say otherwise is explained (RFC 1034 4.3.2)', async () => {
  const judge = new Judge(EXPLANATIONS);
  const { asked, findings, refused, unsigned } = await runRound(scenarios(1, 0, 3_000), PEERS, judge);
  expect(asked).toBe(3_000);
  expect(findings.map(findingText).slice(0, 3).join('\n\n')).toBe('');
  // A zone that nobody serves compares nothing.
  expect(refused).toEqual([]);
  expect(unsigned).toEqual([]);
  // Explanations are needed, so differences are seen.
  expect(judge.uses.get('ns-in-positive-answers')).toBeGreaterThan(300);
});
