import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { type Address, digSerial, run } from '../dig.ts';
import { eventually } from '../running-process.ts';
import { zonewireCommand } from '../zonewire-node.ts';
import { CONTROL_PORT, DNS_PORT, TOKEN, writeConfiguration } from './configuration.ts';
import { ensureMachineImage } from './machine-images.ts';
import { PROGRAM_FOLDER, PROGRAMS, type Program } from './programs.ts';
import { SlowLink, type SlowLinkOptions } from './slow-link.ts';

/** What a topology's node is to hold. Other nodes are meant by their names. */
export interface TopologyZone {
  readonly name: string;
  /** Zone text: the node is its primary. */
  readonly text?: string;
  /** Nodes it follows: the node is a secondary. */
  readonly primaries?: readonly string[];
  /** Nodes it sends NOTIFY. */
  readonly notify?: readonly string[];
  /** More keys of the zone's configuration, as in the YAML file. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface TopologyNode {
  readonly zones?: readonly TopologyZone[];
  /** Default: Zonewire, in the image that is deployed. */
  readonly runs?: Program;
  /** Shares timers and transfers with the nodes of the same site; `redis` is the node that runs it. */
  readonly site?: { readonly name: string; readonly redis: string };
  /** Nodes of ours whose receipts it reads. */
  readonly follows?: readonly string[];
}

/** `node name -> what it is`: all nodes hang in one network of their own and reach each other by address. */
export type TopologyDescription = Readonly<Record<string, TopologyNode>>;

/** The reaper's image is in a registry; what is left over by a killed run is removed by its label instead. */
process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
const LABEL = 'zonewire-test';

/** Gives a container its address: testcontainers has no words for it. */
class NodeContainer extends GenericContainer {
  constructor(image: string, network: string, address: string) {
    super(image);
    this.createOpts.NetworkingConfig = { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: address } } } };
    this.hostConfig.NetworkMode = network;
  }

  /** As deploy/ runs our image. */
  confined(): this {
    this.hostConfig.ReadonlyRootfs = true;
    this.hostConfig.CapDrop = ['ALL'];
    this.hostConfig.CapAdd = ['NET_BIND_SERVICE'];
    return this;
  }
}

/** A node of a topology: `zonewire run` in a container of deploy/Dockerfile's image, as an operator would deploy it, or another program. */
export class ContainerNode implements Address {
  readonly port = DNS_PORT;
  readonly name: string;
  /** Its address in the topology's network, which this machine reaches. */
  readonly host: string;
  readonly #start: () => Promise<StartedTestContainer>;
  #container: StartedTestContainer | undefined;

  constructor(name: string, host: string, start: () => Promise<StartedTestContainer>) {
    this.name = name;
    this.host = host;
    this.#start = start;
  }

