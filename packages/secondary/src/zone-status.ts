import type {
  JournalStatus,
  PrimaryPeerStatus,
  ReplicaLag,
  ZoneGlance,
  ZoneState,
  ZoneStatus,
} from '@zonewire/nameserver';
import { addressText, statusWarnings } from '@zonewire/nameserver';
import { isNewerSerial } from '@zonewire/shared-protocol';
import type { ZoneRunner } from './refresh/runner.ts';

/** What an operator sees of a secondary zone: the three serials with their times, what is planned, whom it depends on. */
export function zoneStatus(
  runner: ZoneRunner,
  journal: JournalStatus,
  notify: readonly ReplicaLag[],
  failure?: ZoneStatus['lastError'],
): ZoneStatus {
  const { state, version, lastCheck, served, expired } = runner;
  const { facts, phase } = state;
  const warnings = warningsOf(runner);
  const lastError = facts.lastError ?? failure;
  return {
    zone: runner.text,
    role: 'secondary',
    state: zoneState(version, expired),
    ...(version === undefined ? {} : { records: version.recordCount, bytes: version.byteLength }),
    ...(facts.lastNotified === undefined ? {} : { notified: facts.lastNotified }),
    ...(facts.received === undefined ? {} : { received: facts.received }),
    ...(served === undefined ? {} : { served }),
    ...(runner.nextAttemptAt === undefined ? {} : { refreshAt: Math.max(runner.nextAttemptAt, facts.asOf) }),
    ...(facts.expireAt === undefined ? {} : { expireAt: facts.expireAt }),
    refreshing: phase.kind !== 'idle',
    ...(lastCheck === undefined ? {} : { lastCheck }),
    ...(facts.lastTransfer === undefined ? {} : { lastTransfer: facts.lastTransfer }),
    ...(lastError === undefined ? {} : { lastError }),
    ...(facts.verification === undefined ? {} : { verification: facts.verification }),
    ...(warnings.length === 0 ? {} : { warnings }),
    primaries: primariesStatus(runner),
    ...(notify.length === 0 ? {} : { notify }),
    journal,
  };
}

function primariesStatus({ primaries, state: { facts, phase } }: ZoneRunner): PrimaryPeerStatus[] {
  return primaries.map((primary) => {
    const known = facts.primaries[primary.key];
    const isAsked = phase.kind !== 'idle' && phase.primary === primary.key;
    const noIxfr = (known?.noIxfrUntil ?? 0) > facts.asOf;
    return {
      id: primary.id,
      address: addressText(primary),
      state: isAsked ? phase.kind : (known?.failures ?? 0) > 0 ? 'failing' : noIxfr ? 'axfr-only' : 'ok',
      ...(known?.lastError === undefined ? {} : { lastError: known.lastError }),
    };
  });
}

/** What of its status says how a zone is; made for thousands of zones in a row, so that what is seldom looked at is made when it is. */
export type ZoneStanding = Pick<
  ZoneStatus,
  'zone' | 'state' | 'notified' | 'served' | 'expireAt' | 'refreshing' | 'lastCheck' | 'lastError' | 'primaries'
> & { readonly expire: number | undefined };

export function zoneStanding(runner: ZoneRunner, failure: ZoneStatus['lastError']): ZoneStanding {
  const { text, state, version, lastCheck, served, expired } = runner;
  const { facts, phase } = state;
  return {
    zone: text,
    state: zoneState(version, expired),
    notified: facts.lastNotified,
    served,
    expireAt: facts.expireAt,
    expire: version?.expire,
    refreshing: phase.kind !== 'idle',
    lastCheck,
    lastError: facts.lastError ?? failure,
    get primaries() {
      return primariesStatus(runner);
    },
  };
}

export function zoneGlance(runner: ZoneRunner, failure: ZoneStatus['lastError']): ZoneGlance {
  const { text, state, version, served, expired } = runner;
  return {
    zone: text,
    role: 'secondary',
    state: zoneState(version, expired),
    serial: served?.serial,
    expireAt: state.facts.expireAt,
    expire: version?.expire,
    hasFailed: (state.facts.lastError ?? failure) !== undefined,
  };
}

function zoneState(version: ZoneRunner['version'], expired: boolean): ZoneState {
  return version === undefined ? 'loading' : expired ? 'expired' : 'serving';
}

/** Parts of SOA EXPIRE without a word of a primary at which it is warned. */
const EXPIRY_WARNINGS = [0.5, 0.75, 0.9];

function warningsOf({ version, state, primaries }: ZoneRunner): string[] {
  const warnings: string[] = [];
  const { facts } = state;
  for (const { key } of primaries) {
    const error = facts.primaries[key]?.lastError;
    if (error?.code === 'primary-serial-older') warnings.push(error.message);
  }
  if (version === undefined) return warnings;
  warnings.push(...statusWarnings(facts.verification, facts.asOf));
  const { refresh, retry, expire } = version.soa;
  if (expire <= refresh)
    warnings.push(
      `SOA EXPIRE (${expire} s) is not longer than REFRESH (${refresh} s): the primary is asked more often than REFRESH says, so that the zone stays served`,
    );
  else if (expire < refresh + retry)
    warnings.push(`SOA EXPIRE (${expire} s) leaves no time for a retry (REFRESH ${refresh} s, RETRY ${retry} s)`);
  const used = facts.expireAt === undefined ? 0 : 1 - (facts.expireAt - facts.asOf) / (expire * 1000);
  const warned = EXPIRY_WARNINGS.findLast((part) => used >= part);
  if (warned !== undefined && used < 1)
    warnings.push(
      `no primary has confirmed the zone for more than ${warned * 100} % of SOA EXPIRE (${expire} s): it stops being served unless one does; see the errors of its primaries`,
    );
  const { lastNotified } = facts;
  if (lastNotified !== undefined && isNewerSerial(lastNotified.serial, version.serial) && state.phase.kind === 'idle')
    warnings.push(`a NOTIFY spoke of serial ${lastNotified.serial}, no primary has given it to us yet`);
  return warnings;
}
