import type { Client } from '../api/client.ts';
import { ApiFailure } from '../api/failure.ts';
import type { NodeEvent } from '../contract.ts';
import { SseParser } from './sse-parser.ts';

/** live: events come. polling: the node has none to give. away: nobody answers, and it is tried again. */
export type LinkState = 'connecting' | 'live' | 'polling' | 'away';

const PATH = '/api/v1/events';
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;
/** A node that gives no events now may do so after an upgrade. */
const ASK_AGAIN_MS = 60_000;
/** The node says something every 15 s; after so long without, the connection is taken for dead. */
const SILENCE_MS = 40_000;

/** Follows the node's events for as long as the page is open, reconnecting with growing pauses. */
export class EventStream {
  state: LinkState = 'connecting';
  readonly #client: Client;
  readonly #events = new Set<(event: NodeEvent) => void>();
  readonly #states = new Set<(state: LinkState) => void>();
  readonly #stop = new AbortController();
  #retryMs = FIRST_RETRY_MS;
  #lastId: string | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#stop.abort();
  }

  onEvent(listener: (event: NodeEvent) => void): () => void {
    this.#events.add(listener);
    return () => this.#events.delete(listener);
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#states.add(listener);
    return () => this.#states.delete(listener);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const pause = await this.#connection().catch((error: unknown) => this.#pauseAfter(error));
      if (signal.aborted || pause === undefined) return;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  /** One connection from open to end. Gives how long to wait until the next. */
  async #connection(): Promise<number> {
    const connection = new AbortController();
    const end = () => connection.abort();
    this.#stop.signal.addEventListener('abort', end);
    let silence = setTimeout(end, SILENCE_MS);
    try {
      const headers = {
        Accept: 'text/event-stream',
        ...(this.#lastId === undefined ? {} : { 'Last-Event-ID': this.#lastId }),
      };
      const response = await this.#client.open(PATH, connection.signal, headers);
      const parser = new SseParser();
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      this.#become('live');
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        clearTimeout(silence);
        silence = setTimeout(end, SILENCE_MS);
        this.#retryMs = FIRST_RETRY_MS;
        for (const { data } of parser.push(value)) this.#emit(data);
        this.#lastId = parser.lastId ?? this.#lastId;
      }
      this.#become('away');
      return this.#nextPause();
    } finally {
      clearTimeout(silence);
      this.#stop.signal.removeEventListener('abort', end);
    }
  }

  /** Undefined: there is no use in trying again. */
  #pauseAfter(error: unknown): number | undefined {
    const failure = error instanceof ApiFailure ? error.failure : undefined;
    if (failure?.kind === 'denied') return undefined;
    if (failure?.kind === 'not-offered' || failure?.kind === 'problem') {
      this.#become('polling');
      return ASK_AGAIN_MS;
    }
    this.#become('away');
    return this.#nextPause();
  }

  #nextPause(): number {
    const pause = this.#retryMs;
    this.#retryMs = Math.min(LAST_RETRY_MS, pause * 2);
    return pause;
  }

  #emit(data: string): void {
    let event: NodeEvent;
    try {
      event = JSON.parse(data);
    } catch {
      return;
    }
    if (typeof event?.kind === 'string') for (const listener of this.#events) listener(event);
  }

  #become(state: LinkState): void {
    if (state === this.state || this.#stop.signal.aborted) return;
    this.state = state;
    for (const listener of this.#states) listener(state);
  }
}
