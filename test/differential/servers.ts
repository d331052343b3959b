import { setTimeout as sleep } from 'node:timers/promises';
import { encodeMessage, name, TYPE } from '@zonewire/shared-protocol';
import {
  type Address,
  type PeerOptions,
  startBind,
  startKnot,
  startNsd,
  startPowerDns,
  ZonewireNode,
} from '@zonewire/testkit';
import { askAll } from './wire/ask.ts';
import { readReply } from './wire/read-reply.ts';

export const PEERS = ['bind', 'knot', 'nsd', 'pdns'] as const;
export type PeerName = (typeof PEERS)[number];

export interface ServedZone {
  /** `z001.test.` */
  readonly name: string;
  readonly text: string;
  readonly signed: boolean;
}

export interface Server extends Address {
  readonly name: PeerName | 'zonewire';
  /** Names of the zones it answers for; the others it refused to load. */
  readonly zones: ReadonlySet<string>;
  log(): string;
  remove(): Promise<void>;
}

/** BIND: no check that another server does not make; nothing in answers that is its own choice and can be turned off. */
const BIND_SETTINGS = [
  'check-names primary ignore; check-integrity no; check-mx ignore; check-mx-cname ignore; check-srv-cname ignore;',
  'check-sibling no; check-wildcard no; check-spf ignore; answer-cookie no;',
  'max-udp-size 1232; edns-udp-size 1232; rrset-order { order none; };',
];

const START: Record<PeerName, (options: PeerOptions) => Promise<Omit<Server, 'name' | 'zones'>>> = {
  bind: (options) => startBind({ ...options, settings: BIND_SETTINGS }),
  knot: (options) => startKnot(options),
  nsd: (options) => startNsd(options),
  pdns: (options) => startPowerDns({ ...options, settings: ['any-to-tcp=no'] }),
};

/** Starts one server with all zones it can take, and finds out which of them it serves. */
export async function startPeer(name: PeerName, zones: readonly ServedZone[]): Promise<Server> {
  // PowerDNS serves a zone that was signed elsewhere only after its database was told so.
  const taken = name === 'pdns' ? zones.filter((zone) => !zone.signed) : zones;
  return serving(name, await START[name]({ zones: taken, mayRefuseZones: true }), taken);
}

export async function startOurs(zones: readonly ServedZone[]): Promise<Server> {
  const node = await ZonewireNode.start({ zones, startTimeout: 60_000 });
  const server = {
    host: node.host,
    port: node.port,
    log: () => node.process.output,
    remove: () => node.remove(),
  };
  return serving('zonewire', server, zones);
}

async function serving(
  name: Server['name'],
  server: Omit<Server, 'name' | 'zones'>,
  zones: readonly ServedZone[],
): Promise<Server> {
  const { host, port } = server;
  return {
    name,
    host,
    port,
    log: () => server.log(),
    remove: () => server.remove(),
    zones: await servedZones(server, zones),
  };
}

/** Asks for every SOA until all are answered, or the missing ones were asked for long enough to have been loaded. */
async function servedZones(server: Address, zones: readonly ServedZone[]): Promise<Set<string>> {
  const served = new Set<string>();
  const deadline = Date.now() + 2_000;
  for (;;) {
    const missing = zones.filter((zone) => !served.has(zone.name));
    const answers = await askAll(
      server,
      missing.map((zone) => ({ bytes: soaQuestion(zone.name), transport: 'tcp' as const })),
    );
    let progress = false;
    for (const [i, zone] of missing.entries()) {
      const answer = answers[i];
      if (answer === undefined || readReply(answer).answer[0]?.type !== TYPE.SOA) continue;
      served.add(zone.name);
      progress = true;
    }
    if (served.size === zones.length || (Date.now() > deadline && !progress)) return served;
    await sleep(50);
  }
}

function soaQuestion(zone: string): Uint8Array {
  return encodeMessage({ id: 0, question: [{ name: name(zone), type: TYPE.SOA, class: 1 }] });
}
