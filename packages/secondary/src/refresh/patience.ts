/**
 * How long a transfer may stand still. Slow is not stalled: every octet begins the wait anew, and every whole message the longer one
 * (`messageTimeout`), so that only who sends nothing, or octets one by one, is given up. TCP sends a lost segment again after 0.2, 0.6, 1.4,
 * 3 and 6.2 s: with 10 s five losses in a row are lived through; Knot's tcp-remote-io-timeout is 5 s.
 */

/** A primary that has stalled is waited for twice as long each time, up to this: it may need that long to begin (a large zone in a database). */
export const LONGEST_PATIENCE = 60_000;

/** ms without an octet, for a primary with so many stalled transfers in a row. */
export function patience(idleTimeout: number, stalls: number): number {
  return Math.max(idleTimeout, Math.min(LONGEST_PATIENCE, idleTimeout * 2 ** Math.min(stalls, 10)));
}
