import type { Clock } from '../ports.ts';

export interface TransferOutLimits {
  /** Transfers under way at once. */
  readonly transfers: number;
  /** Of these, to one client address. */
  readonly perClient: number;
  /** A transfer whose client has not taken a message for this long gives its place away when somebody else needs it; ms. */
  readonly stallTime: number;
}

/**
 * A transfer under way holds its zone version and a 64 KiB buffer. Secondaries with many zones open many at a time (NSD up to
 * 128), and a refusal costs them a retry interval: the limits are for abuse, not for order.
 */
export const DEFAULT_TRANSFER_OUT_LIMITS: TransferOutLimits = { transfers: 300, perClient: 150, stallTime: 60_000 };

/** A place taken; give it back with {@link TransferSlots.release}. */
export interface TransferSlot {
  readonly client: string;
  /** When the client last took a message, ms since the epoch. */
  pulledAt: number;
  /** Set when the place was given to somebody else: the transfer must end. */
  reclaimed: boolean;
}

export class TransferSlots {
  readonly #limits: TransferOutLimits;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #taken = new Set<TransferSlot>();
  /** Most places ever taken at once. */
  peak = 0;

  constructor(limits: TransferOutLimits, clock: Pick<Clock, 'now'>) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get active(): number {
    return this.#taken.size;
  }

  /** A place, or which limit is reached. */
  take(client: string): TransferSlot | 'transfers' | 'per-client' {
    let reached = this.#reached(client);
    if (reached !== undefined) {
      this.#reclaimStalled();
      reached = this.#reached(client);
      if (reached !== undefined) return reached;
    }
    const slot = { client, pulledAt: this.#clock.now(), reclaimed: false };
    this.#taken.add(slot);
    this.peak = Math.max(this.peak, this.#taken.size);
    return slot;
  }

  release(slot: TransferSlot): void {
    this.#taken.delete(slot);
  }

  #reached(client: string): 'transfers' | 'per-client' | undefined {
    if (this.#taken.size >= this.#limits.transfers) return 'transfers';
    let ofClient = 0;
    for (const slot of this.#taken) if (slot.client === client) ofClient++;
    return ofClient >= this.#limits.perClient ? 'per-client' : undefined;
  }

  #reclaimStalled(): void {
    const before = this.#clock.now() - this.#limits.stallTime;
    for (const slot of this.#taken) {
      if (slot.pulledAt >= before) continue;
      slot.reclaimed = true;
      this.#taken.delete(slot);
    }
  }
}
