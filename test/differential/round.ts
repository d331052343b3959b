import {
  CLASS,
  decodeMessage,
  name,
  nameFromText,
  nameKey,
  recordToText,
  typeFromText,
  typeToText,
  unwrap,
} from '@zonewire/shared-protocol';
import type { Difference } from './compare/differences.ts';
import { type Judge, ownFault } from './compare/judge.ts';
import { type ZoneFacts, zoneFacts } from './compare/zone-facts.ts';
import { type Question, questionBytes } from './questions.ts';
import { type PeerName, type ServedZone, type Server, startOurs, startPeer } from './servers.ts';
import { askAll } from './wire/ask.ts';
import { type Reply, readReply } from './wire/read-reply.ts';
import { type Signing, signed } from './zones/signed.ts';
import { type Records, zoneText } from './zones/zone.ts';

export interface Scenario {
  /** The apex: `z001.test.` */
  readonly origin: string;
  readonly records: Records;
  readonly signing: Signing | undefined;
  readonly questions: readonly Question[];
}

export interface Unexplained {
  readonly peer: PeerName | 'ourselves';
  /** What kind of difference it is, to find others of the kind. */
  readonly what: string;
  /** With the record. */
  readonly text: string;
}

/** A question whose answers differ, and nobody knows why. */
export interface Finding {
  readonly scenario: Scenario;
  /** As served, signatures included. */
  readonly text: string;
  readonly question: Question;
  readonly unexplained: readonly Unexplained[];
  readonly answers: readonly { readonly server: string; readonly bytes: Uint8Array | undefined }[];
  /** True when no peer answers as we do: then we are mostly wrong. */
  readonly allAgainstUs: boolean;
}

export interface RoundResult {
  readonly asked: number;
  readonly findings: readonly Finding[];
  /** Zones that a server did not take. */
  readonly refused: readonly { readonly server: string; readonly zone: string; readonly log: string }[];
  readonly unsigned: readonly string[];
}

/** Serves all scenarios from us and the peers at once, asks everything everywhere and judges it. */
export async function runRound(
  scenarios: readonly Scenario[],
  peers: readonly PeerName[],
  judge: Judge,
): Promise<RoundResult> {
  const unsigned: string[] = [];
  const zones = await Promise.all(scenarios.map((one) => prepared(one, unsigned)));
  const servers = await startAll(zones, peers);
  try {
    const asked = scenarios.flatMap((scenario, i) =>
      scenario.questions.map((question) => ({ scenario, zone: zones[i], question })),
    );
    const facts = new Map(zones.map((zone) => [zone.name, zoneFacts(zone.name, zone.text)]));
    const requests = asked.map(({ scenario, question }) => ({
      bytes: questionBytes(scenario.origin, question),
      transport: question.transport,
    }));
    const answers = await Promise.all(servers.map((server) => askAll(server, requests)));
    const whole = await wholeAnswers(servers[0], requests, answers);
    const findings: Finding[] = [];
    for (const [i, { scenario, zone, question }] of asked.entries()) {
      const taking = servers
        .map((server, k) => ({ server, bytes: answers[k][i] }))
        .filter(({ server }) => server.zones.has(zone.name));
      const unexplained = judgeOne(judge, facts.get(zone.name)!, scenario.origin, question, taking, whole.get(i));
      if (unexplained.length === 0) continue;
      findings.push({
        scenario,
        text: zone.text,
        question,
        unexplained,
        answers: taking.map(({ server, bytes }) => ({ server: server.name, bytes })),
        allAgainstUs: taking.slice(1).every(({ server }) => unexplained.some(({ peer }) => peer === server.name)),
      });
    }
    const refused = servers.flatMap((server) =>
      zones
        .filter((zone) => !server.zones.has(zone.name) && !(server.name === 'pdns' && zone.signed))
        .map((zone) => ({ server: server.name, zone: zone.name, log: linesAbout(server.log(), zone.name) })),
    );
    return { asked: asked.length, findings, refused, unsigned };
  } finally {
    await Promise.all(servers.map((server) => server.remove()));
  }
}

