import { isIPv6 } from 'node:net';
import { type TsigKey, ZonewireError } from '@zonewire/shared-protocol';
import { type Counters, newCounters } from './counters.ts';
import { EventLog } from './event-log.ts';
import { DEFAULT_LIMITS, type NameserverLimits } from './limits.ts';
import { batchesMissing } from './listen/batched/sockets.ts';
import { openTcpListener, TcpConnections, type TcpListener } from './listen/tcp.ts';
import { openBatchedListener } from './listen/udp-batched.ts';
import { openDgramListener } from './listen/udp-dgram.ts';
import type { OpenUdpListener, UdpListener } from './listen/udp-port.ts';
import { QueryPipeline } from './pipeline/query-pipeline.ts';
import type { Clock, Log } from './ports.ts';
import type { RequestWatch } from './request-watch.ts';
import { RequestHandlers } from './requests/request-handlers.ts';
import type { ZoneTable } from './zone-table.ts';

export interface ListenAddress {
  readonly host: string;
  /** 0: any free one, the same for UDP and TCP (tests). */
  readonly port: number;
}

export interface NameserverOptions {
  readonly listen: readonly ListenAddress[];
  readonly zones: ZoneTable;
  /** By nameKey; asked for every signed request. */
  readonly keys: () => ReadonlyMap<string, TsigKey>;
  /** NSID and id.server. */
  readonly identity: string;
  /** version.bind; false: refused. */
  readonly version: string | false;
  readonly limits?: Partial<NameserverLimits>;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of transfers asked for, and of what stands in their way. */
  readonly watch?: RequestWatch | undefined;
  /** Which UDP implementation: 'auto' takes the fastest one that works here. */
  readonly udp: 'auto' | 'batched' | 'dgram';
  /** Threads that answer UDP, for each address, when it is batched. Default: 1. */
  readonly workers?: number;
}

/** Ports tried when a free one is asked for: the one TCP got may be taken for UDP. */
const FREE_PORT_ATTEMPTS = 20;

/** Sockets to answers, for all zones of the table, on all addresses. */
export class Nameserver {
  readonly counters: Counters = newCounters();
  readonly limits: NameserverLimits;
  readonly #options: NameserverOptions;
  #addresses: ListenAddress[] = [];
  #listeners: (TcpListener | UdpListener)[] = [];
  #udp: UdpListener[] = [];

  constructor(options: NameserverOptions) {
    this.#options = options;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
  }

  /** Where it listens, with the real ports. */
  get addresses(): readonly ListenAddress[] {
    return this.#addresses;
  }

  /** {@link listen} and {@link startThreads}. */
  async start(): Promise<void> {
    await this.listen();
    await this.startThreads();
  }

  /**
   * Listens on every address, or on none: throws ZonewireError `listen-address-in-use`, `listen-not-permitted`,
   * `listen-address-unknown` or `listen-failed`. From then on this thread answers (on wildcard addresses: TCP only),
   * until the threads for UDP do.
   */
  async listen(): Promise<void> {
    const { zones, keys, identity, version, clock, log, watch } = this.#options;
    const { limits, counters } = this;
    const events = new EventLog(log, clock);
    const { udpAnswerSize, tcpIdleTimeout } = limits;
    const common = { zones, keys, identity, udpAnswerSize, counters, events, watch };
    const pipeline = new QueryPipeline({ ...common, version, tcpIdleTimeout });
    const requests = new RequestHandlers({ ...common, clock });
    const handlers = {
      answer: pipeline.answer.bind(pipeline),
      handle: requests.handle.bind(requests),
    };
    const connections = new TcpConnections(limits, counters);
    const waiting = { clock, counters, inFlight: limits.udpInFlight, stopGrace: limits.stopGrace };
    const threads = this.#threads();
    const openUdp: OpenUdpListener = (address, datagrams) =>
      threads === 0
        ? openDgramListener(address, datagrams, waiting)
        : openBatchedListener(address, datagrams, {
            ...waiting,
            zones,
            identity,
            version,
            udpAnswerSize,
            threads,
            log,
          });
    const openTcp = (address: ListenAddress) =>
      openTcpListener(address, handlers, { clock, counters, limits, connections, watch });
    try {
      for (const address of this.#options.listen) {
        const [tcp, udp] = await openBoth(address, openTcp, (bound) => openUdp(bound, handlers));
        this.#listeners.push(udp, tcp);
        this.#udp.push(udp);
        this.#addresses.push({ host: address.host, port: tcp.port });
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
    const udp = threads === 0 ? 'dgram' : 'batched';
    const how = threads === 0 ? 'one datagram a call' : `in batches by ${threads} thread${threads === 1 ? '' : 's'}`;
    log.info(
      { addresses: this.#addresses.map(listenText), udp, workers: threads },
      `answering at ${this.#addresses.map(listenText).join(', ')}; UDP ${how}`,
    );
  }

  /** Resolves when the threads answer that answer UDP in this one's place. */
  async startThreads(): Promise<void> {
    try {
      await Promise.all(this.#udp.map((listener) => listener.startThreads?.()));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Answering threads for each address; 0: UDP is answered here, by node:dgram. */
  #threads(): number {
    const { udp, workers = 1 } = this.#options;
    if (udp === 'dgram') return 0;
    const missing = batchesMissing();
    if (missing === undefined) return workers;
    if (udp === 'batched')
      throw new ZonewireError('udp-batches-missing', `server.udp is batched, and ${missing}: write auto`);
    this.#options.log.debug({}, `UDP without batches: ${missing}`);
    return 0;
  }

  /** Finishes what is under way within `stopGrace`, then closes everything. */
  async stop(): Promise<void> {
    const listeners = this.#listeners;
    this.#listeners = [];
    this.#udp = [];
    await Promise.all(listeners.map((listener) => listener.close()));
    this.#addresses = [];
  }
}

async function openBoth(
  address: ListenAddress,
  openTcp: (address: ListenAddress) => Promise<TcpListener>,
  openUdp: (address: ListenAddress) => Promise<UdpListener>,
): Promise<[TcpListener, UdpListener]> {
  for (let attempt = 1; ; attempt++) {
    const tcp = await openTcp(address).catch((error) => Promise.reject(listenError(error, address, 'TCP')));
    try {
      return [tcp, await openUdp({ host: address.host, port: tcp.port })];
    } catch (error) {
      await tcp.close();
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (address.port === 0 && isTaken && attempt < FREE_PORT_ATTEMPTS) continue;
      throw listenError(error, address, 'UDP');
    }
  }
}

function listenError(cause: unknown, address: ListenAddress, transport: string): ZonewireError {
  const where = `${listenText(address)} (${transport})`;
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new ZonewireError(
        'listen-address-in-use',
        `${where} is taken by another program: stop that one, or set another address in server.listen (who has it: ss -lnp 'sport = :${address.port}')`,
        { cause },
      );
    case 'EACCES':
      return new ZonewireError(
        'listen-not-permitted',
        `this user may not listen on ${where}: ports below 1024 need root or the capability CAP_NET_BIND_SERVICE`,
        { cause },
      );
    case 'EADDRNOTAVAIL':
      return new ZonewireError(
        'listen-address-unknown',
        `this machine has no address ${address.host}: set one of its own in server.listen (ip addr lists them)`,
        { cause },
      );
    default:
      return new ZonewireError('listen-failed', `cannot listen on ${where}: ${String(cause)}`, { cause });
  }
}

function listenText({ host, port }: ListenAddress): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
