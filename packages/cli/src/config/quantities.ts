import { fail, ok, type Result } from '@zonewire/shared-protocol';

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const OCTETS: Record<string, number> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
/** Timers of the DNS are 32-bit numbers of seconds with the top bit clear (RFC 2181 8). */
const MAX_SECONDS = 0x7fff_ffff;

export const DURATION_PATTERN = /^(\d+)(s|m|h|d|w)?$/;
export const SIZE_PATTERN = /^(\d+) ?(B|KiB|MiB|GiB)?$/;

/** Seconds of `30s`, `5m`, `2h`, `1d`, `1w` or a plain number. */
export function parseDuration(value: string | number): Result<number> {
  const match = DURATION_PATTERN.exec(String(value));
  const seconds = match ? Number(match[1]) * SECONDS[match[2] ?? 's'] : Number.NaN;
  if (seconds <= MAX_SECONDS) return ok(seconds);
  return fail(
    'config-bad-duration',
    `${JSON.stringify(value)} is not a duration: write seconds, or 30s, 5m, 2h, 1d (at most ${MAX_SECONDS} seconds)`,
  );
}

/** Octets of `512`, `64KiB`, `1MiB`, `2GiB`. */
export function parseSize(value: string | number): Result<number> {
  const match = SIZE_PATTERN.exec(String(value));
  const octets = match ? Number(match[1]) * OCTETS[match[2] ?? 'B'] : Number.NaN;
  if (Number.isSafeInteger(octets)) return ok(octets);
  return fail('config-bad-size', `${JSON.stringify(value)} is not a size: write octets, or 64KiB, 1MiB, 2GiB`);
}
