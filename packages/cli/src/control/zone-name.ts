import { type Name, nameFromText } from '@zonewire/shared-protocol';
import { ApiError } from './problem.ts';

/**
 * A zone name as one segment of a URL. `=XX` stands for the octet XX in hex (PowerDNS does so): a URL whose segment is `.`
 * is shortened by every client, so the root is `=2E`. The final dot may be left out.
 */
export function zoneFromSegment(segment: string): Name {
  const text = segment.replaceAll(/=([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  const result = nameFromText(text);
  if (!result.ok) throw new ApiError(400, result.error.code, result.error.message);
  return result.value;
}

/** The reverse, for clients. `zone` is in presentation form. */
export function zoneToSegment(zone: string): string {
  if (zone === '.') return '=2E';
  return encodeURIComponent(zone.replaceAll('=', '=3D').replaceAll('/', '=2F'));
}
