import { expect, test } from 'vitest';
import { playHistories } from './fixtures/simulation/history.ts';

/** `npm run test:simulation -- --runs 10000` plays that many. */
const RUNS = 40;

test(`${RUNS} random histories of secondaries: none serves past expire, no serial goes back, all converge once healed (RFC 1034 4.3.5)`, {
  timeout: 600_000,
}, async () => {
  const seen = await playHistories(Array.from({ length: RUNS }, (_, i) => i + 1));
  // The simulation is worth nothing when these do not happen.
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(RUNS / 5);
});
