import fc from 'fast-check';
import { questionsFor } from './questions.ts';
import type { Scenario } from './round.ts';
import { pathLength } from './zones/labels.ts';
import { signingFor } from './zones/signed.ts';
import { APEX_LENGTH, type Records, zoneRecords } from './zones/zone.ts';

const ZONES_A_ROUND = 40;
const QUESTIONS_A_ZONE = 250;

/** The zones and questions of one round; the same ones for the same seed. */
export function scenarios(seed: number, round: number, queries: number): Scenario[] {
  const zones = Math.min(ZONES_A_ROUND, Math.ceil(queries / QUESTIONS_A_ZONE));
  const samples = fc.sample(zoneRecords, { numRuns: ZONES_A_ROUND, seed: seed * 1_000 + round });
  return samples.slice(0, zones).map((sample, i) => {
    const signing = signingFor(i, sample);
    const records = signing ? forSigning(sample) : sample;
    return {
      origin: `z${String(i).padStart(3, '0')}.test.`,
      records,
      signing,
      questions: questionsFor(
        records,
        Math.min(QUESTIONS_A_ZONE, queries - i * QUESTIONS_A_ZONE),
        (seed * 1_000 + round) * ZONES_A_ROUND + i,
      ),
    };
  });
}

/**
 * What signers can sign and servers can load signed: BIND gives no RRSIG a TTL above 30 days, Knot signs no RRset whose TTL is longer than a
 * signature is good for; under names with no room for an asterisk below them BIND's signer and nsd end when they hash for NSEC3.
 */
function forSigning(records: Records): Records {
  return records
    .filter(({ owner }) => pathLength(owner) + APEX_LENGTH <= 253)
    .map((record) => ({ ...record, ttl: Math.min(record.ttl, 86_400) }));
}
