import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Address, PeerKey } from './dig.ts';
import { freePort } from './free-port.ts';
import { eventually, RunningProcess } from './running-process.ts';
import { servedSerial } from './served-serial.ts';

/** Our program: the sources, unless a benchmark names the bundle that is deployed. */
export function zonewireCommand(): string {
  return process.env.ZONEWIRE_COMMAND ?? fileURLToPath(new URL('../../cli/bin/zonewire.mjs', import.meta.url));
}

/** How the nodes under test answer over UDP where a test does not say it itself (`npm run test:variants`). */
function udpVariant(): Record<string, unknown> {
  const { ZONEWIRE_TEST_UDP: udp, ZONEWIRE_TEST_WORKERS: workers } = process.env;
  return { ...(udp ? { udp } : {}), ...(workers ? { workers: Number(workers) } : {}) };
}

/** A zone of a node under test; the same words for our node as {@link PeerZone} has for the peers. */
export interface NodeZone {
  readonly name: string;
  readonly text?: string;
  readonly primaries?: readonly Address[];
  readonly notify?: readonly Address[];
  readonly key?: PeerKey;
  /** More keys of the zone's configuration, as in the YAML file. */
  readonly settings?: Record<string, unknown>;
}

export interface NodeOptions {
  readonly identity?: string;
  readonly zones: readonly NodeZone[];
  readonly keys?: readonly PeerKey[];
  /** Default: a free one. Given where others must know it before the start. */
  readonly port?: number;
  /** More server settings, merged over what this makes. */
  readonly server?: Record<string, unknown>;
  /** Remotes as in the YAML file, for zones whose `settings` name them. */
  readonly namedRemotes?: readonly { readonly id: string }[];
  /** The configuration's section `redis`. */
  readonly redis?: Record<string, unknown>;
  /** The configuration's section `delegation`. */
  readonly delegation?: Record<string, unknown>;
  /** The configuration's section `replicas`. */
  readonly replicas?: Record<string, unknown>;
  /** More settings of the remote at a port. */
  readonly remotes?: Readonly<Record<number, Record<string, unknown>>>;
  /** More settings of the section `control`. */
  readonly control?: Record<string, unknown>;
  /** Arguments for node itself, before the script: memory limits, profilers. */
  readonly execArgv?: readonly string[];
  /** Whose NOTIFYs, transfers and updates are allowed, with the zone's key if it has one. Default: all of 127.0.0.0/8. */
  readonly allow?: readonly string[];
  /** ms until it has to say that it is ready. Default: 60,000. */
  readonly startTimeout?: number;
}

/** A real `zonewire run` process with its own folder, ports and configuration file: what an operator starts. */
export class ZonewireNode implements Address {
  readonly host = '127.0.0.1';
  readonly folder: string;
  readonly port: number;
  readonly controlPort: number;
  private readonly options: NodeOptions;
  process!: RunningProcess;

  private constructor(folder: string, port: number, controlPort: number, options: NodeOptions) {
    this.folder = folder;
    this.port = port;
    this.controlPort = controlPort;
    this.options = options;
  }

  /** Makes the folder and starts it. Resolves when the process says `ready`; when it does not, nothing is left of it. */
  static async start(options: NodeOptions): Promise<ZonewireNode> {
    const node = await ZonewireNode.prepare(options);
    try {
      await node.run();
      return node;
    } catch (error) {
      await node.remove();
      throw error;
    }
  }

