/**
 * A zone name (presentation form) as one segment of a URL. `=XX` stands for the octet XX in hex (PowerDNS does so): a URL
 * whose segment is `.` is shortened by every client, so the root is `=2E`.
 */
export function zoneToSegment(zone: string): string {
  if (zone === '.') return '=2E';
  return encodeURIComponent(zone.replaceAll('=', '=3D').replaceAll('/', '=2F'));
}
