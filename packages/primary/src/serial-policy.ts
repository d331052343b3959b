import { addToSerial, isNewerSerial } from '@zonewire/shared-protocol';

export type SerialPolicy = 'increment' | 'unixtime' | 'dateserial';

/**
 * The serial that follows `current` when a change does not bring its own. `now` in ms since the epoch.
 * `unixtime` and `dateserial` (YYYYMMDDnn, UTC) fall back to the next number whenever their value is not newer,
 * so the serial always moves forward in RFC 1982 terms and never leaps by more than the policy says.
 */
export function nextSerial(current: number, policy: SerialPolicy, now: number): number {
  const wanted = policy === 'unixtime' ? unixtimeSerial(now) : policy === 'dateserial' ? dateSerial(now) : current;
  if (isNewerSerial(wanted, current)) return wanted;
  // 0 is skipped: too much software takes it for "no serial".
  return addToSerial(current, 1) || 1;
}

function unixtimeSerial(now: number): number {
  return Math.floor(now / 1000) >>> 0;
}

function dateSerial(now: number): number {
  const date = new Date(now);
  return (date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate()) * 100;
}