  get id(): string {
    if (this.#container === undefined) throw new Error(`${this.name} is not started`);
    return this.#container.getId();
  }

  /** A new container with an empty disk. */
  async start(): Promise<void> {
    this.#container = await this.#start();
  }

  /** As a crash of the host does. The disk stays for {@link ContainerNode.again}. */
  async kill(): Promise<void> {
    await run('docker', ['kill', '--signal=KILL', this.id]);
  }

  /** Starts it again on its own disk. */
  async again(): Promise<void> {
    await run('docker', ['start', this.id]);
  }

  async remove(): Promise<void> {
    if (this.#container !== undefined) await run('docker', ['rm', '--force', '--volumes', this.id], true);
    this.#container = undefined;
  }

  /** Of its main process, as this machine counts. */
  async pid(): Promise<number> {
    return Number((await run('docker', ['inspect', '--format', '{{.State.Pid}}', this.id])).stdout);
  }

  /** What Docker's HEALTHCHECK says: starting, healthy, unhealthy. */
  async health(): Promise<string> {
    const { stdout } = await run('docker', ['inspect', '--format', '{{.State.Health.Status}}', this.id]);
    return stdout.trim();
  }

  async log(): Promise<string> {
    const { stdout, stderr } = await run('docker', ['logs', this.id]);
    return stdout + stderr;
  }

  /** Of its control API; GET unless said otherwise. */
  async api<T = Record<string, unknown>>(path: string, init?: RequestInit): Promise<T> {
    return JSON.parse(await (await this.open(path, init)).text()) as T;
  }

  /** An answer of its control API that is still being written: events. */
  async open(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...init.headers, 'X-API-Key': TOKEN };
    const response = await fetch(`${this.#controlUrl}${path}`, { ...init, headers });
    if (!response.ok) throw new Error(`${this.name}: ${response.status} ${await response.text()}`);
    return response;
  }

  /** Runs our command line against it, on this machine. */
  async cli(...args: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
    return run(process.execPath, [zonewireCommand(), ...args, '--control', this.#controlUrl, '--token', TOKEN], true);
  }

  /** As Prometheus gets them. */
  async metrics(): Promise<string> {
    return (await this.open('/metrics')).text();
  }

  get #controlUrl(): string {
    return `http://${this.host}:${CONTROL_PORT}`;
  }

  /** The zone's status as the control API gives it. */
  status(zone: string): Promise<Record<string, unknown>> {
    return this.api(`/api/v1/zones/${encodeURIComponent(zone)}`);
  }

  async untilSerial(zone: string, serial: number, timeoutMs = 20_000): Promise<void> {
    await eventually(
      `${this.name} answers ${zone} with serial ${serial}`,
      async () => (await digSerial(this, zone)) === serial,
      timeoutMs,
    );
  }
}

/** Nodes in containers on a Docker network of their own. */
export class Topology {
  readonly nodes: ReadonlyMap<string, ContainerNode>;
  readonly network: string;
  readonly #folder: string;
  readonly #links: SlowLink[] = [];
  readonly #silenced = new Set<string>();

  private constructor(network: string, folder: string, nodes: ReadonlyMap<string, ContainerNode>) {
    this.network = network;
    this.#folder = folder;
    this.nodes = nodes;
  }

  /** Starts every node of `description` from `image`. Resolves when all of them say `ready`. */
  static async start(image: string, description: TopologyDescription): Promise<Topology> {
    const { network, prefix } = await newNetwork();
    const folder = mkdtempSync(join(tmpdir(), 'zonewire-topology-'));
    // The nodes' own user reads it.
    chmodSync(folder, 0o755);
    const names = Object.keys(description);
    const address = (name: string) => {
      const index = names.indexOf(name);
      if (index < 0) throw new Error(`${name} is no node of this topology`);
      return `${prefix}.${index + 10}`;
    };
    const nodes = new Map<string, ContainerNode>();
    for (const name of names) {
      const config = join(folder, name);
      const { runs, zones = [], site, follows = [] } = description[name];
      let container: () => GenericContainer;
      if (runs === undefined) {
        const redis = site && { url: `redis://${address(site.redis)}:6379`, site: site.name };
        writeConfiguration(config, name, { zones, redis, follows, address, range: `${prefix}.0/24` });
        container = () =>
          new NodeContainer(image, network, address(name))
            .confined()
            .withBindMounts([{ source: config, target: '/etc/zonewire', mode: 'ro' }])
            .withWaitStrategy(Wait.forLogMessage(/ready: /));
      } else {
        const { image: files, command, ready, configure } = PROGRAMS[runs];
        const programImage = await ensureMachineImage(files);
        configure(config, zones, address, `${prefix}.0/24`);
        container = () =>
          new NodeContainer(programImage, network, address(name))
            .withBindMounts([{ source: config, target: PROGRAM_FOLDER, mode: 'rw' }])
            .withCommand([...command])
            .withWaitStrategy(Wait.forLogMessage(ready));
      }
      nodes.set(
        name,
        new ContainerNode(name, address(name), () =>
          container()
            .withLabels({ [LABEL]: 'topology' })
            .withStartupTimeout(60_000)
            .start(),
        ),
      );
    }
    const topology = new Topology(network, folder, nodes);
    try {
      const start = (some: readonly string[]) => Promise.all(some.map((name) => topology.node(name).start()));
      const isRedis = (name: string) => description[name].runs === 'redis';
      await start(names.filter(isRedis));
      await start(names.filter((name) => !isRedis(name)));
    } catch (error) {
      await topology.remove();
      throw error;
    }
    return topology;
  }

  node(name: string): ContainerNode {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`${name} is no node of this topology`);
    return node;
  }

  /** Takes a node's cable out. */
  async cut(name: string): Promise<void> {
    await run('docker', ['network', 'disconnect', this.network, this.node(name).id]);
  }

  /** From now on every packet from it and to it vanishes, and nobody is told: a firewall, a router that has lost its way. */
  async silence(name: string): Promise<void> {
    for (const rule of this.#silenceRules(name)) await run('iptables', ['-t', 'raw', '-I', 'PREROUTING', ...rule]);
    this.#silenced.add(name);
  }

  /** Ends {@link silence}. */
  async unsilence(name: string): Promise<void> {
    this.#silenced.delete(name);
    for (const rule of this.#silenceRules(name)) await run('iptables', ['-t', 'raw', '-D', 'PREROUTING', ...rule]);
  }

  /** Packets between two ports of the network's bridge pass there as well (br_netfilter, which Docker loads). */
  #silenceRules(name: string): string[][] {
    const { host } = this.node(name);
    return ['-s', '-d'].map((side) => [side, host, '-j', 'DROP']);
  }

  /** Replaces a node's cable by a long one, at the same address; until the topology is removed. */
  async slow(name: string, options: SlowLinkOptions): Promise<void> {
    const { host } = this.node(name);
    const network = await run('docker', ['network', 'inspect', '--format', '{{.Id}}', this.network]);
    const bridge = `br-${network.stdout.slice(0, 12)}`;
    await this.cut(name);
    const gateway = host.replace(/\d+$/, '1');
    const pid = await this.node(name).pid();
    this.#links.push(await SlowLink.start({ pid, host, gateway, bridge, ...options }));
    // The others still have the old cable's hardware address.
    for (const node of this.nodes.values())
      await run('nsenter', ['-t', String(await node.pid()), '-n', 'ip', 'neigh', 'flush', 'all']);
  }

  /** Puts it back in, at the same address. */
  async heal(name: string): Promise<void> {
    const { host, id } = this.node(name);
    await run('docker', ['network', 'connect', '--ip', host, this.network, id]);
  }

  async remove(): Promise<void> {
    for (const name of this.#silenced) await this.unsilence(name);
    await Promise.all(this.#links.splice(0).map((link) => link.remove()));
    await Promise.all([...this.nodes.values()].map((node) => node.remove()));
    await run('docker', ['network', 'rm', this.network], true);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A network with a range that nobody has: several runs at once take different ones. */
async function newNetwork(): Promise<{ network: string; prefix: string }> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const prefix = `10.89.${Math.floor(Math.random() * 250) + 1}`;
    const network = `zonewire-test-${prefix.replaceAll('.', '-')}`;
    const create = ['network', 'create', '--label', `${LABEL}=topology`, '--subnet', `${prefix}.0/24`, network];
    const { code, stderr } = await run('docker', create, true);
    if (code === 0) return { network, prefix };
    if (!/overlap|already exists/i.test(stderr)) throw new Error(`docker network create: ${stderr}`);
  }
  throw new Error('no range of 10.89.0.0/16 is free for a test network');
}
