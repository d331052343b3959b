import {
  decodeMessage,
  encodeMessage,
  fail,
  type Message,
  type MessageDraft,
  ok,
  type Result,
} from '@zonewire/shared-protocol';
import type { FakeClock } from './clock.ts';

/** A server in a {@link FakeNetwork}: messages in, messages out. Undefined is silence. `from`: the host that asks, where it was said. */
export interface FakeServer {
  answer(
    request: Uint8Array,
    transport: 'udp' | 'tcp',
    from: string,
  ): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** The messages of a transfer; ending early is the server closing the connection. */
  transfer?(request: Uint8Array, from: string): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** What is wrong with the way to a server. Probabilities are 0 to 1, for each packet, connection or message. */
export interface FakeFaults {
  /** Nothing gets through: a partition. */
  down?: boolean;
  /** A datagram, or a connection attempt, is lost. */
  loss?: number;
  /** A datagram arrives twice. */
  duplicate?: number;
  /** A transfer's connection is closed before this message. */
  cut?: number;
  /** A transfer stops without a word before this message. */
  hang?: number;
  /** ms, at most, that a datagram or a connection takes longer each way: later ones overtake it. */
  delay?: number;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

interface ExchangeOptions {
  readonly timeout: number;
  readonly transport?: 'udp' | 'tcp' | undefined;
  readonly attempts?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface TransferOptions {
  readonly connectTimeout?: number | undefined;
  readonly idleTimeout?: number | undefined;
  readonly totalTimeout?: number | undefined;
  readonly onMessage: (message: Uint8Array) => 'more' | 'done' | 'stop';
  readonly signal?: AbortSignal | undefined;
}

/**
 * A network that exists on a {@link FakeClock} only: what the nameserver's DnsClient offers (`exchange`, `openTransfer`), with latency,
 * loss, duplicates, partitions and cut connections as a seeded `random` decides. Messages are not signed.
 */
export class FakeNetwork {
  /** ms one way. */
  latency = 5;
  /** Everything sent, for assertions: `udp 192.0.2.1:53`, `transfer 192.0.2.1:53`. */
  readonly sent: string[] = [];
  /** Exchanges and transfers under way, and most of them ever. */
  inFlight = 0;
  peakInFlight = 0;
  readonly #clock: FakeClock;
  readonly #random: () => number;
  readonly #servers = new Map<string, FakeServer>();
  readonly #faults = new Map<string, FakeFaults>();
  #nextId = 1;

  constructor(clock: FakeClock, random: () => number = () => 0.5) {
    this.#clock = clock;
    this.#random = random;
  }

  listen(address: Address, server: FakeServer): void {
    this.#servers.set(key(address), server);
  }

  /** Nothing listens there any more: connections are refused. */
  close(address: Address): void {
    this.#servers.delete(key(address));
  }

  /** Replaces what is wrong with the way to `address`; without faults it is healed. */
  faults(address: Address, faults: FakeFaults = {}): void {
    this.#faults.set(key(address), faults);
  }

  exchange: FakeNetwork['exchangeNow'] = (request, to, options, from) =>
    this.#counted(() => this.exchangeNow(request, to, options, from));

  openTransfer: FakeNetwork['transferNow'] = (request, to, options, from) =>
    this.#counted(() => this.transferNow(request, to, options, from));

  /** The network as the machine `host` has it: servers see who asks. */
  of(host: string): Pick<FakeNetwork, 'exchange' | 'openTransfer'> {
    return {
      exchange: (request, to, options) => this.exchange(request, to, options, host),
      openTransfer: (request, to, options) => this.openTransfer(request, to, options, host),
    };
  }

  async #counted<T>(run: () => Promise<T>): Promise<T> {
    this.peakInFlight = Math.max(this.peakInFlight, ++this.inFlight);
    try {
      return await run();
    } finally {
      this.inFlight--;
    }
  }

