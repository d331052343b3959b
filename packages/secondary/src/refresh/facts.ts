import type { StatusError, TransferSummary, VerificationStatus } from '@zonewire/nameserver';
import type { Facts, JsonValue } from '@zonewire/zone-store';

/**
 * What a secondary remembers of a zone, on disk beside its records. Every time is absolute (wall clock, ms since the epoch);
 * no schedule is stored, it is derived from these after every event (plan.ts), so a changed configuration or SOA is never
 * contradicted by an old plan.
 */
export interface RefreshFacts {
  /** The latest moment these facts have seen. A clock that stands before it was set back: see clock.ts. */
  readonly asOf: number;
  /** When a primary last confirmed that we hold what it has (or gave us what it has). */
  readonly lastGoodCheckAt?: number | undefined;
  /** When the last round that failed with every primary ended. */
  readonly lastAttemptAt?: number | undefined;
  /** Failed rounds since the last good check. */
  readonly failures: number;
  /** From here on the zone is not served. Missing: nothing was ever held. */
  readonly expireAt?: number | undefined;
  readonly lastNotified?: { readonly serial: number; readonly at: number } | undefined;
  readonly received?: { readonly serial: number; readonly at: number } | undefined;
  readonly lastTransfer?: TransferSummary | undefined;
  /** Of the version that is held. */
  readonly verification?: VerificationStatus | undefined;
  /** Why the last round failed; gone with the next good check. */
  readonly lastError?: StatusError | undefined;
  /** Only primaries with something to remember; by {@link PrimaryAddress.key}. */
  readonly primaries: { readonly [key: string]: PrimaryFacts };
}

export interface PrimaryFacts {
  /** Failures in a row. */
  readonly failures: number;
  /** Asked last until then, after the healthy ones. */
  readonly retryAfter: number;
  readonly lastError?: StatusError | undefined;
  /** IXFR failed here where AXFR worked: AXFR is asked for until then. */
  readonly noIxfrUntil?: number | undefined;
  readonly ixfrFailures?: number | undefined;
  /** Transfers that stopped in the middle since one came to its end: patience.ts. */
  readonly stalls?: number | undefined;
}

export const NO_FACTS: RefreshFacts = { asOf: 0, failures: 0, primaries: {} };

/** In the store's form. */
export function writeFacts(facts: RefreshFacts): Facts {
  return { ...facts, format: 1 } as unknown as Facts;
}

/** Reads stored facts; what is not of the right kind (an older version's, another role's) is left out, never guessed. */
export function readFacts(stored: Facts | undefined): RefreshFacts {
  if (stored === undefined) return NO_FACTS;
  const primaries: { [key: string]: PrimaryFacts } = {};
  if (isObject(stored.primaries)) {
    for (const [key, value] of Object.entries(stored.primaries)) {
      if (!isObject(value)) continue;
      primaries[key] = {
        failures: time(value.failures) ?? 0,
        retryAfter: time(value.retryAfter) ?? 0,
        lastError: statusError(value.lastError),
        noIxfrUntil: time(value.noIxfrUntil),
        ixfrFailures: time(value.ixfrFailures),
        stalls: time(value.stalls),
      };
    }
  }
  return {
    asOf: time(stored.asOf) ?? 0,
    lastGoodCheckAt: time(stored.lastGoodCheckAt),
    lastAttemptAt: time(stored.lastAttemptAt),
    failures: time(stored.failures) ?? 0,
    expireAt: time(stored.expireAt),
    lastNotified: serialAt(stored.lastNotified),
    received: serialAt(stored.received),
    lastTransfer: transferSummary(stored.lastTransfer),
    verification: verificationStatus(stored.verification),
    lastError: statusError(stored.lastError),
    primaries,
  };
}

type JsonObject = { readonly [key: string]: JsonValue | undefined };

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function time(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function serialAt(value: JsonValue | undefined): { serial: number; at: number } | undefined {
  if (!isObject(value)) return undefined;
  const serial = time(value.serial);
  const at = time(value.at);
  return serial === undefined || at === undefined || serial > 0xffff_ffff ? undefined : { serial, at };
}

function statusError(value: JsonValue | undefined): StatusError | undefined {
  if (!isObject(value) || typeof value.code !== 'string' || typeof value.message !== 'string') return undefined;
  return { at: time(value.at) ?? 0, code: value.code, message: value.message };
}

function transferSummary(value: JsonValue | undefined): TransferSummary | undefined {
  if (!isObject(value)) return undefined;
  const { type, from } = value;
  const [at, records, bytes, ms, toSerial] = [value.at, value.records, value.bytes, value.ms, value.toSerial].map(time);
  const fromSerial = time(value.fromSerial);
  if (type !== 'axfr' && type !== 'ixfr' && type !== 'axfr-style-ixfr') return undefined;
  if (typeof from !== 'string' || at === undefined || records === undefined || bytes === undefined) return undefined;
  if (ms === undefined || toSerial === undefined) return undefined;
  return { at, type, from, records, bytes, ms, toSerial, ...(fromSerial === undefined ? {} : { fromSerial }) };
}

const ZONEMD_RESULTS = ['verified', 'failed', 'absent', 'unsupported'] as const;
const DNSSEC_RESULTS = ['valid', 'invalid', 'unsigned'] as const;

function verificationStatus(value: JsonValue | undefined): VerificationStatus | undefined {
  if (!isObject(value) || !Array.isArray(value.findings)) return undefined;
  const [at, serial, ms, signaturesExpireAt] = [value.at, value.serial, value.ms, value.signaturesExpireAt].map(time);
  if (at === undefined || serial === undefined || ms === undefined) return undefined;
  const zonemd = ZONEMD_RESULTS.find((result) => result === value.zonemd);
  const dnssec = DNSSEC_RESULTS.find((result) => result === value.dnssec);
  return {
    at,
    serial,
    ms,
    ...(zonemd === undefined ? {} : { zonemd }),
    ...(dnssec === undefined ? {} : { dnssec }),
    ...(signaturesExpireAt === undefined ? {} : { signaturesExpireAt }),
    findings: value.findings.filter((finding) => typeof finding === 'string'),
  };
}
