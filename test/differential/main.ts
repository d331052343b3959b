// npm run test:differential -- [--queries N] [--seed N] [--peers bind,knot,nsd,pdns] [--shrink N]
import { parseArgs } from 'node:util';
import { Judge } from './compare/judge.ts';
import type { Finding } from './compare-zones.ts';
import { EXPLANATIONS } from './explanations/all.ts';
import { findingText } from './finding-text.ts';
import { type Prepared, type RoundResult, runRound } from './round.ts';
import { scenarios } from './scenarios.ts';
import { PEERS, type PeerName } from './servers.ts';
import { shrink } from './shrink.ts';

/** From so many questions on, an explanation that nothing needed is worth a word. */
const LONG_RUN = 50_000;

const { queries, seed, peers, shrunk } = options();
const command = `npm run test:differential -- --queries ${queries} --seed ${seed} --peers ${peers.join(',')}`;
console.log(`Zonewire and ${peers.join(', ')}: ${queries} questions; again: ${command}`);
const judge = new Judge(EXPLANATIONS);
const kinds = new Map<string, Finding<Prepared>[]>();
const refusals = new Set<string>();
let asked = 0;
let broken: unknown;
try {
  for (let round = 0; asked < queries; round++)
    take(await runRound(scenarios(seed, round, queries - asked), peers, judge));
} catch (error) {
  broken = error;
}
await report();
if (broken) console.error('The run ended early:', broken);
process.exit(broken || kinds.size > 0 || refusals.size > 0 ? 1 : 0);

function take(result: RoundResult): void {
  asked += result.asked;
  for (const finding of result.findings) {
    const kind = [...new Set(finding.unexplained.map(({ peer, what }) => `${peer} ${what}`))].sort().join('; ');
    kinds.set(kind, [...(kinds.get(kind) ?? []), finding]);
  }
  console.log(`${asked} asked, ${count()} answered otherwise and not explained${told(result)}`);
}

function count(): number {
  return [...kinds.values()].reduce((sum, findings) => sum + findings.length, 0);
}

/** Zones that a server did not take: PowerDNS cannot read some names; all others have to, for three peers are to be compared with. */
function told({ refused, unsigned }: RoundResult): string {
  const lines = unsigned.map((one) => `\n  not signed: ${one}`);
  for (const { server, zone, log } of refused) {
    lines.push(`\n  ${server} does not serve ${zone}: ${log.split('\n')[0]}`);
    if (server !== 'pdns') refusals.add(`${server} ${zone}`);
  }
  return lines.join('');
}

async function report(): Promise<void> {
  const sorted = [...kinds].sort(([, a], [, b]) => b.length - a.length);
  for (const [i, [kind, [first, ...others]]] of sorted.entries()) {
    console.log(`\n=== ${others.length + 1} x ${kind}`);
    console.log(findingText(i < shrunk ? await shrink(first, judge) : first));
  }
  console.log('\nExplained (docs/differences.md):');
  for (const [name, uses] of judge.uses) if (uses > 0) console.log(`${String(uses).padStart(8)}  ${name}`);
  const idle = [...judge.uses].filter(([, uses]) => uses === 0).map(([name]) => name);
  if (asked >= LONG_RUN && idle.length > 0) console.log(`Explanations that nothing needed: ${idle.join(', ')}`);
  if (refusals.size > 0) console.log(`Zones not served: ${[...refusals].join(', ')}`);
  console.log(`\n${asked} questions, ${count()} unexplained differences of ${kinds.size} kinds; again: ${command}`);
}

function options(): { queries: number; seed: number; peers: readonly PeerName[]; shrunk: number } {
  const { values } = parseArgs({
    options: {
      queries: { type: 'string', default: '10000' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
      peers: { type: 'string', default: PEERS.join(',') },
      shrink: { type: 'string', default: '3' },
    },
  });
  const [queries, seed, shrunk] = [values.queries, values.seed, values.shrink].map(Number);
  const peers = PEERS.filter((peer) => values.peers.split(',').includes(peer));
  const isGood = queries >= 1 && Number.isInteger(seed) && seed >= 0 && shrunk >= 0;
  if (isGood && peers.length > 0 && peers.length === values.peers.split(',').length)
    return { queries, seed, peers, shrunk };
  console.error(`usage: npm run test:differential -- [--queries N] [--seed N] [--peers ${PEERS.join(',')}] [--shrink N]
--queries: questions to ask (10000); --seed: which zones and questions (random); --shrink: kinds of differences made small (3)`);
  return process.exit(2);
}
