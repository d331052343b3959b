import { isMainThread, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { takeCounted } from '../../counted.ts';
import { newCounters } from '../../counters.ts';
import { EventLog } from '../../event-log.ts';
import { HANDED_OVER, QueryPipeline, SILENCE } from '../../pipeline/query-pipeline.ts';
import type { Log } from '../../ports.ts';
import { systemClock } from '../../system-clock.ts';
import type { RequestContext } from '../../zone-handler.ts';
import { ZoneTable } from '../../zone-table.ts';
import { type FromThread, MAX_HANDED_OVER, SHARED, type ThreadData, type ToThread } from './messages.ts';
import { askForShortTurns, Batch } from './sockets.ts';
import { ZoneCopies } from './zone-copies.ts';

/** Datagrams taken in one call. More do not make it cheaper, and delay the first answers of a batch. */
const BATCH = 32;
/** Longest answer over UDP, whatever the limits say. */
const REPLY_SIZE = 4096;
/** How often what was counted is told, ms. */
const TELL_EVERY = 500;
/** Calls that fail in a row before the thread gives up: a socket that is no more. */
const MAX_FAILURES = 1_000;

/** Reused for every datagram; the address is made text only where somebody reads it. */
class BatchContext implements RequestContext {
  readonly transport = 'udp';
  now = 0;
  index = 0;
  readonly #batch: Batch;

  constructor(batch: Batch) {
    this.#batch = batch;
  }

  get peerAddress(): string {
    return this.#batch.peerAddress(this.index);
  }

  get peerPort(): number {
    return this.#batch.peerPort(this.index);
  }
}

/** An answering thread: receives, answers, sends, and looks between batches whether there is news of the zones. */
function answer(data: ThreadData, tell: (message: FromThread) => void, news: () => ToThread | undefined): void {
  const shared = new Int32Array(data.shared);
  const counters = newCounters();
  const table = new ZoneTable();
  const zones = new ZoneCopies(table, data.zones);
  const events = new EventLog(logTo(tell), systemClock);
  const pipeline = new QueryPipeline({
    zones: table,
    // Signed requests are the main thread's, which knows the keys.
    keys: undefined,
    identity: data.identity,
    version: data.version,
    udpAnswerSize: data.udpAnswerSize,
    tcpIdleTimeout: 0,
    counters,
    events,
  });
  const batch = new Batch(data.fd, data.family, data.wildcard, BATCH, REPLY_SIZE);
  const context = new BatchContext(batch);
  let generation = 0;
  let toldAt = 0;
  let failures = 0;

  const handOver = (i: number) => {
    if (Atomics.add(shared, SHARED.HANDED_OVER, 1) >= MAX_HANDED_OVER) {
      Atomics.sub(shared, SHARED.HANDED_OVER, 1);
      counters.udpOverload++;
      return;
    }
    const request = batch.requests[i].slice(0, batch.requestLength(i));
    const { peerAddress, peerPort } = context;
    tell({ kind: 'request', request, peerAddress, peerPort, path: batch.returnPath(i) });
  };

  tell({ kind: 'ready' });
  while (Atomics.load(shared, SHARED.STOP) === 0) {
    const count = batch.receive();
    context.now = Date.now();
    const seen = Atomics.load(shared, SHARED.GENERATION);
    if (seen !== generation) {
      generation = seen;
      for (let message = news(); message !== undefined; message = news()) zones.take(message);
      zones.show(Atomics.load(shared, SHARED.SERVED_TICKET));
    }
    for (let i = 0; i < count; i++) {
      // Port 0 cannot be answered.
      if (batch.peerPort(i) === 0) {
        counters.dropped++;
        continue;
      }
      context.index = i;
      const length = pipeline.answer(batch.requests[i], batch.requestLength(i), batch.replies[i], context);
      if (length === HANDED_OVER) handOver(i);
      else if (length !== SILENCE) batch.queue(i, length);
    }
    if (count > 0) counters.dropped += batch.flush();
    if (count >= 0) failures = 0;
    else if (++failures > MAX_FAILURES) throw new Error('the socket of an answering thread does not work any more');
    if (context.now - toldAt >= TELL_EVERY || context.now < toldAt) {
      toldAt = context.now;
      const counted = takeCounted(counters);
      if (counted !== undefined) tell({ kind: 'counted', counters: counted });
    }
  }
  const counted = takeCounted(counters);
  if (counted !== undefined) tell({ kind: 'counted', counters: counted });
}

function logTo(tell: (message: FromThread) => void): Log {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string) =>
    tell({ kind: 'log', level, fields, message });
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => log };
  return log;
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort;
  // A zone that comes in, or is merged, keeps other threads busy on the same processor: answers do not wait behind them.
  askForShortTurns();
  answer(
    workerData as ThreadData,
    (message) => port.postMessage(message),
    () => receiveMessageOnPort(port)?.message as ToThread | undefined,
  );
  // The port would keep the thread alive.
  port.close();
}
