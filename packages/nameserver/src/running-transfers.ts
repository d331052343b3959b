import type { Clock } from './ports.ts';

/** A transfer under way, as it stands now. */
export interface RunningTransfer {
  /** Presentation form, absolute, lower case. */
  readonly zone: string;
  readonly direction: 'in' | 'out';
  /** `host:port` of a primary, the address of a client. */
  readonly peer: string;
  readonly type: 'axfr' | 'ixfr' | 'axfr-style-ixfr';
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly octets: number;
  /** SOAs included. */
  readonly records: number;
  /** Known of what goes out; of a whole zone that comes in, what the version held has. */
  readonly expectedRecords?: number;
}

export type TransferEvent = RunningTransfer & {
  readonly kind: 'transfer';
  readonly step: 'begin' | 'progress' | 'end';
  readonly at: number;
  /** With `end`. */
  readonly result?: 'done' | 'failed';
};

/** ms between two `progress` events of one transfer. */
export const PROGRESS_INTERVAL = 1_000;

type Listener = (event: TransferEvent) => void;
type Draft = { -readonly [K in keyof RunningTransfer]: RunningTransfer[K] };

/** The transfers of a node that are under way. As many as the limits of transfers in and out allow: it needs none of its own. */
export class RunningTransfers {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #running = new Set<Draft>();
  readonly #listeners = new Set<Listener>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Oldest first. */
  list(): RunningTransfer[] {
    return Array.from(this.#running, (transfer) => ({ ...transfer }));
  }

  /** @returns how to end it. */
  events(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One that starts now; `moved` and `ended` of what is returned say how it goes on. */
  begin(transfer: Omit<RunningTransfer, 'startedAt' | 'octets' | 'records'>): TransferUnderWay {
    const now = this.#clock.now();
    const draft: Draft = { ...transfer, startedAt: now, octets: 0, records: 0 };
    this.#running.add(draft);
    this.#tell(draft, 'begin', now);
    let toldAt = now;
    return {
      moved: (octets, records) => {
        draft.octets = octets;
        draft.records = records;
        const at = this.#clock.now();
        if (Math.abs(at - toldAt) < PROGRESS_INTERVAL) return;
        toldAt = at;
        this.#tell(draft, 'progress', at);
      },
      ended: (result) => {
        if (!this.#running.delete(draft)) return;
        this.#tell(draft, 'end', this.#clock.now(), result);
      },
    };
  }

  #tell(transfer: RunningTransfer, step: TransferEvent['step'], at: number, result?: TransferEvent['result']): void {
    if (this.#listeners.size === 0) return;
    const event: TransferEvent = { kind: 'transfer', step, at, ...transfer, ...(result && { result }) };
    for (const listener of this.#listeners) listener(event);
  }
}

export interface TransferUnderWay {
  /** So far, as wholes. */
  moved(octets: number, records: number): void;
  /** Once; what comes after counts for nothing. */
  ended(result: 'done' | 'failed'): void;
}
