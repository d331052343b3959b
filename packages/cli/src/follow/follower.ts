import type { Clock, Log } from '@zonewire/nameserver';
import type { ReceiptFacts } from '@zonewire/replicas';
import { ClockComparison, type ClockSample } from './clock-skew.ts';
import { readEvent, readStatus, type Told, zoneOf } from './receipts.ts';
import { SseReader } from './sse-reader.ts';

/** A secondary of ours whose control API is known. */
export interface FollowedSecondary {
  /** The id of the remote. */
  readonly id: string;
  /** Of its control API, without a path: `https://host:port`. */
  readonly url: string;
  readonly token: string | undefined;
}

/** What is done with what a secondary tells. Zones are presentation form, absolute, lower case; times are by our clock. */
export interface FollowSink {
  /** Whether we notify this secondary of the zone: of the others nothing is kept. */
  knows(zone: string, secondary: string): boolean;
  told(secondary: string, told: Told): void;
  /** undefined: not known any more. */
  skew(secondary: string, ms: number | undefined): void;
  /** undefined: it is followed; else why not. */
  trouble(secondary: string, message: string | undefined): void;
}

export interface FollowerPorts {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
  readonly sink: FollowSink;
}

export interface FollowerCounters {
  connects: number;
  /** Connections that could not be made, or ended. */
  failures: number;
  events: number;
  /** Told, and not of use: unknown zones, kinds, shapes. */
  ignored: number;
}

export const FOLLOW = {
  /** ms before the next try: doubled up to the slowest. */
  firstRetry: 1_000,
  slowestRetry: 60_000,
  /** ms until an answer must have come. */
  timeout: 15_000,
  /** ms without an octet after which a connection is dead; a comment comes every 15 s. */
  silence: 45_000,
  /**
   * How often the time is asked for in a row, and ms between two measurements: the first comes soon after the connect, when both sides may be
   * busy with their start; then each takes twice as long as the one before, up to the last. Many answers are slow on a busy machine: it takes
   * some tens of them until a quick one is among them.
   */
  samples: 8,
  firstSkewInterval: 500,
  skewInterval: 60_000,
  /** Zones whose state is asked for at a time: thousands in one answer would hold up both sides. */
  zonesAtOnce: 250,
  /** Octets of an answer that is read whole. */
  answerMax: 64 * 1024 * 1024,
} as const;

/**
 * Follows what one secondary of ours tells: one connection, made again when it ends. At each connect the clocks are compared and the
 * state of all its zones is read; then its receipts arrive as they happen.
 */
export class Follower {
  readonly counters: FollowerCounters = { connects: 0, failures: 0, events: 0, ignored: 0 };
  readonly #secondary: FollowedSecondary;
  readonly #ports: FollowerPorts;
  readonly #stop = new AbortController();
  readonly #facts = new Map<string, ReceiptFacts>();
  #lastId: string | undefined;
  readonly #clocks = new ClockComparison();
  #skew = 0;
  #node: string;
  #tries = 0;
  #trouble: string | undefined;
  #running: Promise<void> | undefined;

  constructor(secondary: FollowedSecondary, ports: FollowerPorts) {
    this.#secondary = secondary;
    this.#ports = ports;
    this.#node = secondary.id;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#follow();
        this.#failed('it closed the connection');
      } catch (error) {
        this.#failed(wordsOf(error));
      }
      const wait = Math.min(FOLLOW.slowestRetry, FOLLOW.firstRetry * 2 ** Math.min(this.#tries++, 10));
      await this.#pause(wait, this.#stop.signal);
    }
  }

