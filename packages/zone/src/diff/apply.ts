import { fail, nameToText, type Result } from '@zonewire/shared-protocol';
import { Layer } from '../image/layer.ts';
import { mergeLayers } from '../layers/merge.ts';
import { layersToMerge } from '../layers/policy.ts';
import { ZoneVersion } from '../version.ts';
import { checkSameZone } from './diff-index.ts';
import { OverlayBuilder } from './overlay-builder.ts';
import type { ZoneDiff } from './zone-diff.ts';

/**
 * The version after `diff`. Strict: the diff must start at the version's serial (`diff-serial-mismatch`), what it removes must
 * be there (`diff-removes-missing`), what it adds must not (`diff-adds-existing`), and it must not leave an RRset with two TTLs
 * (`diff-mixed-ttl`: a diff that changes a TTL mentions all records of the RRset); else nothing of it is applied.
 * TTLs of removed records are not compared: they may have been lowered when their RRset was loaded (RFC 2181 5.2).
 * Costs what the diff and the names it touches cost, whatever the size of the zone: the changed names go into an overlay,
 * which is merged with older overlays so that there are few, each much longer than the one above it.
 */
export function applyDiff(version: ZoneVersion, diff: ZoneDiff): Result<ZoneVersion> {
  return applyWithPolicy(version, diff, layersToMerge);
}

/** {@link applyDiff} with another rule for how many layers, the new one counted, become one. */
export function applyWithPolicy(
  version: ZoneVersion,
  diff: ZoneDiff,
  policy: (layers: readonly Layer[]) => number,
): Result<ZoneVersion> {
  const zone = checkSameZone(diff, version.apex);
  if (!zone.ok) return zone;
  if (diff.fromSerial !== version.serial)
    return fail(
      'diff-serial-mismatch',
      `the diff of ${nameToText(version.apex)} starts at serial ${diff.fromSerial}, the version has ${version.serial}`,
    );
  const overlay = new OverlayBuilder(version, diff).build();
  if (!overlay.ok) return overlay;
  const opened = Layer.open(overlay.value);
  if (!opened.ok) return opened;
  let layers = [opened.value, ...version.stack.layers];
  const count = policy(layers);
  if (count > 1) {
    const merged = mergeLayers(layers.slice(0, count));
    // Too large for one image: it stays unmerged, and compact says so.
    const layer = merged && Layer.open(merged);
    if (layer?.ok) layers = [layer.value, ...layers.slice(count)];
  }
  return ZoneVersion.ofLayers(layers, version.apex);
}
