import type { Judge } from './compare/judge.ts';
import { judgeAnswers, type Unexplained } from './compare/judge-answers.ts';
import { zoneFacts } from './compare/zone-facts.ts';
import { type Question, questionBytes } from './questions.ts';
import { type PeerName, type ServedZone, type Server, startOurs, startPeer } from './servers.ts';
import { askAll, type Request } from './wire/ask.ts';

export interface AskedZone {
  readonly zone: ServedZone;
  readonly questions: readonly Question[];
}

/** A question whose answers differ, and nobody knows why. */
export interface Finding<Z extends AskedZone = AskedZone> {
  readonly asked: Z;
  readonly question: Question;
  readonly unexplained: readonly Unexplained[];
  readonly answers: readonly { readonly server: string; readonly bytes: Uint8Array | undefined }[];
  /** True when no peer answers as we do: then we are mostly wrong. */
  readonly allAgainstUs: boolean;
}

export interface Comparison<Z extends AskedZone = AskedZone> {
  readonly asked: number;
  readonly findings: readonly Finding<Z>[];
  /** Zones that a server did not take. */
  readonly refused: readonly { readonly server: string; readonly zone: string; readonly log: string }[];
}

/** Serves all zones from us and the peers at once, asks everything everywhere and judges it. */
export async function compareZones<Z extends AskedZone>(
  zones: readonly Z[],
  peers: readonly PeerName[],
  judge: Judge,
): Promise<Comparison<Z>> {
  const servers = await startAll(
    zones.map(({ zone }) => zone),
    peers,
  );
  try {
    const all = zones.flatMap((asked) => asked.questions.map((question) => ({ asked, question })));
    const requests = all.map(({ asked, question }) => ({
      bytes: questionBytes(asked.zone.name, question),
      transport: question.transport,
    }));
    const answers = await Promise.all(servers.map((server) => askAll(server, requests)));
    const whole = await wholeAnswers(servers[0], requests);
    const facts = new Map(zones.map(({ zone }) => [zone.name, zoneFacts(zone.name, zone.text)]));
    const findings: Finding<Z>[] = [];
    for (const [i, { asked, question }] of all.entries()) {
      const { name } = asked.zone;
      const taking = servers
        .map((server, k) => ({ server, bytes: answers[k][i] }))
        .filter(({ server }) => server.zones.has(name));
      const unexplained = judgeAnswers(judge, facts.get(name)!, name, question, taking, whole.get(i));
      if (unexplained.length === 0) continue;
      findings.push({
        asked,
        question,
        unexplained,
        answers: taking.map(({ server, bytes }) => ({ server: server.name, bytes })),
        allAgainstUs: taking.slice(1).every(({ server }) => unexplained.some(({ peer }) => peer === server.name)),
      });
    }
    return { asked: all.length, findings, refused: refusedBy(servers, zones) };
  } finally {
    await Promise.all(servers.map((server) => server.remove()));
  }
}

async function startAll(zones: readonly ServedZone[], peers: readonly PeerName[]): Promise<Server[]> {
  const started = await Promise.allSettled([startOurs(zones), ...peers.map((peer) => startPeer(peer, zones))]);
  const servers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed === undefined) return servers;
  await Promise.all(servers.map((server) => server.remove()));
  throw failed.reason;
}

/** Our answers over TCP to what was asked over UDP, by the number of the question. */
async function wholeAnswers(ours: Server, requests: readonly Request[]): Promise<Map<number, Uint8Array | undefined>> {
  const wanted = requests.flatMap(({ transport }, i) => (transport === 'udp' ? [i] : []));
  const got = await askAll(
    ours,
    wanted.map((i) => ({ bytes: requests[i].bytes, transport: 'tcp' as const })),
  );
  return new Map(wanted.map((i, k) => [i, got[k]]));
}

function refusedBy(servers: readonly Server[], zones: readonly AskedZone[]): Comparison['refused'] {
  return servers.flatMap((server) =>
    zones
      .filter(({ zone }) => !server.zones.has(zone.name) && !(server.name === 'pdns' && zone.signed))
      .map(({ zone }) => ({ server: server.name, zone: zone.name, log: linesAbout(server.log(), zone.name) })),
  );
}

function linesAbout(log: string, zone: string): string {
  const bare = zone.replace(/\.$/, '');
  return log
    .split('\n')
    .filter((line) => line.includes(bare))
    .slice(0, 4)
    .join('\n');
}
