import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { RunningProcess } from '../running-process.ts';
import { servedSerial } from '../served-serial.ts';
import { type Peer, type PeerOptions, peerFolder, removeFolder } from './peer.ts';

/** Where one server lives: known before anything is written or started. */
export interface Site {
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly options: PeerOptions;
}

/** What is the vendor's own: files, command line, and how a zone gets other content. */
export interface VendorRules {
  /** Writes the folder's files, once. */
  prepare(): void | Promise<void>;
  readonly command: readonly [program: string, ...args: string[]];
  /** In what it prints, once it is running. */
  readonly ready: RegExp;
  rewrite(zone: string, text: string): Promise<void>;
  restore(zone: string, text: string): void | Promise<void>;
  /** How it is ended for good. Default: SIGKILL. NSD's children are ended by their parent only, which takes SIGTERM. */
  readonly lastSignal?: NodeJS.Signals;
}

/** Starts a server by its vendor's rules. When it does not come up, nothing is left of it, neither process nor folder. */
export async function startPeer(
  vendor: Peer['vendor'],
  options: PeerOptions,
  rulesFor: (site: Site) => VendorRules | Promise<VendorRules>,
): Promise<Peer> {
  const port = options.port ?? (await freePort());
  const host = options.host ?? '127.0.0.1';
  const folder = peerFolder(vendor);
  let server: RealServer | undefined;
  try {
    const rules = await rulesFor({ folder, host, port, options });
    server = new RealServer(vendor, { folder, host, port, options }, rules);
    await rules.prepare();
    await server.run();
    return server;
  } catch (error) {
    if (server === undefined) removeFolder(folder);
    else await server.remove();
    throw error;
  }
}

/** A changed file is served within this time, or the server is told once more; ms. */
const REWRITE_MS = 10_000;
const REWRITES = 3;

class RealServer implements Peer {
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  readonly vendor: Peer['vendor'];
  readonly #options: PeerOptions;
  readonly #rules: VendorRules;
  readonly #processes: RunningProcess[] = [];

  constructor(vendor: Peer['vendor'], { folder, host, port, options }: Site, rules: VendorRules) {
    this.host = host;
    this.folder = folder;
    this.port = port;
    this.vendor = vendor;
    this.#options = options;
    this.#rules = rules;
  }

  get process(): RunningProcess {
    const process = this.#processes.at(-1);
    if (process === undefined) throw new Error(`${this.vendor} in ${this.folder} was never started`);
    return process;
  }

  log(): string {
    return this.#processes.map(({ output }) => output).join('');
  }

  async run(): Promise<void> {
    const { command, ready, lastSignal } = this.#rules;
    const { zones, netns, startTimeout, mayRefuseZones } = this.#options;
    const [program, ...args] = netns === undefined ? command : ['ip', 'netns', 'exec', netns, ...command];
    const process = await RunningProcess.start(command[0], program, args);
    this.#processes.push(process);
    try {
      await process.until(String(ready), () => ready.test(process.output), startTimeout);
      for (const { name, text } of zones) {
        if (text === undefined || mayRefuseZones) continue;
        const answers = async () => (await servedSerial(this, name)) !== undefined;
        await process.until(`answer for ${name}`, answers, startTimeout);
      }
    } catch (error) {
      await process.stop(lastSignal ?? 'SIGKILL');
      throw error;
    }
  }

  /** Asked again where it does not come: a server that is just reloading may overlook it. What it makes of it the test says. */
  async rewrite(zone: string, text: string): Promise<void> {
    const serial = Number(/\sSOA\s+\S+\s+\S+\s+\(?\s*(\d+)/.exec(text)?.[1]);
    for (let attempt = 0; attempt < REWRITES; attempt++) {
      await this.#rules.rewrite(zone, text);
      for (const until = Date.now() + REWRITE_MS; Date.now() < until; await sleep(20))
        if ((await servedSerial(this, zone)) === serial) return;
    }
  }

  async restore(zone: string, text: string): Promise<void> {
    if (this.process.isRunning) throw new Error(`${this.vendor} must be stopped before ${zone} is restored`);
    await this.#rules.restore(zone, text);
  }

  async stop(signal?: NodeJS.Signals): Promise<void> {
    await this.process.stop(signal);
  }

  async remove(): Promise<void> {
    await this.#processes.at(-1)?.stop(this.#rules.lastSignal ?? 'SIGKILL');
    removeFolder(this.folder);
  }
}
