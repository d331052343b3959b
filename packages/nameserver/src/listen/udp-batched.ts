import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { Worker } from 'node:worker_threads';
import { addressOctets } from '../access.ts';
import { addCounted } from '../counted.ts';
import type { Counters } from '../counters.ts';
import { HANDED_OVER, SILENCE } from '../pipeline/query-pipeline.ts';
import type { Clock, Log } from '../ports.ts';
import type { ZoneChange, ZoneEntry, ZoneTable } from '../zone-table.ts';
import {
  type FromThread,
  nameOctets,
  SHARED,
  type ThreadData,
  type ToThread,
  type ZoneCopy,
} from './batched/messages.ts';
import { isWildcard, type SocketAddress } from './batched/socket-address.ts';
import { closeSocket, openSocket, type ReturnPath, sendTo, steerByOpcode, steerToLast } from './batched/sockets.ts';
import { settled } from './settled.ts';
import { openDgramListener } from './udp-dgram.ts';
import type { DatagramHandlers, UdpListener } from './udp-port.ts';

/** Octets asked of the system for each socket and direction. */
const SOCKET_BUFFER = 4 * 1024 * 1024;
/** A thread without requests looks for the end of its work so often, ms. */
const RECEIVE_TIMEOUT = 100;
const REPLY_SIZE = 4096;
/** MiB for what is short-lived on a thread: nothing but messages about zones. V8 would let it come to 48. */
const YOUNG_MIB = 3;
/** Zones loaded from disk that a thread is told of in one message; it answers nothing while it takes them. */
const TOLD_AT_ONCE = 64;

export interface BatchedOptions {
  readonly zones: ZoneTable;
  readonly identity: string;
  readonly version: string | false;
  readonly udpAnswerSize: number;
  /** Answering threads. */
  readonly threads: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
  /** Requests that may wait for a handler; more are dropped. */
  readonly inFlight: number;
  /** How long closing waits for them, ms. */
  readonly stopGrace: number;
}

interface AnsweringThread {
  readonly fd: number;
  readonly worker: Worker;
  readonly shared: Int32Array;
  readonly ended: Promise<void>;
}

/**
 * UDP in batches: threads that share the address (SO_REUSEPORT), each with its own socket and pipeline, take and send many datagrams a
 * system call. Until {@link UdpListener.startThreads} they are not there, and this thread answers everything: making one takes a tenth of a start. Versions are shared memory; that there is a new one a thread sees before it answers what came in after it was published.
 *
 * NOTIFY and UPDATE come to this thread directly, by a socket of its own at the same address: a change must not wait for two threads.
 * Where that cannot be (a wildcard address, whose answers need the batches' care for their source), and for transfers and
 * signed queries, a thread hands the request over, and it is answered from here over the thread's socket.
 */
