import type { ServerResponse } from 'node:http';
import type { Clock } from '@zonewire/nameserver';
import { type EventHub, GAP, type NumberedEvent } from './event-hub.ts';
import type { NodeEventKind } from './node-event.ts';

export interface EventStreamLimits {
  /** Listeners at a time; who comes beyond is turned away. */
  readonly listeners: number;
  /** Octets waiting for one listener; while there are as many, it gets nothing more and falls behind. */
  readonly waiting: number;
  /** ms between two comments that keep a connection from being taken for dead. */
  readonly keepAlive: number;
  /** ms for which a listener that has something waiting may take nothing; then it is closed. */
  readonly stalled: number;
}

export const EVENT_STREAM_LIMITS: EventStreamLimits = {
  listeners: 64,
  waiting: 256 * 1024,
  keepAlive: 15_000,
  stalled: 60_000,
};

export interface EventStreamCounters {
  opened: number;
  /** Turned away: too many at a time. */
  refused: number;
  /** Closed because they did not take what was told: stalled, or further behind than events are kept. */
  tooSlow: number;
}

export interface Wanted {
  /** Presentation form, absolute, lower case. */
  readonly zone?: string | undefined;
  readonly kinds?: ReadonlySet<NodeEventKind> | undefined;
  /** The last event the client has had, of a connection before. */
  readonly after?: number | undefined;
}

/** Events looked at in one go, so that a client that was away for long does not hold up the others. */
const AT_ONCE = 500;

/**
 * Server-sent events (WHATWG HTML 9.2) to everybody who listens. A listener is a place in the hub's ring: one that is slow costs what its
 * socket holds and nothing more, until the ring has gone past it.
 */
export class EventStreams {
  readonly counters: EventStreamCounters = { opened: 0, refused: 0, tooSlow: 0 };
  readonly #hub: EventHub;
  readonly #clock: Clock;
  readonly #limits: EventStreamLimits;
  #open = 0;

  constructor({ hub, clock, limits }: { hub: EventHub; clock: Clock; limits?: Partial<EventStreamLimits> }) {
    this.#hub = hub;
    this.#clock = clock;
    this.#limits = { ...EVENT_STREAM_LIMITS, ...limits };
  }

  get listeners(): number {
    return this.#open;
  }

  /** A function that begins the answer; undefined: too many listen already. */
  open(wanted: Wanted): ((response: ServerResponse) => void) | undefined {
    if (this.#open >= this.#limits.listeners) {
      this.counters.refused++;
      return undefined;
    }
    return (response) => this.#begin(response, wanted);
  }

  #begin(response: ServerResponse, { zone, kinds, after }: Wanted): void {
    const hub = this.#hub;
    const clock = this.#clock;
    const limits = this.#limits;
    this.#open++;
    this.counters.opened++;
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // A proxy in between passes on at once.
      'X-Accel-Buffering': 'no',
    });
    let at = after ?? hub.lastId;
    let isPumping = false;
    let takenAt = clock.now();

    const isWanted = ({ event }: NumberedEvent) =>
      (zone === undefined || event.zone === zone) && (kinds === undefined || kinds.has(event.kind));
    const tooSlow = () => {
      if (response.destroyed) return;
      this.counters.tooSlow++;
      response.destroy();
    };
    // What waits in the socket's own buffer counts; the rest waits in the ring.
    const pump = () => {
      if (isPumping) return;
      // Whatever waits in its socket: what the ring has lost it cannot hear any more.
      if (!hub.continues(at)) return tooSlow();
      isPumping = true;
      while (at < hub.lastId && response.writableLength < limits.waiting && !response.destroyed) {
        const events = hub.after(at, AT_ONCE);
        if (events === GAP) break;
        for (const one of events) {
          if (response.writableLength >= limits.waiting) break;
          at = one.id;
          if (isWanted(one)) response.write(`id: ${one.id}\nevent: ${one.event.kind}\ndata: ${one.json}\n\n`);
        }
      }
      if (response.writableLength === 0) takenAt = clock.now();
      isPumping = false;
    };

    // Who was away too long is told so and goes on from now: a client then reads the state anew.
    const missed = after !== undefined && !hub.continues(after);
    if (missed) {
      hub.counters.gaps++;
      at = hub.lastId;
      response.write(`event: ${GAP}\ndata: {"kind":"${GAP}","after":${after}}\n\n`);
    }
    // An id without data: a client that loses its connection before the first event knows where it was.
    response.write(`retry: 2000\nid: ${at}\n\n`);
    const unlisten = hub.listen(pump);
    response.on('drain', () => {
      takenAt = clock.now();
      pump();
    });
    const beat = () => {
      if (response.writableLength === 0) takenAt = clock.now();
      else if (Math.abs(clock.now() - takenAt) >= limits.stalled) return tooSlow();
      response.write(':\n\n');
      timer = clock.setTimeout(beat, limits.keepAlive);
    };
    let timer = clock.setTimeout(beat, limits.keepAlive);
    response.once('close', () => {
      unlisten();
      clock.clearTimeout(timer);
      this.#open--;
    });
    pump();
  }
}
