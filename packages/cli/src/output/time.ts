/** Times as an operator reads them. Everything takes `now`, in ms since the epoch. */

/** `3 ms`, `1.2 s`, `3m 20s`, `2h 5m`, `6d 23h`: the two largest units. */
export function duration(ms: number): string {
  if (ms < 1000) return `${ms < 10 && ms !== Math.round(ms) ? ms.toFixed(1) : Math.round(ms)} ms`;
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  return wholeSeconds(Math.floor(ms / 1000));
}

/** `in 3m 20s`, `2s ago`, `now`. */
export function relative(at: number, now: number): string {
  const seconds = Math.round(Math.abs(at - now) / 1000);
  if (seconds === 0) return 'now';
  return at > now ? `in ${wholeSeconds(seconds)}` : `${wholeSeconds(seconds)} ago`;
}

/** `2026-11-21 02:42:04 UTC` */
export function absolute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `in 3m 20s (2026-11-21 02:42:04 UTC)` */
export function when(at: number, now: number): string {
  return `${relative(at, now)} (${absolute(at)})`;
}

function wholeSeconds(seconds: number): string {
  const units: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = units.findIndex(([count]) => count > 0);
  const shown = units.slice(first, first + 2).filter(([count], index) => index === 0 || count > 0);
  return shown.map(([count, unit]) => `${count}${unit}`).join(' ');
}

/** `1 record`, `20 records` */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? noun : plural}`;
}

/** `312 B`, `1.1 MiB` */
export function octets(number: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  let value = number;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
