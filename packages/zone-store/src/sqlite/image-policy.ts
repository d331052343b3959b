import type { JournalLimits } from '../port.ts';

/** Layers of at least so many octets are files: written and synced without holding the event loop. */
export const LAYER_FILE_BYTES = 256 * 1024;

/** An image that costs no more than this goes along with every commit: then a start has nothing to replay. */
export const ALWAYS_IMAGE_BYTES = 4096;

/** At most so many diffs are replayed at a start (each costs 30 to 80 µs). */
export const MAX_REPLAYED_DIFFS = 1024;

/** After an image could not be written in the background, so many commits of the zone pass before the next try. */
export const IMAGE_RETRY_COMMITS = 64;

/** Decides after a diff whether the zone's image should be brought up to date. */
export function imageDue(o: {
  /** Octets of the version's layers that are not on disk. */
  readonly newBytes: number;
  /** Diffs, and their octets, behind the image on disk. */
  readonly diffs: number;
  readonly diffBytes: number;
  readonly limits: JournalLimits;
}): boolean {
  if (o.newBytes <= ALWAYS_IMAGE_BYTES) return true;
  // Each octet of journal pays for one octet of image: what is written stays within twice the changes.
  if (o.diffBytes >= o.newBytes) return true;
  // Diffs behind the image cannot be trimmed, so the limits of the history bound them too.
  return o.diffs >= MAX_REPLAYED_DIFFS || o.diffs > o.limits.journalMaxDepth || o.diffBytes > o.limits.journalMaxSize;
}
