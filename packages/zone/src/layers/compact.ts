import { nameToText, unwrap, ZonewireError } from '@zonewire/shared-protocol';
import { ZoneVersion } from '../version.ts';
import { mergeLayers } from './merge.ts';
import { overlaysAreLong } from './policy.ts';

/** True when the overlays of `version` have grown to an eighth of its base: time to run {@link compact}. */
export function needsCompaction(version: ZoneVersion): boolean {
  return overlaysAreLong(version.stack.layers);
}

/**
 * The same version in one layer. Pure, but proportional to the zone (about 0.25 s for a million records): meant for a worker
 * thread, to which the layers go without copying. While it runs more diffs may be applied; see {@link replaceBase}.
 */
export function compact(version: ZoneVersion): ZoneVersion {
  if (version.layers.length === 1) return version;
  const merged = mergeLayers(version.stack.layers);
  if (!merged)
    throw new ZonewireError('zone-too-large', 'the zone does not fit into one image of 2 GiB', {
      zone: nameToText(version.apex),
    });
  return unwrap(ZoneVersion.open([merged], version.apex));
}

/**
 * `current` on top of the base that {@link compact} made from `from`, an earlier version of which `current` came about by diffs.
 * Overlays that `current` still shares with `from` are in the new base and go; younger ones stay, and are right above it because
 * they hold whole names. When `current` has another base (the zone was transferred anew) it is returned as it is.
 */
export function replaceBase(current: ZoneVersion, from: ZoneVersion, compacted: ZoneVersion): ZoneVersion {
  if (current.stack.base.buffer !== from.stack.base.buffer || compacted.stack.seed !== current.stack.seed)
    return current;
  const merged = new Set(from.layers);
  const younger = current.stack.layers.filter((layer) => !merged.has(layer.buffer));
  return unwrap(ZoneVersion.ofLayers([...younger, ...compacted.stack.layers], current.apex));
}
