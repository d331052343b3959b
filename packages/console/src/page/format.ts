const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const whole = new Intl.NumberFormat('en');

/** 1234567 -> "1,234,567" */
export function count(n: number): string {
  return whole.format(n);
}

/** "1 zone", "2,000 zones" */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** ms as a lag with its unit, three figures at most: "0.4 ms", "12 ms", "1.25 s", "3 m 20 s", "5 h 2 m", "3 d 4 h". */
export function duration(ms: number): string {
  if (ms < 0) return `-${duration(-ms)}`;
  if (ms < 9.95) return `${trimmed(ms, 1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${trimmed(ms / SECOND, 2)} s`;
  if (ms < MINUTE - 50) return `${trimmed(ms / SECOND, 1)} s`;
  // Rounded to what is shown before it is split, so that 59 m 59.9 s does not become "59 m 60 s".
  const seconds = Math.round(ms / SECOND) * SECOND;
  if (seconds < HOUR) return pair(seconds, MINUTE, 'm', SECOND, 's');
  const minutes = Math.round(ms / MINUTE) * MINUTE;
  return minutes < DAY ? pair(minutes, HOUR, 'h', MINUTE, 'm') : pair(minutes, DAY, 'd', HOUR, 'h');
}

function pair(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeUnit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`;
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

/** How far another clock is from this node's, from a millisecond on: "+12 ms", "-3 s". */
export function clockOffset(ms: number | undefined): string | undefined {
  if (ms === undefined || Math.abs(ms) < 1) return undefined;
  return `${ms > 0 ? '+' : ''}${duration(ms)}`;
}

/** "in 5 m", "3 s ago", "now" (within a second). */
export function fromNow(at: number, now: number): string {
  const distance = at - now;
  if (Math.abs(distance) < SECOND) return 'now';
  const rounded = duration(Math.round(Math.abs(distance) / SECOND) * SECOND);
  return distance > 0 ? `in ${rounded}` : `${rounded} ago`;
}

/** Octets: "812 B", "6.2 KiB", "1.4 GiB". */
export function octets(n: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = n < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(n) / 10));
  return `${trimmed(n / 1024 ** power, power === 0 ? 0 : 1)} ${units[power]}`;
}

/** "2026-11-21 12:03:04.567 UTC" */
export function utc(at: number): string {
  return `${new Date(at).toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}

/** By the browser's clock zone: the time alone within a day of now, else with the date. */
export function local(at: number, now: number, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const time = new Date(at).toLocaleTimeString('en-GB', { hour12: false, ...zone });
  if (Math.abs(now - at) < DAY / 2) return time;
  return `${new Date(at).toLocaleDateString('sv-SE', zone)} ${time}`;
}
