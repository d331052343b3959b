import type { Remote, RemoteAddress } from '@zonewire/nameserver';
import { isSubdomain, type Name, name } from '@zonewire/shared-protocol';
import { serialOf, union, viewOf } from '../findings/view.ts';
import type { ConfiguredSecondary, DelegationFacts, HostFacts, HostName, ParentFacts, ServerFacts } from '../model.ts';
import { type ConfiguredParent, DescentDirectory } from './descent.ts';
import { type Directory, ResolverDirectory } from './directory.ts';
import { askParent } from './parent.ts';
import { type QuestionPorts, Questions } from './questions.ts';
import { hostName } from './records.ts';
import { askHost, askSerial, askServer, type ServerToAsk } from './server.ts';

/** Where to ask, and what is known of the zone from the configuration. */
export interface DelegationSources {
  readonly resolvers: readonly RemoteAddress[];
  /** Where the zone is below one of them, they are asked for the parent instead of the resolvers. */
  readonly parents: readonly ConfiguredParent[];
  /** Of name servers whose addresses come out of the DNS: 53, but in tests. */
  readonly port: number;
  /** Tried in turn; the first that answers is the truth about the zone. */
  readonly primaries?: readonly Remote[];
  /** Targets of NOTIFY, where the configuration is known. */
  readonly secondaries?: readonly ConfiguredSecondary[];
  /** Addresses of this node. */
  readonly own?: readonly string[];
  /** For so long servers with different serials are asked again; ms. */
  readonly settle: number;
}

/** Between two questions for a serial that is behind; ms. */
const SETTLE_STEP = 250;

/** Asks everybody. Never throws for what comes back; what could not be asked is missing in the facts. */
export async function gatherFacts(
  zone: Name,
  sources: DelegationSources,
  ports: QuestionPorts,
): Promise<DelegationFacts> {
  const questions = new Questions(ports);
  const { port } = sources;
  const resolver = new ResolverDirectory(questions, sources.resolvers, port);
  const descent = new DescentDirectory(questions, sources.parents, port);
  const isBelow = sources.parents.some((parent) => isSubdomain(zone, parent.zone) && zone.length > parent.zone.length);
  const search = await (isBelow ? descent : resolver).parentOf(zone);
  let parents: readonly ParentFacts[] = [];
  if ('found' in search) {
    const { zone: parent, servers } = search.found;
    const bounded = questions.bounded(servers, 'parentAddresses');
    parents = await Promise.all(bounded.map((server) => askParent(questions, parent, server, zone)));
  }
  const primary = await firstPrimary(questions, zone, sources.primaries ?? []);
  const hosts = sources.resolvers.length > 0 ? resolver : descent;
  const round = new Round(questions, zone, hosts, port);
  const delegated = union(parents.map(({ says }) => (says.kind === 'delegation' ? says.ns : [])));
  await round.takeIn([...delegated, ...(primary?.facts.ns ?? [])], glueAddresses(parents));
  const facts = (): DelegationFacts => ({
    zone: hostName(zone),
    at: ports.clock.now(),
    parent: 'found' in search ? hostName(search.found.zone) : undefined,
    ...('problem' in search ? { parentProblem: search.problem } : {}),
    parents,
    hosts: round.hosts,
    servers: round.servers,
    ...(primary === undefined ? {} : { primary: primary.facts }),
    ...(sources.secondaries === undefined ? {} : { secondaries: sources.secondaries }),
    own: union([
      sources.own ?? [],
      (sources.primaries ?? []).flatMap(({ addresses }) => addresses.map(({ host }) => host)),
    ]),
    cut: questions.cut,
  });
  // What the zone names beyond the delegation, and addresses that it has beyond the glue.
  const { truth, apex } = viewOf(facts());
  const source = primary?.server ?? (truth && round.serverOf(truth));
  if (source !== undefined) {
    await round.askZone(source, [...delegated, ...(apex ?? [])]);
    await round.takeIn(apex ?? [], []);
  }
  await settled(questions, zone, sources, ports, round, primary);
  return facts();
}

function glueAddresses(parents: readonly ParentFacts[]) {
  return parents.flatMap(({ says }) => (says.kind === 'delegation' ? says.glue : []));
}

interface AskedPrimary {
  readonly server: ServerToAsk;
  facts: ServerFacts;
}

async function firstPrimary(
  questions: Questions,
  zone: Name,
  remotes: readonly Remote[],
): Promise<AskedPrimary | undefined> {
  for (const { addresses, key } of remotes) {
    for (const to of addresses) {
      const server = { name: 'primary', to, key };
      const facts = await askServer(questions, zone, server);
      if (facts.ns !== undefined && serialOf(facts) !== undefined) return { server, facts };
    }
  }
  return undefined;
}