  private exchangeNow = async (
    request: Omit<MessageDraft, 'id'> | Uint8Array,
    to: Address,
    options: ExchangeOptions,
    from = '',
  ): Promise<Result<{ message: Message; bytes: Uint8Array; ms: number; transport: 'udp' | 'tcp' }>> => {
    const started = this.#clock.now();
    const id = this.#nextId++ & 0xffff;
    const bytes = request instanceof Uint8Array ? request.slice() : encodeMessage({ ...request, id });
    const transport = options.transport ?? 'udp';
    const attempts = transport === 'tcp' ? 1 : Math.max(1, options.attempts ?? 3);
    for (let attempt = 0; attempt < attempts; attempt++) {
      this.sent.push(`${transport} ${key(to)}`);
      const server = this.#servers.get(key(to));
      if (this.#isLost(to) || (server !== undefined && this.#isLost(to))) {
        if (!(await this.#sleep(options.timeout / attempts, options.signal))) return aborted();
        continue;
      }
      const patience = options.timeout / attempts;
      const there = this.#way(to);
      if (there >= patience) {
        // It arrives when nobody waits for the answer any more.
        if (server !== undefined) this.#clock.setTimeout(() => void server.answer(bytes, transport, from), there);
        if (!(await this.#sleep(patience, options.signal))) return aborted();
        continue;
      }
      if (!(await this.#sleep(there, options.signal))) return aborted();
      if (server === undefined) return fail('connection-refused', `nothing listens at ${key(to)}`);
      const reply = await server.answer(bytes, transport, from);
      if (this.#happens(this.#faults.get(key(to))?.duplicate)) await server.answer(bytes, transport, from);
      const back = this.#way(to);
      const isLate = reply === undefined || there + back >= patience;
      if (!(await this.#sleep(isLate ? patience : back, options.signal))) return aborted();
      if (isLate) continue;
      const decoded = decodeMessage(reply);
      if (!decoded.ok) return fail('reply-malformed', decoded.error.message);
      if (decoded.value.tc && transport === 'udp')
        return this.exchangeNow(bytes, to, { ...options, transport: 'tcp' }, from);
      return ok({ message: decoded.value, bytes: reply, ms: this.#clock.now() - started, transport });
    }
    return fail('timeout', `no reply from ${key(to)} within ${options.timeout} ms`);
  };

  private transferNow = async (
    request: Uint8Array,
    to: Address,
    options: TransferOptions,
    from = '',
  ): Promise<Result<{ bytes: number; messages: number; ms: number }>> => {
    const { signal } = options;
    const started = this.#clock.now();
    this.sent.push(`transfer ${key(to)}`);
    const server = this.#servers.get(key(to));
    if (this.#isLost(to)) {
      const timeout = options.connectTimeout ?? 5000;
      if (!(await this.#sleep(timeout, signal))) return aborted();
      return fail('connect-timeout', `no connection to ${key(to)} within ${timeout} ms`);
    }
    if (!(await this.#sleep(2 * this.#way(to), signal))) return aborted();
    if (server === undefined) return fail('connection-refused', `nothing listens at ${key(to)}`);
    if (!(await this.#sleep(2 * this.#way(to), signal))) return aborted();
    let bytes = 0;
    let messages = 0;
    for await (const message of server.transfer?.(request, from) ?? []) {
      const faults = this.#faults.get(key(to));
      if (faults?.down || this.#happens(faults?.hang)) {
        const timeout = options.idleTimeout ?? 30_000;
        if (!(await this.#sleep(timeout, signal))) return aborted();
        return fail('idle-timeout', `${key(to)} sent nothing for ${timeout} ms, after ${messages} messages`);
      }
      if (this.#happens(faults?.cut)) break;
      bytes += message.length;
      messages++;
      if (options.onMessage(message) !== 'more') return ok({ bytes, messages, ms: this.#clock.now() - started });
      if (!(await this.#sleep(1, signal))) return aborted();
    }
    return fail('connection-closed', `${key(to)} closed the connection after ${messages} messages`);
  };

  /** ms one way. */
  #way(to: Address): number {
    const { delay = 0 } = this.#faults.get(key(to)) ?? {};
    return delay > 0 ? this.latency + Math.round(delay * this.#random()) : this.latency;
  }

  #isLost(to: Address): boolean {
    const faults = this.#faults.get(key(to));
    return faults?.down === true || this.#happens(faults?.loss);
  }

  #happens(probability: number | undefined): boolean {
    return probability !== undefined && probability > 0 && this.#random() < probability;
  }

  /** False when it was aborted. */
  #sleep(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve(false);
        return;
      }
      const abort = () => {
        this.#clock.clearTimeout(timer);
        resolve(false);
      };
      const timer = this.#clock.setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve(true);
      }, ms);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }
}

function key({ host, port }: Address): string {
  return `${host}:${port}`;
}

function aborted() {
  return fail('aborted', 'given up');
}
