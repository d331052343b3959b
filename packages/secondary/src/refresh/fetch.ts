import type { TransferSummary, Verification, VerificationStatus } from '@zonewire/nameserver';
import { DEFAULT_VERIFICATION, type ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import { type SecondaryZoneConfig, ZONE_MAX_SIZE } from '../config.ts';
import { type InstallTimes, install } from '../install.ts';
import type { SiteHead, SiteLink } from '../site/port.ts';
import { type RefreshFacts, writeFacts } from './facts.ts';
import type { PrimaryAddress } from './primaries.ts';
import type { RunnerPorts } from './runner-ports.ts';
import type { Failure } from './soa-check.ts';
import type { Held, RefreshEffect, RefreshEvent } from './state.ts';
import { type TransferredIn, transferIn } from './transfer-in.ts';
import { failureText } from './words.ts';

type InstalledEvent = Extract<RefreshEvent, { kind: 'installed' }>;

export interface FetchRequest {
  readonly ports: RunnerPorts;
  readonly config: SecondaryZoneConfig;
  readonly primary: PrimaryAddress;
  readonly effect: Extract<RefreshEffect, { kind: 'transfer' }>;
  readonly held: ZoneVersion | undefined;
  /** Transfers from the primary that stopped in the middle, in a row. */
  readonly stalls: number;
  /** See VerificationRequest. */
  readonly checked: ZoneVersion | undefined;
  /** The zone's facts once `event` has happened: they are stored with the version. */
  readonly factsAfter: (event: InstalledEvent) => RefreshFacts;
  readonly signal: AbortSignal;
}

export type Fetched =
  | {
      readonly kind: 'installed';
      readonly version: ZoneVersion;
      readonly event: InstalledEvent;
      readonly verification: Verification;
      readonly times: InstallTimes;
    }
  /** Nothing newer came: as good as an answer to an SOA query. */
  | { readonly kind: 'answered'; readonly serial: number; readonly expire?: number | undefined }
  | ({ readonly kind: 'failed' } & Failure)
  | { readonly kind: 'given-up' };

/** Transfers the zone or its differences from one primary, and installs what came. */
export async function fetchVersion(request: FetchRequest): Promise<Fetched> {
  const { ports, config, primary, effect, held, stalls, signal } = request;
  const { client, limits } = ports;
  const zoneMaxSize = config.zoneMaxSize ?? ZONE_MAX_SIZE;
  const id = new Uint8Array(2);
  ports.random(id);
  // The place is for the transfer; storing shares its syncs with other zones, and must not keep them from it.
  const transferred = await ports.unreachable.ask(ports.transfers, primary.key, effect.urgent, signal, () =>
    transferIn({
      client,
      zone: config.domain,
      primary,
      type: effect.type,
      isNotified: effect.isNotified === true,
      held,
      id: (id[0] << 8) | id[1],
      limits,
      stalls,
      zoneMaxSize,
      signal,
      running: ports.running,
    }),
  );
  if (signal.aborted) return { kind: 'given-up' };
  if (!transferred.ok) {
    const { failure, code, message } = transferred;
    return { kind: 'failed', failure, code, message };
  }
  const { serial, expire } = transferred;
  if (transferred.outcome === 'up-to-date') return { kind: 'answered', serial, expire };
  return installIt(request, transferred, zoneMaxSize);
}

/** Takes the zone or its differences from the site, and installs what came as if a primary had sent it. */
export async function fetchFromSite(
  request: FetchRequest & { readonly site: SiteLink; readonly head: SiteHead },
): Promise<Fetched> {
  const { ports, config, site, head, held, signal } = request;
  const { clock } = ports;
  const maxSize = config.zoneMaxSize ?? ZONE_MAX_SIZE;
  const began = clock.now();
  const content = await site.fetch({ apex: config.domain, head, held, maxSize, signal });
  if (signal.aborted) return { kind: 'given-up' };
  if (content.kind === 'none')
    return { kind: 'failed', failure: 'unreachable', code: 'site-without-content', message: content.message };
  const now = clock.now();
  const figures = {
    ok: true as const,
    serial: head.serial,
    expire: secondsLeft(head, now),
    bytes: content.bytes,
    ms: now - began,
  };
  const transferred =
    content.kind === 'zone'
      ? { ...figures, outcome: 'zone' as const, version: content.version, records: content.version.recordCount }
      : { ...figures, outcome: 'diffs' as const, diffs: content.diffs, records: recordsOf(content.diffs) };
  return installIt(request, transferred, maxSize, head.checkedAt);
}

/** How long the site may still serve it: as a hub says it of itself (RFC 7314 4). */
export function secondsLeft(head: SiteHead, now: number): number {
  return Math.max(0, Math.floor((head.expireAt - now) / 1000));
}

function recordsOf(diffs: readonly ZoneDiff[]): number {
  return diffs.reduce((sum, { removedCount, addedCount }) => sum + removedCount + addedCount, 0);
}

async function installIt(
  { ports, config, primary, effect, held, checked, factsAfter, signal }: FetchRequest,
  transferred: Extract<TransferredIn, { ok: true; outcome: 'zone' | 'diffs' }>,
  zoneMaxSize: number,
  checkedAt?: number,
): Promise<Fetched> {
  const { clock, store, table, limits, verifier } = ports;
  const { serial, expire, records, bytes, ms, outcome } = transferred;
  const transfer: TransferSummary = {
    at: clock.now(),
    type: effect.type === 'axfr' ? 'axfr' : outcome === 'diffs' ? 'ixfr' : 'axfr-style-ixfr',
    from: primary.key,
    records,
    bytes,
    ms,
    ...(held === undefined ? {} : { fromSerial: held.serial }),
    toSerial: serial,
  };
  let event: InstalledEvent | undefined;
  const eventOf = (version: ZoneVersion, verification: VerificationStatus | undefined): InstalledEvent => {
    event ??= {
      kind: 'installed',
      primary: primary.key,
      held: heldOf(version),
      expire,
      transfer,
      checkedAt,
      verification,
    };
    return event;
  };
  const installed = await install({
    zone: config.domain,
    transferred,
    held,
    force: effect.force,
    zoneMaxSize,
    diffMaxRecords: feedsOthers(config) ? limits.diffMaxRecords : 0,
    store,
    pace: ports.transfers.isCrowded ? 'patient' : 'now',
    table,
    examine: (version) => {
      const policy = config.verification ?? DEFAULT_VERIFICATION;
      return verifier.verify(version, { policy, now: clock.now(), checked, signal });
    },
    factsFor: (version, verification) => {
      const facts = factsAfter(eventOf(version, verification));
      return { facts: writeFacts(facts), expireAt: facts.expireAt ?? facts.asOf };
    },
    written: (version, until) => ports.written(config, version, until),
    isWanted: () => !signal.aborted,
    now: () => clock.now(),
  });
  switch (installed.kind) {
    case 'installed': {
      const { version, verification, times } = installed;
      return { kind: 'installed', version, verification, times, event: eventOf(version, verification.status) };
    }
    case 'not-newer':
      return { kind: 'answered', serial, expire };
    case 'refused': {
      const message = failureText(effect.type === 'axfr' ? 'AXFR' : 'IXFR', primary, installed.problem);
      return { kind: 'failed', failure: 'refused', code: installed.problem.code, message };
    }
    case 'not-stored':
      return { kind: 'failed', failure: 'local', ...installed.problem };
    case 'unwanted':
      return { kind: 'given-up' };
  }
}

export function heldOf(version: ZoneVersion): Held {
  const { refresh, retry, expire } = version.soa;
  return { serial: version.serial, refresh, retry, expire };
}

/** Others may transfer the zone from here, or are told of it: then differences are worth their making. */
function feedsOthers(config: SecondaryZoneConfig): boolean {
  return config.notify.length > 0 || config.acl.some((rule) => !rule.deny && rule.actions.has('transfer'));
}
