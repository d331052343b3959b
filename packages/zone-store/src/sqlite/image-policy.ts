import type { JournalLimits } from '../port.ts';

/** Layers of at least so many octets are files: written and synced without holding the event loop. */
export const LAYER_FILE_BYTES = 256 * 1024;

/** An image that costs no more than this is written soon after each change (later-images.ts): then a start has nothing to replay. */
export const SMALL_IMAGE_BYTES = 4096;

/** So many changes of a zone in a row do without it. */
export const MAX_SMALL_DIFFS = 128;

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
}): 'now' | 'soon' | 'later' {
  const { journalMaxDepth, journalMaxSize } = o.limits;
  // Diffs behind the image cannot be trimmed, so the limits of the history bound them too.
  if (o.diffs > journalMaxDepth || o.diffBytes > journalMaxSize) return 'now';
  if (o.newBytes <= SMALL_IMAGE_BYTES) return o.diffs >= MAX_SMALL_DIFFS ? 'now' : 'soon';
  // Each octet of journal pays for one octet of image: what is written stays within twice the changes.
  return o.diffBytes >= o.newBytes || o.diffs >= MAX_REPLAYED_DIFFS ? 'now' : 'later';
}
