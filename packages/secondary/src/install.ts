import { NOTHING_VERIFIED, type Verification, type VerificationStatus, type ZoneTable } from '@zonewire/nameserver';
import { isNewerSerial, type Name, nameToText, type Problem, TYPE, ZonewireError } from '@zonewire/shared-protocol';
import { applyDiff, diffVersions, type ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import type { Facts, Pace, ZoneStore } from '@zonewire/zone-store';
import { withoutRedundantAdds } from './redundant-adds.ts';
import type { TransferredIn } from './refresh/transfer-in.ts';

/** A version that came from a primary and what is to be done with it. */
export interface Installation {
  readonly zone: Name;
  readonly transferred: Extract<TransferredIn, { ok: true; outcome: 'zone' | 'diffs' }>;
  /** What is held now, served or expired. */
  readonly held: ZoneVersion | undefined;
  /** Take a serial that is not newer (`retransfer`). */
  readonly force: boolean;
  readonly zoneMaxSize: number;
  /** Up to this many records a whole zone is compared with the older one, so that IXFR can be served from here; 0: never. */
  readonly diffMaxRecords: number;
  readonly store: ZoneStore;
  /** 'patient': so many zones come at once that this one may wait for others to share a sync with. */
  readonly pace: Pace;
  readonly table: ZoneTable;
  /** On disk, and not synced yet: for those who can get ready for it. */
  readonly written?: ((version: ZoneVersion, expireAt: number) => void) | undefined;
  /** ZONEMD and DNSSEC, as the zone is configured; on a thread when that takes long. Rejects when it could not be done. */
  readonly examine?: ((version: ZoneVersion) => Promise<Verification>) | undefined;
  /** What is stored together with the version, and until when that is served. */
  readonly factsFor: (
    version: ZoneVersion,
    verification: VerificationStatus | undefined,
  ) => { readonly facts: Facts; readonly expireAt: number };
  /** False once the zone is no longer ours to publish. */
  readonly isWanted: () => boolean;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** When a version came how far, ms since the epoch. */
export interface InstallTimes {
  /** The last octet of it was here. */
  readonly transferredAt: number;
  readonly verifiedAt: number;
  /** On disk. */
  readonly journaledAt: number;
  readonly servedAt: number;
}

export type Installed =
  | {
      readonly kind: 'installed';
      readonly version: ZoneVersion;
      readonly verification: Verification;
      readonly times: InstallTimes;
    }
  /** A whole zone came, and its serial is not newer than ours: nothing was done. */
  | { readonly kind: 'not-newer' }
  /** What came is wrong; the old version stays. */
  | { readonly kind: 'refused'; readonly problem: Problem }
  /** It could not be stored here; the old version stays. */
  | { readonly kind: 'not-stored'; readonly problem: Problem }
  | { readonly kind: 'unwanted' };

/** From a finished transfer to answers: verify, examine, diff, journal, publish. Confirmation is the caller's, once this says 'installed'. */
export async function install(installation: Installation): Promise<Installed> {
  const { held, force, transferred, now } = installation;
  const transferredAt = now();
  if (transferred.outcome === 'zone' && held !== undefined && !force && !isNewerSerial(transferred.serial, held.serial))
    return { kind: 'not-newer' };

  const verified = verify(installation);
  if ('problem' in verified) return { kind: 'refused', problem: verified.problem };

  const verification = await examine(installation, verified);
  if (!installation.isWanted()) return { kind: 'unwanted' };
  if ('problem' in verification) return { kind: 'refused', problem: verification.problem };

  const verifiedAt = now();
  const diffs = difference(installation, verified);

  const { facts, expireAt } = installation.factsFor(verified.version, verification.status);
  const problem = await journal(installation, verified, diffs, facts, expireAt);
  if (problem !== undefined) return { kind: 'not-stored', problem };

  if (!installation.isWanted()) return { kind: 'unwanted' };
  const journaledAt = now();
  installation.table.publish(installation.zone, verified.version, expireAt);
  const times = { transferredAt, verifiedAt, journaledAt, servedAt: now() };
  return { kind: 'installed', version: verified.version, verification, times };
}

interface Verified {
  readonly version: ZoneVersion;
  /** The chain that leads there from the held version, with the version behind each diff. */
  readonly chain: readonly Link[];
}

interface Link {
  readonly diff: ZoneDiff;
  readonly version: ZoneVersion;
}

/** Builds the new version and checks what makes a zone servable. What else may be wrong with it is its primary's business. */
function verify(installation: Installation): Verified | { readonly problem: Problem } {
  const { transferred, zoneMaxSize, zone } = installation;
  const built = transferred.outcome === 'zone' ? { version: transferred.version, chain: [] } : applyAll(installation);
  if ('problem' in built) return built;
  const { version } = built;
  const refuse = (code: string, message: string) => ({ problem: { code, message } });
  if (version.serial !== transferred.serial)
    return refuse(
      'transfer-wrong-serial',
      `the zone that came has serial ${version.serial}, announced was ${transferred.serial}`,
    );
  if (!version.hasRRset(zone, TYPE.NS))
    return refuse('zone-without-ns', `the zone that came has no NS record at ${nameToText(zone)}: it cannot be served`);
  if (version.byteLength > zoneMaxSize)
    return refuse(
      'zone-too-large',
      `the zone takes ${version.byteLength} octets, allowed are ${zoneMaxSize} (zone-max-size)`,
    );
  return built;
}

/** Of a chain of differences the last version is examined: the others are never served. */
async function examine(
  { examine }: Installation,
  { version }: Verified,
): Promise<Verification | { readonly problem: Problem }> {
  if (examine === undefined) return NOTHING_VERIFIED;
  try {
    const verification = await examine(version);
    return verification.refusal === undefined ? verification : { problem: verification.refusal };
  } catch (error) {
    const code = error instanceof ZonewireError ? error.code : 'verification-failed';
    return { problem: { code, message: error instanceof Error ? error.message : String(error) } };
  }
}

/** RFC 1995 4: strictly in order; one difference that does not fit refuses them all. What is added twice is dropped, and not passed on. */
function applyAll({ transferred, held }: Installation): Verified | { readonly problem: Problem } {
  if (transferred.outcome !== 'diffs' || held === undefined)
    return { problem: { code: 'diffs-without-zone', message: 'differences came, and there is no zone they apply to' } };
  let version = held;
  const chain: Link[] = [];
  for (let diff of transferred.diffs) {
    let next = applyDiff(version, diff);
    const cleaned = !next.ok && next.error.code === 'diff-adds-existing' && withoutRedundantAdds(version, diff);
    if (cleaned) {
      diff = cleaned;
      next = applyDiff(version, diff);
    }
    if (!next.ok) {
      const message = `the difference from serial ${diff.fromSerial} to ${diff.toSerial} does not fit: ${next.error.message}`;
      return { problem: { code: next.error.code, message } };
    }
    version = next.value;
    chain.push({ diff, version });
  }
  return { version, chain };
}

/** What IXFR can be answered with from here on: what came, or what a whole zone changed. None for a serial that went back. */
function difference({ held, diffMaxRecords }: Installation, { version, chain }: Verified): readonly Link[] {
  if (chain.length > 0) return chain;
  if (held === undefined || !isNewerSerial(version.serial, held.serial)) return [];
  if (Math.max(held.recordCount, version.recordCount) > diffMaxRecords) return [];
  return [{ diff: diffVersions(held, version), version }];
}

/** Durable before anybody can see it. */
async function journal(
  { zone, store, pace, transferred, written }: Installation,
  { version }: Verified,
  links: readonly Link[],
  facts: Facts,
  expireAt: number,
): Promise<Problem | undefined> {
  const whole = () => store.commitImage(zone, version, { facts, pace });
  try {
    if (links.length === 0) await whole();
    else if (transferred.outcome === 'zone')
      await store.commitImage(zone, version, { facts, pace, diff: links[0].diff });
    else {
      // Queued together: they share one sync. Facts go with the last.
      const last = links.length - 1;
      await Promise.all(
        links.map(({ diff, version: after }, i) =>
          i === last
            ? store.commitDiff(zone, diff, after, facts, { pace, written: () => written?.(after, expireAt) })
            : store.commitDiff(zone, diff, after, undefined, { pace }),
        ),
      );
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof ZonewireError) || error.code !== 'store-out-of-order') return notStored(error);
  }
  // The store stands elsewhere than we do (an earlier commit failed half-way): the whole version is right in any case.
  try {
    await whole();
    return undefined;
  } catch (error) {
    return notStored(error);
  }
}

function notStored(error: unknown): Problem {
  const code = error instanceof ZonewireError ? error.code : 'store-failed';
  const message = error instanceof Error ? error.message : String(error);
  return { code, message: `the new version could not be stored, the old one stays served: ${message}` };
}