  /** From connect to end. */
  async #follow(): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, over.signal]);
    try {
      this.counters.connects++;
      await this.#measureSkew(signal);
      await this.#identify(signal);
      // The stream first: what happens while the state is read is not lost.
      const path = '/api/v1/events?kind=receipt,zone';
      const headers = this.#lastId === undefined ? undefined : { 'Last-Event-ID': this.#lastId };
      const response = await this.#get(path, signal, headers);
      await this.#readState(signal);
      this.#live();
      void this.#keepMeasuring(signal);
      await this.#listen(response, signal, over);
    } finally {
      over.abort();
    }
  }

  async #listen(response: Response, signal: AbortSignal, over: AbortController): Promise<void> {
    const { clock } = this.#ports;
    const reader = new SseReader();
    const text = new TextDecoder();
    let timer = clock.setTimeout(() => {}, 0);
    const alive = () => {
      clock.clearTimeout(timer);
      timer = clock.setTimeout(
        () => over.abort(new Error(`nothing came for ${FOLLOW.silence / 1000} s`)),
        FOLLOW.silence,
      );
    };
    alive();
    try {
      for await (const chunk of response.body ?? []) {
        alive();
        for (const { event, data } of reader.push(text.decode(chunk as Uint8Array, { stream: true }))) {
          if (event === 'gap') await this.#readState(signal);
          else this.#event(data);
        }
        this.#lastId = reader.lastId ?? this.#lastId;
      }
    } catch (error) {
      throw over.signal.aborted ? over.signal.reason : error;
    } finally {
      clock.clearTimeout(timer);
    }
  }

  #event(data: string): void {
    this.counters.events++;
    const value = parsed(data);
    const zone = zoneOf(value);
    if (zone === undefined || !this.#ports.sink.knows(zone, this.#secondary.id)) {
      this.counters.ignored++;
      return;
    }
    const told = readEvent(value, { skew: this.#skew, before: this.#facts.get(zone), node: this.#node });
    if (told === undefined) this.counters.ignored++;
    else this.#told(told);
  }

  #told(told: Told): void {
    this.#facts.set(told.zone, told.facts);
    this.#ports.sink.told(this.#secondary.id, told);
  }

  async #readState(signal: AbortSignal): Promise<void> {
    this.#facts.clear();
    for (let offset = 0; ; ) {
      const path = `/api/v1/zones?role=secondary&offset=${offset}&limit=${FOLLOW.zonesAtOnce}`;
      const { zones, total } = (await this.#json(path, signal)) as { zones?: unknown; total?: unknown };
      if (!Array.isArray(zones)) throw new Error('what it answers at /api/v1/zones is not a list of zones');
      for (const value of zones) this.#state(value);
      offset += zones.length;
      // One that does not count them gives all of them at once.
      if (zones.length === 0 || typeof total !== 'number' || offset >= total) return;
    }
  }

  #state(value: unknown): void {
    const { sink, clock } = this.#ports;
    const zone = zoneOf(value);
    if (zone === undefined || !sink.knows(zone, this.#secondary.id)) return;
    const told = readStatus(value, { skew: this.#skew, node: this.#node }, clock.now());
    if (told !== undefined) this.#told(told);
  }

  async #identify(signal: AbortSignal): Promise<void> {
    const { identity } = (await this.#json('/api/v1/node', signal)) as { identity?: unknown };
    if (typeof identity === 'string' && identity !== '') this.#node = identity.slice(0, 255);
  }

  /** Beside the receipts, which do not wait for it, until `signal`. That the other side is gone is found out there. */
  async #keepMeasuring(signal: AbortSignal): Promise<void> {
    for (let wait: number = FOLLOW.firstSkewInterval; ; wait = Math.min(2 * wait, FOLLOW.skewInterval)) {
      await this.#pause(wait, signal);
      if (signal.aborted) return;
      await this.#measureSkew(signal).catch(() => {});
    }
  }

  async #measureSkew(signal: AbortSignal): Promise<void> {
    const { clock, sink } = this.#ports;
    const samples: ClockSample[] = [];
    for (let i = 0; i < FOLLOW.samples; i++) {
      const sentAt = clock.now();
      const { now } = (await this.#json('/api/v1/time', signal)) as { now?: unknown };
      if (typeof now !== 'number' || !Number.isFinite(now))
        throw new Error('what it answers at /api/v1/time is no time');
      samples.push({ sentAt, theirs: now, receivedAt: clock.now() });
    }
    const skew = this.#clocks.add(samples);
    if (skew === undefined) return;
    this.#skew = skew.ms;
    sink.skew(this.#secondary.id, Math.round(skew.ms));
  }

  async #json(path: string, signal: AbortSignal): Promise<unknown> {
    const late = AbortSignal.timeout(2 * FOLLOW.timeout);
    const response = await this.#get(path, AbortSignal.any([signal, late]));
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      pieces.push(chunk as Uint8Array);
      size += (chunk as Uint8Array).length;
      if (size > FOLLOW.answerMax) throw new Error(`it answers ${path} with more than ${FOLLOW.answerMax} octets`);
    }
    const value = parsed(Buffer.concat(pieces).toString());
    if (typeof value !== 'object' || value === null) throw new Error(`what it answers at ${path} is not JSON`);
    return value;
  }

  async #get(path: string, signal: AbortSignal, more: Record<string, string> = {}): Promise<Response> {
    const { fetch, clock } = this.#ports;
    const { url, token } = this.#secondary;
    const headers = { ...(token === undefined ? {} : { 'X-API-Key': token }), ...more };
    const late = new AbortController();
    const timer = clock.setTimeout(
      () => late.abort(new Error(`no answer within ${FOLLOW.timeout / 1000} s`)),
      FOLLOW.timeout,
    );
    try {
      // A redirect would carry the token to somebody else.
      const response = await fetch(url + path, {
        headers,
        redirect: 'error',
        signal: AbortSignal.any([signal, late.signal]),
      });
      if (response.ok) return response;
      response.body?.cancel().catch(() => {});
      throw new Error(refusal(response.status, path));
    } catch (error) {
      throw late.signal.aborted ? late.signal.reason : error;
    } finally {
      clock.clearTimeout(timer);
    }
  }

  #live(): void {
    const { sink, log } = this.#ports;
    const { id, url } = this.#secondary;
    this.#tries = 0;
    if (this.#trouble !== undefined) log.info({ secondary: id, url }, `${id}: its receipts are followed again`);
    this.#trouble = undefined;
    sink.trouble(id, undefined);
  }

  /** Said once, until it is another reason or it works again. */
  #failed(message: string): void {
    if (this.#stop.signal.aborted) return;
    const { sink, log } = this.#ports;
    const { id, url } = this.#secondary;
    this.counters.failures++;
    const text = `${id}: its receipts cannot be followed at ${url}: ${message}; probes go on`;
    if (this.#trouble !== message) log.warn({ secondary: id, url }, text);
    this.#trouble = message;
    sink.trouble(id, message);
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    return new Promise((resolve) => {
      const end = () => {
        clock.clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = clock.setTimeout(end, ms);
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    });
  }
}

function refusal(status: number, path: string): string {
  if (status === 401 || status === 403)
    return `it refuses the token (HTTP ${status}): put the content of its control.token-file into this remote's token-file`;
  if (status === 404) return `it has no ${path} (HTTP 404): is it a Zonewire node, and not older than this one?`;
  if (status === 503) return 'too many are listening to it already (HTTP 503)';
  return `it answers ${path} with HTTP ${status}`;
}

function wordsOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  const why = cause?.message || cause?.code;
  return why === undefined ? message : why;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
