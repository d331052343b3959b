import { Judge } from './compare/judge.ts';
import type { Finding as AnyFinding } from './compare-zones.ts';
import { type Prepared, runRound, type Scenario } from './round.ts';
import type { PeerName } from './servers.ts';
import type { Records } from './zones/zone.ts';

type Finding = AnyFinding<Prepared>;

/** Zones tried at once; they differ in the apex only, so that one start of the servers tries them all. */
const AT_ONCE = 30;
const ROUNDS = 14;

/**
 * The finding with as few records as still show the same difference. A round serves many smaller zones beside each other: each without
 * some part of the records. Cheap rather than complete: it ends after {@link ROUNDS} rounds.
 */
export async function shrink(finding: Finding, judge: Judge): Promise<Finding> {
  let best = finding;
  const peers = [...new Set(finding.unexplained.map(({ peer }) => peer))].filter((peer) => peer !== 'ourselves');
  let parts = Math.min(8, AT_ONCE);
  for (let round = 0; round < ROUNDS; round++) {
    const { records } = best.asked;
    const size = Math.max(1, Math.ceil((records.length - KEPT) / parts));
    const candidates = withoutParts(records, size).slice(0, AT_ONCE);
    const still = await stillFinding(candidates, best, peers, judge);
    if (still.length > 1) {
      // What can be left out by itself can mostly be left out together.
      const kept = records.filter((record) => still.every((one) => one.asked.records.includes(record)));
      const halves = [kept, ...still.slice(0, -1).map((_, i) => intersection(records, still.slice(0, i + 2)))];
      still.push(...(await stillFinding(halves.slice(0, AT_ONCE), best, peers, judge)));
    }
    const smallest = still.sort((a, b) => a.asked.records.length - b.asked.records.length)[0];
    if (smallest !== undefined) best = smallest;
    else if (size === 1 && parts >= records.length) break;
    parts = Math.min(parts * 2, AT_ONCE, Math.max(1, best.asked.records.length - KEPT));
    if (smallest === undefined && size === 1) break;
  }
  return best;
}

/** SOA and NS of the apex, without which nothing is a zone. */
const KEPT = 2;

function withoutParts(records: Records, size: number): Records[] {
  const candidates: Records[] = [];
  for (let at = KEPT; at < records.length; at += size)
    candidates.push([...records.slice(0, at), ...records.slice(at + size)]);
  return candidates;
}

function intersection(records: Records, some: readonly Finding[]): Records {
  return records.filter((record) => some.every((one) => one.asked.records.includes(record)));
}

async function stillFinding(
  candidates: readonly Records[],
  { asked, question, unexplained }: Finding,
  peers: readonly PeerName[],
  judge: Judge,
): Promise<Finding[]> {
  if (candidates.length === 0) return [];
  const scenarios: Scenario[] = candidates.map((records, i) => ({
    origin: `z${String(i).padStart(3, '0')}.test.`,
    records,
    signing: asked.signing,
    questions: [question],
  }));
  // The counts of the run are not those of the shrinking.
  const { findings } = await runRound(scenarios, peers, new Judge(judge.explanations));
  const same = ({ peer, what }: Finding['unexplained'][number]) =>
    unexplained.some((one) => one.peer === peer && one.what === what);
  return findings.filter((one) => one.unexplained.some(same));
}
