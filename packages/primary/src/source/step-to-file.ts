import {
  encodeRun,
  isNewerSerial,
  type ResourceRecord,
  readSoa,
  runLength,
  typeToText,
  unwrap,
} from '@zonewire/shared-protocol';
import { applyDiff, diffVersions, ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import { nextSerial, type SerialPolicy } from '../serial-policy.ts';
import { soaWithSerial } from '../soa.ts';
import { sealsOf } from '../update/evaluate.ts';

/** How a zone gets from the version it has to what its file says. */
export type StepToFile =
  /** The file says what the zone says, and its serial is not newer. */
  | { readonly kind: 'same' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | {
      readonly kind: 'step';
      readonly version: ZoneVersion;
      readonly diff: ZoneDiff;
      /** Nothing but the serial differs. */
      readonly onlySerial: boolean;
      /** The serial was moved forward here, the file's being no newer; in words. */
      readonly warning?: string;
    };

/**
 * A serial that the file has raised is taken. When content changed without that, secondaries would never fetch it, so the serial
 * is moved forward by `policy`; except where signatures or a digest over the zone forbid to touch it.
 */
export function stepToFile(from: ZoneVersion, file: ZoneVersion, policy: SerialPolicy, now: number): StepToFile {
  const between = diffVersions(from, file);
  const onlySoa = between.removedCount === 1 && between.addedCount === 1;
  const onlySerial = onlySoa && sameSoaButSerial(from.soaRecord, file.soaRecord);
  if (isNewerSerial(file.serial, from.serial)) return { kind: 'step', version: file, diff: between, onlySerial };
  if (onlySerial) return { kind: 'same' };
  const [seal] = sealsOf(file);
  const notNewer = `its content has changed, but its serial ${file.serial} is not newer than ${from.serial}, which is served`;
  if (seal !== undefined) {
    const message = `${notNewer}; the zone has ${typeToText(seal)} records, so the serial cannot be moved forward here: raise it where the zone is signed`;
    return { kind: 'refused', code: 'zone-serial-not-newer', message };
  }
  const soa = soaWithSerial(file.soaRecord, nextSerial(from.serial, policy, now));
  const version = unwrap(applyDiff(file, ZoneDiff.build(file.apex, [file.soaRecord], [soa])));
  const warning = `${notNewer}: served as ${version.serial}; raise the serial in the file above that with the next edit`;
  return { kind: 'step', version, diff: withNewSoa(between, soa), onlySerial: false, warning };
}

/** The diff leading to another new SOA. Copied as octets: a reload may change a million records. */
function withNewSoa(diff: ZoneDiff, soa: ResourceRecord): ZoneDiff {
  const { bytes, removedEnd, zone } = diff;
  const [before] = diff.added();
  const rest = bytes.subarray(removedEnd + runLength([before]));
  const run = Buffer.concat([bytes.subarray(0, removedEnd), encodeRun([soa]), rest]);
  return unwrap(ZoneDiff.fromBytes(zone, new Uint8Array(run)));
}

function sameSoaButSerial(a: ResourceRecord, b: ResourceRecord): boolean {
  const { serial } = unwrap(readSoa(a.rdata));
  return a.ttl === b.ttl && Buffer.compare(a.rdata, soaWithSerial(b, serial).rdata) === 0;
}