/** The name servers that were looked at so far. */
class Round {
  readonly #questions: Questions;
  readonly #zone: Name;
  readonly #directory: Directory;
  readonly #port: number;
  readonly #hosts = new Map<HostName, HostFacts>();
  readonly #asked = new Map<string, { server: ServerToAsk; facts: ServerFacts }>();
  readonly #begun = new Set<string>();

  constructor(questions: Questions, zone: Name, directory: Directory, port: number) {
    this.#questions = questions;
    this.#zone = zone;
    this.#directory = directory;
    this.#port = port;
  }

  get hosts(): HostFacts[] {
    return [...this.#hosts.values()];
  }

  /** In the order of their names, whoever answered first. */
  get servers(): ServerFacts[] {
    return [...this.#asked].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { facts }]) => facts);
  }

  serverOf(facts: ServerFacts): ServerToAsk | undefined {
    return this.#asked.get(`${facts.name} ${facts.address}`)?.server;
  }

  replace(facts: ServerFacts, udp: ServerFacts['udp']): void {
    const asked = this.#asked.get(`${facts.name} ${facts.address}`);
    if (asked !== undefined) asked.facts = { ...asked.facts, udp };
  }

  /** Asks name servers by these names at the addresses that are known or can be found, each once. */
  async takeIn(names: readonly HostName[], glue: readonly { name: HostName; address: string }[]): Promise<void> {
    const bounded = this.#questions.bounded(union([names]), 'nameServers');
    const servers = await Promise.all(
      bounded.map(async (text) => {
        const host = name(text);
        const given = glue.filter((one) => one.name === text).map(({ address }) => address);
        const inside = isSubdomain(host, this.#zone);
        if (!inside && !this.#hosts.has(text))
          this.#hosts.set(text, { name: text, ...(await this.#directory.addresses(host)) });
        const found = this.#hosts.get(text)?.addresses ?? [];
        return union([given, found]).map((address) => ({ name: text, to: { host: address, port: this.#port } }));
      }),
    );
    const fresh = servers.flat().filter(({ name: server, to }) => {
      const key = `${server} ${to.host}`;
      return !this.#begun.has(key) && this.#begun.add(key);
    });
    const room = Math.max(0, this.#questions.limits.addresses - this.#asked.size);
    if (fresh.length > room) this.#questions.reached('addresses');
    await Promise.all(
      fresh.slice(0, room).map(async (server) => {
        const facts = await askServer(this.#questions, this.#zone, server);
        this.#asked.set(`${server.name} ${server.to.host}`, { server, facts });
      }),
    );
  }

  /** Asks the zone for the addresses of names inside it. */
  async askZone(source: ServerToAsk, names: readonly HostName[]): Promise<void> {
    const inside = union([names]).filter((text) => isSubdomain(name(text), this.#zone));
    await Promise.all(
      this.#questions.bounded(inside, 'nameServers').map(async (text) => {
        this.#hosts.set(text, { name: text, ...(await askHost(this.#questions, source, name(text))) });
      }),
    );
  }
}

/** Gives servers that are behind the time that a change takes. */
async function settled(
  questions: Questions,
  zone: Name,
  sources: DelegationSources,
  { clock, signal }: QuestionPorts,
  round: Round,
  primary: AskedPrimary | undefined,
): Promise<void> {
  const until = clock.now() + Math.min(sources.settle, questions.left);
  for (;;) {
    const servers = round.servers.filter((server) => serialOf(server) !== undefined);
    const all = primary === undefined ? servers : [primary.facts, ...servers];
    if (new Set(all.map(serialOf)).size <= 1 || clock.now() >= until || signal?.aborted) return;
    await new Promise<void>((resolve) =>
      clock.setTimeout(resolve, Math.min(SETTLE_STEP, Math.max(1, until - clock.now()))),
    );
    if (primary !== undefined) {
      const udp = await askSerial(questions, zone, primary.server);
      if (udp.kind === 'answered' && udp.serial !== undefined) primary.facts = { ...primary.facts, udp };
    }
    await Promise.all(
      servers.map(async (server) => {
        const asked = round.serverOf(server);
        if (asked === undefined) return;
        const udp = await askSerial(questions, zone, asked);
        if (udp.kind === 'answered' && udp.serial !== undefined) round.replace(server, udp);
      }),
    );
  }
}
