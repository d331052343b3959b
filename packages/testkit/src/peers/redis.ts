import { type Address, run } from '../dig.ts';
import { freePort } from '../free-port.ts';
import { RunningProcess } from '../running-process.ts';
import { peerFolder, removeFolder } from './peer.ts';

export interface RedisOptions {
  readonly port?: number;
  /** Lines of redis.conf, e.g. `maxmemory 2mb`. */
  readonly settings?: readonly string[];
  /** ms until it has to answer. Default: 60,000. */
  readonly startTimeout?: number;
}

/** A redis-server of the test's own on loopback: no eviction, append-only file in its own folder. */
export class RedisServer implements Address {
  readonly host = '127.0.0.1';
  readonly port: number;
  readonly folder: string;
  readonly #settings: readonly string[];
  readonly #startTimeout: number | undefined;
  #process: RunningProcess | undefined;

  private constructor(port: number, { settings = [], startTimeout }: RedisOptions) {
    this.port = port;
    this.folder = peerFolder('redis');
    this.#settings = settings;
    this.#startTimeout = startTimeout;
  }

  static async start(options: RedisOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(options.port ?? (await freePort()), options);
    try {
      await server.run();
      return server;
    } catch (error) {
      await server.remove();
      throw error;
    }
  }

  get url(): string {
    return `redis://${this.host}:${this.port}`;
  }

  /** Starts it (again) on the same port; with what its append-only file holds, unless `empty`. */
  async run({ empty = false } = {}): Promise<void> {
    const dir = empty ? peerFolder('redis') : this.folder;
    const args = ['--port', this.port, '--bind', this.host, '--dir', dir, '--save', '', '--appendonly', 'yes'];
    const settings = this.#settings.flatMap((line) => {
      const [name, ...values] = line.split(' ');
      return [`--${name}`, ...values];
    });
    try {
      const process = await RunningProcess.start(`redis-server ${this.port}`, 'redis-server', [
        ...args.map(String),
        ...settings,
      ]);
      this.#process = process;
      const ping = ['-h', this.host, '-p', String(this.port), 'ping'];
      await process.until(
        'PONG',
        async () => (await run('redis-cli', ping, true)).stdout.trim() === 'PONG',
        this.#startTimeout,
      );
      if (dir !== this.folder) process.exited.then(() => removeFolder(dir));
    } catch (error) {
      await this.#process?.stop('SIGKILL');
      if (dir !== this.folder) removeFolder(dir);
      throw error;
    }
  }

  /** A redis-cli command; its output. */
  async command(...args: string[]): Promise<string> {
    return (await run('redis-cli', ['-h', this.host, '-p', String(this.port), ...args])).stdout.trim();
  }

  /** Stops answering without closing a connection, as a host in trouble does. */
  pause(): void {
    this.#process?.child.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.child.kill('SIGCONT');
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.resume();
    await this.#process?.stop(signal);
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL');
    removeFolder(this.folder);
  }
}