async function prepared({ origin, records, signing }: Scenario, unsigned: string[]): Promise<ServedZone> {
  const text = zoneText(origin, records);
  if (signing === undefined) return { name: origin, text, signed: false };
  try {
    return { name: origin, text: await signed(origin, text, signing), signed: true };
  } catch (error) {
    unsigned.push(`${origin} (${signing.vendor} ${signing.denial}): ${(error as Error).message.slice(0, 600)}`);
    return { name: origin, text, signed: false };
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

/** Our answers over TCP to what was asked over UDP and is not answered alike everywhere. */
async function wholeAnswers(
  ours: Server,
  requests: readonly { readonly bytes: Uint8Array; readonly transport: 'udp' | 'tcp' }[],
  answers: readonly (readonly (Uint8Array | undefined)[])[],
): Promise<Map<number, Uint8Array | undefined>> {
  const wanted = requests.flatMap(({ transport }, i) =>
    transport === 'udp' && answers[0][i] !== undefined ? [i] : [],
  );
  const got = await askAll(
    ours,
    wanted.map((i) => ({ bytes: requests[i].bytes, transport: 'tcp' as const })),
  );
  return new Map(wanted.map((i, k) => [i, got[k]]));
}

type Taking = readonly { readonly server: Server; readonly bytes: Uint8Array | undefined }[];

function judgeOne(
  judge: Judge,
  zone: ZoneFacts,
  origin: string,
  question: Question,
  [us, ...them]: Taking,
  wholeBytes: Uint8Array | undefined,
): Finding['unexplained'] {
  if (us === undefined || us.server.name !== 'zonewire') return ourFault('the zone was refused');
  const ours = read(us.bytes);
  if (typeof ours === 'string') return ourFault(ours);
  const decoded = decodeMessage(us.bytes!);
  if (!decoded.ok) return ourFault(decoded.error.message);
  const whole = wholeBytes === undefined ? ours : read(wholeBytes);
  if (typeof whole === 'string') return ourFault(`over TCP: ${whole}`);
  const limit = limitOf(question);
  const fault = ownFault(ours, whole, limit);
  if (fault !== undefined) return ourFault(fault);
  const qname = nameKey(unwrap(nameFromText(question.name, name(origin))));
  return them.flatMap(({ server, bytes }) => {
    const peer = server.name as PeerName;
    const theirs = read(bytes);
    if (bytes === undefined) return [{ peer, what: 'no answer', text: 'no answer' }];
    const left = judge.judge({
      peer,
      qname,
      qtype: typeFromText(question.type)!,
      transport: question.transport,
      dnssecOk: question.edns?.dnssecOk ?? false,
      limit,
      zone,
      ours,
      whole,
      theirs,
    });
    return left.map((difference) => differenceText(peer, difference));
  });
}

function ourFault(what: string): Unexplained[] {
  return [{ peer: 'ourselves', what, text: what }];
}

function read(bytes: Uint8Array | undefined): Reply | string {
  if (bytes === undefined) return 'no answer';
  try {
    return readReply(bytes);
  } catch (error) {
    return `cannot be read: ${(error as Error).message}`;
  }
}

/** RFC 6891 6.2.3 and 6.2.5, with the 1232 octets that all servers are set to. */
function limitOf({ transport, edns }: Question): number {
  if (transport === 'tcp') return 65_535;
  return edns ? Math.max(512, Math.min(1232, edns.udpSize)) : 512;
}

function differenceText(peer: PeerName, difference: Difference): Unexplained {
  if (!('side' in difference)) {
    const what = `${difference.what}: ours ${difference.ours}, theirs ${difference.theirs}`;
    return { peer, what, text: what };
  }
  const { what, side, record } = difference;
  const bytes = (text: string) => Uint8Array.from(text, (one) => one.charCodeAt(0));
  const text = recordToText({
    name: bytes(record.owner),
    type: record.type,
    class: CLASS.IN,
    ttl: record.ttl,
    rdata: bytes(record.rdata),
  });
  return {
    peer,
    what: `${what}: only ${side}: ${typeToText(record.type)}`,
    text: `${what}: only ${side}: ${text}`,
  };
}

function linesAbout(log: string, zone: string): string {
  const bare = zone.replace(/\.$/, '');
  return log
    .split('\n')
    .filter((line) => line.includes(bare))
    .slice(0, 4)
    .join('\n');
}
