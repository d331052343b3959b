/** Exchanges under way at once to one host and port. A target's socket buffer holds a few hundred packets; the rest waits here. */
const OUTBOUND_WINDOW = 64;

interface Waiting {
  readonly urgent: (() => Promise<void>)[];
  readonly patient: (() => Promise<void>)[];
  running: number;
  urgentHead: number;
  patientHead: number;
}

/**
 * Ten thousand zones may change at once: their NOTIFYs to one target leave in the order of the changes, a window of them at a
 * time, and what a timer asks for waits until no change is waiting.
 */
export class OutboundWindow {
  readonly #size: number;
  readonly #hosts = new Map<string, Waiting>();
  /** Most that ever waited for one host. */
  peakWaiting = 0;

  constructor(size: number = OUTBOUND_WINDOW) {
    this.#size = size;
  }

  /** Runs `exchange` now or when its turn comes. It must settle by itself (a time limit inside). */
  run(host: string, urgent: boolean, exchange: () => Promise<void>): void {
    let waiting = this.#hosts.get(host);
    if (waiting === undefined) {
      waiting = { urgent: [], patient: [], running: 0, urgentHead: 0, patientHead: 0 };
      this.#hosts.set(host, waiting);
    }
    (urgent ? waiting.urgent : waiting.patient).push(exchange);
    const length = waiting.urgent.length - waiting.urgentHead + waiting.patient.length - waiting.patientHead;
    if (length > this.peakWaiting) this.peakWaiting = length;
    this.#fill(host, waiting);
  }

  #fill(host: string, waiting: Waiting): void {
    while (waiting.running < this.#size) {
      const exchange = takeNext(waiting);
      if (exchange === undefined) {
        if (waiting.running === 0) this.#hosts.delete(host);
        return;
      }
      waiting.running++;
      const done = () => {
        waiting.running--;
        this.#fill(host, waiting);
      };
      exchange().then(done, done);
    }
  }
}

/** Heads move instead of `shift`, so that a queue of ten thousand is not moved ten thousand times. */
function takeNext(waiting: Waiting): (() => Promise<void>) | undefined {
  if (waiting.urgentHead < waiting.urgent.length) {
    const next = waiting.urgent[waiting.urgentHead++];
    if (waiting.urgentHead === waiting.urgent.length) {
      waiting.urgent.length = 0;
      waiting.urgentHead = 0;
    }
    return next;
  }
  if (waiting.patientHead === waiting.patient.length) return undefined;
  const next = waiting.patient[waiting.patientHead++];
  if (waiting.patientHead === waiting.patient.length) {
    waiting.patient.length = 0;
    waiting.patientHead = 0;
  }
  return next;
}
