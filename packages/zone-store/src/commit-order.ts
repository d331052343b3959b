import { type Name, namesEqual, nameToText, ZonewireError } from '@zonewire/shared-protocol';
import type { ZoneDiff, ZoneVersion } from '@zonewire/zone';

/** @throws ZonewireError `store-wrong-zone` when `version` is not of the zone it is to be stored for. */
export function checkZone(apex: Name, version: ZoneVersion): void {
  if (namesEqual(apex, version.apex)) return;
  const zone = nameToText(apex);
  throw new ZonewireError('store-wrong-zone', `a version of ${nameToText(version.apex)} is not one of ${zone}`, {
    zone,
  });
}

/** Why `diff` cannot follow the stored serial (`undefined`: no version is stored), or `undefined` when it can. */
export function refuseOutOfOrder(
  apex: Name,
  stored: number | undefined,
  diff: ZoneDiff,
  version: ZoneVersion,
): ZonewireError | undefined {
  const { fromSerial: from, toSerial: to } = diff;
  if (from === stored && to === version.serial && to !== from) return undefined;
  const zone = nameToText(apex);
  const has = stored === undefined ? 'no version is stored' : `serial ${stored} is stored`;
  return new ZonewireError(
    'store-out-of-order',
    `a change of zone ${zone} from serial ${from} to ${to}, giving serial ${version.serial}, cannot be stored: ${has}`,
    { zone },
  );
}
