import { isNewerSerial, isSameOrOlderSerial } from '@zonewire/shared-protocol';
import type { RefreshFacts } from './facts.ts';
import type { Held, Pending } from './state.ts';

/** What waits for a round while one is under way, and when it need not any more (RFC 1996 4.4). */

/** One slot: the stronger wish stays, the newer NOTIFY replaces the older. */
export function strongerWish(pending: Pending | undefined, wish: Pending): Pending {
  if (pending?.cause === 'retransfer') return pending;
  if (pending?.cause === 'operator' && wish.cause === 'notify') return pending;
  if (pending?.cause !== 'notify' || wish.cause !== 'notify') return wish;
  // Without a serial it asks for more than any with one.
  if (pending.serial === undefined) return { ...wish, serial: undefined };
  return wish.serial !== undefined && isNewerSerial(pending.serial, wish.serial) ? pending : wish;
}

/** Whether `serial` is what the NOTIFY spoke of, or newer. One that named none is satisfied by what was checked since. */
export function isSatisfied(pending: Pending, serial: number, checkedAt: number): boolean {
  if (pending.serial === undefined) return checkedAt >= pending.at;
  return isSameOrOlderSerial(pending.serial, serial);
}

/** The facts once a NOTIFY spoke of `serial`. A late duplicate must not hide what is still to be fetched. */
export function rememberNotified(
  facts: RefreshFacts,
  held: Held | undefined,
  serial: number,
  now: number,
): RefreshFacts {
  const known = facts.lastNotified;
  if (known !== undefined) {
    if (known.serial === serial) return facts;
    const outstanding = held !== undefined && isNewerSerial(known.serial, held.serial);
    if (outstanding && isNewerSerial(known.serial, serial)) return facts;
  }
  return { ...facts, lastNotified: { serial, at: now } };
}