  /** Makes folder, ports and files without starting: for nodes that must know each other's ports. */
  static async prepare(options: NodeOptions): Promise<ZonewireNode> {
    const folder = mkdtempSync(join(tmpdir(), 'zonewire-node-'));
    try {
      const node = new ZonewireNode(folder, options.port ?? (await freePort()), await freePort(), options);
      mkdirSync(join(folder, 'zones'));
      for (const zone of options.zones) if (zone.text !== undefined) writeFileSync(node.zoneFile(zone.name), zone.text);
      node.configure(options);
      return node;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Writes the configuration file (JSON is YAML). Takes effect at the next {@link run}, or on SIGHUP. */
  configure(options: NodeOptions = this.options): void {
    const remotes: object[] = [...(options.namedRemotes ?? [])];
    const remote = (address: Address, key: PeerKey | undefined) => {
      const id = `remote-${address.port}${key ? `-${key.algorithm}` : ''}`;
      if (!remotes.some((known) => (known as { id: string }).id === id)) {
        const more = options.remotes?.[address.port];
        remotes.push({ id, address: [`${address.host}:${address.port}`], ...(key ? { key: key.name } : {}), ...more });
      }
      return id;
    };
    const acls = [undefined, ...(options.keys ?? [])].map((key) => ({
      id: `acl-${key ? key.name : 'open'}`,
      address: options.allow ?? ['127.0.0.0/8'],
      ...(key ? { key: key.name } : {}),
      action: ['notify', 'transfer', 'update'],
    }));
    const zones = options.zones.map((zone) => ({
      domain: zone.name,
      ...(zone.primaries
        ? { primary: zone.primaries.map((address) => remote(address, zone.key)) }
        : { file: this.zoneFile(zone.name) }),
      ...(zone.notify ? { notify: zone.notify.map((address) => remote(address, zone.key)) } : {}),
      acl: [`acl-${zone.key ? zone.key.name : 'open'}`],
      ...zone.settings,
    }));
    const config = {
      server: {
        identity: options.identity ?? `node-${this.port}`,
        listen: [`127.0.0.1:${this.port}`],
        'data-dir': join(this.folder, 'data'),
        // Some seconds of CPU that tests need for other things.
        'warm-up': false,
        ...udpVariant(),
        ...options.server,
      },
      control: { listen: `127.0.0.1:${this.controlPort}`, ...options.control },
      ...(options.redis ? { redis: options.redis } : {}),
      ...(options.delegation ? { delegation: options.delegation } : {}),
      ...(options.replicas ? { replicas: options.replicas } : {}),
      ...(options.keys ? { keys: options.keys.map(({ name, ...key }) => ({ id: name, ...key })) } : {}),
      ...(remotes.length > 0 ? { remotes } : {}),
      acls,
      zones,
    };
    writeFileSync(this.configFile, JSON.stringify(config, null, 2));
  }

  get configFile(): string {
    return join(this.folder, 'zonewire.yaml');
  }

  zoneFile(zone: string): string {
    return join(this.folder, 'zones', `${zone === '.' ? 'root' : zone.replace(/\.$/, '')}.zone`);
  }

  async run(): Promise<void> {
    const args = [...(this.options.execArgv ?? []), zonewireCommand(), 'run', '-c', this.configFile];
    this.process = await RunningProcess.start('zonewire', process.execPath, args);
    try {
      await this.process.until('"ready"', () => /ready/.test(this.process.output), this.options.startTimeout);
    } catch (error) {
      await this.process.stop('SIGKILL');
      throw error;
    }
  }

  /** Runs a `zonewire` command against this node, with JSON output unless told otherwise. */
  async cli(...args: string[]): Promise<{ output: string; errors: string; code: number | string }> {
    const running = await RunningProcess.start('zonewire cli', process.execPath, [
      zonewireCommand(),
      ...args,
      '--control',
      this.controlUrl,
    ]);
    let errors = '';
    let output = '';
    running.child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    running.child.stderr?.on('data', (chunk) => {
      errors += chunk;
    });
    const code = await running.exited;
    return { output, errors, code };
  }

  get controlUrl(): string {
    return `http://127.0.0.1:${this.controlPort}`;
  }

  /** Of the control API; GET unless said otherwise. */
  async api<T = Record<string, unknown>>(path: string, init?: RequestInit): Promise<T> {
    return JSON.parse(await (await this.open(path, init)).text()) as T;
  }

  /** An answer of the control API that may still be being written: events. */
  async open(path: string, init?: RequestInit): Promise<Response> {
    const response = await fetch(`${this.controlUrl}${path}`, init);
    if (response.ok) return response;
    throw new Error(`${init?.method ?? 'GET'} ${path}: ${response.status} ${await response.text()}`);
  }

  /** The zone's status as the control API gives it. */
  status<T = Record<string, unknown>>(zone: string): Promise<T> {
    return this.api<T>(`/api/v1/zones/${zoneSegment(zone)}`);
  }

  /** Replaces a zone file and has the node load it. */
  async rewrite(zone: string, text: string): Promise<void> {
    writeFileSync(this.zoneFile(zone), text);
    await this.api(`/api/v1/zones/${zoneSegment(zone)}/reload`, { method: 'POST' });
  }

  /** Waits until this node answers the zone with this serial. */
  async untilSerial(zone: string, serial: number, timeoutMs = 60_000): Promise<void> {
    await eventually(
      `${zone} at serial ${serial} on port ${this.port}; log:\n${this.process.output.slice(-4000)}`,
      async () => (await servedSerial(this, zone)) === serial,
      timeoutMs,
    );
  }

  readZoneFile(zone: string): string {
    return readFileSync(this.zoneFile(zone), 'utf8');
  }

  /** Ends the process: SIGTERM as an operator does, SIGKILL as a crash. The folder stays. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals> {
    return this.process.stop(signal);
  }

  async remove(): Promise<void> {
    if (this.process) await this.process.stop('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The root's segment would be `.`, which every client shortens away: `=2E` stands for it. */
function zoneSegment(zone: string): string {
  return zone === '.' ? '=2E' : encodeURIComponent(zone);
}
