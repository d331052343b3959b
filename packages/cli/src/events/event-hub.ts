import type { NodeEvent } from './node-event.ts';

export interface NumberedEvent {
  readonly id: number;
  readonly event: NodeEvent;
  /** The event as JSON, made once however many listen. */
  readonly json: string;
}

export interface EventHubOptions {
  /** The id of the first event. Later than any id of an earlier run of this node: the time of the start in ms does. */
  readonly firstId: number;
  /** Events kept for those who come back. */
  readonly kept?: number;
  /** Somebody listens, and nobody did before. */
  readonly wanted?: () => void;
}

/** Events kept, about 300 octets each: what 10,000 zones tell of in one change of each. */
export const EVENTS_KEPT = 10_000;

export interface EventHubCounters {
  published: number;
  /** Who came back after more events than are kept. */
  gaps: number;
}

/** Of these, while nobody has ever listened: most nodes have nobody who does, and who begins to may want to know what came just before. */
export const KEPT_UNHEARD = 1_000;

/** What was missed cannot be told any more. */
export const GAP = 'gap';

/** Hands the node's events to everybody who listens, and keeps the last ones for those who lost their connection. */
export class EventHub {
  readonly counters: EventHubCounters = { published: 0, gaps: 0 };
  readonly #kept: number;
  readonly #wanted: (() => void) | undefined;
  readonly #listeners = new Set<(event: NumberedEvent) => void>();
  readonly #firstId: number;
  #nextId: number;
  /** A ring: the event with id `n` is at `(n - first) % room`. */
  #ring: NumberedEvent[] = [];
  #room: number;
  /** The oldest event that the ring has had since it has its whole room. */
  #keptFrom: number;
  #wasHeard = false;

  constructor({ firstId, kept = EVENTS_KEPT, wanted }: EventHubOptions) {
    this.#wanted = wanted;
    this.#firstId = firstId;
    this.#nextId = firstId;
    this.#keptFrom = firstId;
    this.#kept = kept;
    this.#room = Math.min(kept, KEPT_UNHEARD);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** The id of the newest event; before the first one, that of none. */
  get lastId(): number {
    return this.#nextId - 1;
  }

  publish(event: NodeEvent): void {
    const numbered = new Numbered(this.#nextId++, event);
    this.counters.published++;
    this.#place(numbered);
    for (const listener of this.#listeners) listener(numbered);
  }

  /** @returns how to end it. */
  listen(listener: (event: NumberedEvent) => void): () => void {
    if (!this.#wasHeard) this.#makeRoom();
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#wanted?.();
    return () => this.#listeners.delete(listener);
  }

  /** Whether everything after `id` is kept, and `id` is one of this run. */
  continues(id: number): boolean {
    return id + 1 >= this.#oldest && id < this.#nextId;
  }

  /** What was published after `id`, oldest first, `limit` of them at most; {@link GAP} unless it {@link continues}. */
  after(id: number, limit = Number.POSITIVE_INFINITY): NumberedEvent[] | typeof GAP {
    if (!this.continues(id)) return GAP;
    const events: NumberedEvent[] = [];
    const end = Math.min(this.#nextId, id + 1 + limit);
    for (let next = id + 1; next < end; next++) events.push(this.#ring[(next - this.#firstId) % this.#room]);
    return events;
  }

  get #oldest(): number {
    return Math.max(this.#keptFrom, this.#nextId - this.#room);
  }

  #place(event: NumberedEvent): void {
    this.#ring[(event.id - this.#firstId) % this.#room] = event;
  }

  #makeRoom(): void {
    this.#wasHeard = true;
    this.#keptFrom = this.#oldest;
    const events = this.#ring;
    this.#ring = [];
    this.#room = this.#kept;
    for (const event of events) this.#place(event);
  }
}

class Numbered implements NumberedEvent {
  readonly id: number;
  readonly event: NodeEvent;
  #json: string | undefined;

  constructor(id: number, event: NodeEvent) {
    this.id = id;
    this.event = event;
  }

  /** Made when the first one asks: most nodes have nobody who listens. */
  get json(): string {
    this.#json ??= JSON.stringify(this.event);
    return this.#json;
  }
}