export async function openBatchedListener(
  address: { readonly host: string; readonly port: number },
  handlers: DatagramHandlers,
  options: BatchedOptions,
): Promise<UdpListener> {
  const socketAddress = parseAddress(address);
  const { zones, log, counters, clock } = options;
  const threads: AnsweringThread[] = [];
  const underWay = new Set<Promise<void>>();
  const reply = new Uint8Array(REPLY_SIZE);
  let isOpen = true;

  const answer = (fd: number, message: Uint8Array, path: ReturnPath) => {
    if (isOpen && !sendTo(fd, message, path)) counters.dropped++;
  };
  const request = (fd: number, { request: bytes, peerAddress, peerPort, path }: FromThread & { kind: 'request' }) => {
    const context = { transport: 'udp', peerAddress, peerPort, now: clock.now() } as const;
    const length = handlers.answer(bytes, bytes.length, reply, context);
    if (length === SILENCE) return;
    if (length !== HANDED_OVER) {
      answer(fd, reply.subarray(0, length), path);
      return;
    }
    if (underWay.size >= options.inFlight) {
      counters.udpOverload++;
      return;
    }
    const sink = {
      send: (message: Uint8Array) => {
        answer(fd, message, path);
        return true;
      },
      cut: () => {},
    };
    const done: Promise<void> = handlers.handle(bytes, context, sink).finally(() => underWay.delete(done));
    underWay.add(done);
  };

  const tell = (message: ToThread) => {
    for (const { worker, shared } of threads) {
      worker.postMessage(message);
      Atomics.add(shared, SHARED.GENERATION, 1);
    }
  };
  /** Changed, and not told yet: a message a zone would take as long as loading it, or as transferring a small one. */
  const waiting: ZoneEntry[] = [];
  let soon: NodeJS.Immediate | undefined;
  const tellWaiting = () => {
    clearImmediate(soon);
    soon = undefined;
    if (waiting.length > 0) tell({ kind: 'zones', zones: waiting.splice(0).map(copyOf) });
  };
  /** What the threads hold ready; nothing else of its zone was told since. */
  let prepared: (ZoneChange & { readonly kind: 'prepared' }) | undefined;
  let ticket = 0;
  let isLastServed = false;
  const prepare = (change: ZoneChange & { readonly kind: 'prepared' }) => {
    // A zone that is told of after what was prepared would outdate it.
    tellWaiting();
    if (threads.length === 0) return;
    prepared = change;
    const { entry, version, expireAt } = change;
    const zone = copyOf({ apex: entry.apex, version, state: 'serving', expireAt, role: entry.role });
    tell({ kind: 'prepared', zone, ticket: ++ticket, isLastServed });
    isLastServed = false;
  };
  /** True when the threads have what the entry is now, and only had to be told to show it. */
  const isReady = (entry: ZoneEntry): boolean => {
    if (prepared?.entry !== entry) return false;
    const { version, expireAt } = prepared;
    prepared = undefined;
    if (entry.version !== version || entry.expireAt !== expireAt || entry.state !== 'serving') return false;
    isLastServed = true;
    for (const { shared } of threads) {
      Atomics.store(shared, SHARED.SERVED_TICKET, ticket);
      Atomics.add(shared, SHARED.GENERATION, 1);
    }
    return true;
  };
  const stopWatching = zones.watch((change) => {
    if (change.kind === 'prepared') return prepare(change);
    if (change.kind === 'changed' && isReady(change.entry)) return;
    if (change.kind === 'changed' && (change.isLoaded === true || change.entry.role === 'secondary')) {
      waiting.push(change.entry);
      if (waiting.length >= TOLD_AT_ONCE) tellWaiting();
      else if (change.isLoaded === true) soon ??= setImmediate(tellWaiting);
      // Those who share a sync come in one turn. It is told before whoever publishes goes on behind his next `await`, and before anything is
      // received; a primary's change is told at once, for it is announced in the same breath.
      else if (waiting.length === 1 || soon !== undefined) queueMicrotask(tellWaiting);
      return;
    }
    // In the order in which it happened.
    tellWaiting();
    if (change.kind === 'removed') prepared = undefined;
    tell(
      change.kind === 'removed'
        ? { kind: 'removed', apex: nameOctets(change.apex) }
        : { kind: 'zones', zones: [copyOf(change.entry)] },
    );
  });

  const fds: number[] = [];
  let direct: UdpListener | undefined;
  const close = async () => {
    if (!isOpen) return;
    stopWatching();
    clearImmediate(soon);
    await direct?.close();
    for (const { shared } of threads) Atomics.store(shared, SHARED.STOP, 1);
    await Promise.all(threads.map(({ ended }) => ended));
    await settled(underWay, clock, options.stopGrace);
    isOpen = false;
    for (const fd of fds) closeSocket(fd);
  };

  const startThreads = async () => {
    // They begin with what is served now.
    prepared = undefined;
    for (const fd of fds) {
      const buffer = new SharedArrayBuffer(SHARED.LENGTH * Int32Array.BYTES_PER_ELEMENT);
      const data: ThreadData = {
        fd,
        family: socketAddress.family,
        wildcard: isWildcard(socketAddress),
        identity: options.identity,
        version: options.version,
        udpAnswerSize: options.udpAnswerSize,
        shared: buffer,
        zones: [...zones.entries()].map(copyOf),
      };
      const worker = new Worker(new URL('./batched/answering-thread.ts', import.meta.url), {
        workerData: data,
        // node:ffi says that it is experimental, once a thread.
        execArgv: ['--disable-warning=ExperimentalWarning'],
        resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
      });
      const shared = new Int32Array(buffer);
      const ended = once(worker, 'exit').then(
        () => {},
        () => {},
      );
      worker.on('message', (message: FromThread) => {
        if (message.kind === 'counted') addCounted(counters, message.counters);
        else if (message.kind === 'log') log[message.level](message.fields, message.message);
        else if (message.kind === 'request') {
          Atomics.sub(shared, SHARED.HANDED_OVER, 1);
          request(fd, message);
        }
      });
      threads.push({ fd, worker, shared, ended });
    }
    await Promise.all(threads.map(({ worker }) => once(worker, 'message')));
    // From here on a thread that fails is an error of ours: nothing answers in its place, so the process ends by it.
    for (const { worker } of threads)
      worker.on('error', (error) => {
        log.error({ err: error }, 'an answering thread ended with an error');
        process.emit('uncaughtException', error);
      });
    if (direct !== undefined && isOpen) steerByOpcode(fds[0], fds.length);
  };

  try {
    // All sockets first: datagrams are spread over those that are there.
    for (let i = 0; i < options.threads; i++)
      fds.push(openSocket(socketAddress, { buffer: SOCKET_BUFFER, receiveTimeout: RECEIVE_TIMEOUT }));
    if (!isWildcard(socketAddress)) direct = await openDirect(address, handlers, options, fds);
  } catch (error) {
    await close();
    throw error;
  }
  return { host: address.host, port: address.port, startThreads, close };
}

/**
 * The socket of this thread, which must be the last one bound, and gets everything at first; undefined when the kernel cannot tell it
 * what is for it.
 */
async function openDirect(
  address: { readonly host: string; readonly port: number },
  handlers: DatagramHandlers,
  { clock, counters, inFlight, stopGrace }: BatchedOptions,
  fds: readonly number[],
): Promise<UdpListener | undefined> {
  const listener = await openDgramListener(address, handlers, { clock, counters, inFlight, stopGrace, shared: true });
  if (steerByOpcode(fds[0], fds.length) && steerToLast(fds[0], fds.length)) return listener;
  await listener.close();
  return undefined;
}

function copyOf({
  apex,
  version,
  state,
  expireAt,
  role,
}: Pick<ZoneEntry, 'apex' | 'version' | 'state' | 'expireAt' | 'role'>): ZoneCopy {
  return { apex: nameOctets(apex), layers: version?.layers, state, expireAt, role };
}

function parseAddress({ host, port }: { host: string; port: number }): SocketAddress {
  const octets = addressOctets(host);
  if (octets === undefined) throw new Error(`${host} is no address`);
  const [, scope] = host.split('%');
  return {
    family: isIPv6(host) ? 6 : 4,
    octets: isIPv6(host) && octets.length === 4 ? mapped(octets) : octets,
    port,
    scope: Number(scope) || 0,
  };
}

function mapped(octets: Uint8Array): Uint8Array {
  return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...octets);
}
