import { addressOctets, addressText, type Remote, type StatusError } from '@zonewire/nameserver';
import { namesEqual, type TsigKey } from '@zonewire/shared-protocol';
import type { PrimaryFacts, RefreshFacts } from './facts.ts';
import { spread } from './timing.ts';

/** One address of one primary: the unit that is asked, that answers or fails, and that is remembered as sick. */
export interface PrimaryAddress {
  /** `id@host:port`, what facts are filed under. */
  readonly key: string;
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly tsigKey?: TsigKey | undefined;
}

/** A sick primary is asked last for 15, 30, 60 s … after each failure in a row, at most 15 minutes. */
export const SICK_FIRST = 15_000;
export const SICK_MOST = 900_000;
/** After AXFR had to replace a failing IXFR, that primary is asked for AXFR for 1, 2, 4 … minutes, at most an hour. */
export const NO_IXFR_FIRST = 60_000;
export const NO_IXFR_MOST = 3_600_000;

const HEALTHY: PrimaryFacts = { failures: 0, retryAfter: 0 };

/** Remotes are shared by many zones, and so are their addresses. */
const ADDRESSES = new WeakMap<Remote, readonly PrimaryAddress[]>();

/** Zones with one and the same primary share the list. */
export function primaryAddresses(remotes: readonly Remote[]): readonly PrimaryAddress[] {
  return remotes.length === 1 ? addressesOf(remotes[0]) : remotes.flatMap(addressesOf);
}

function addressesOf(remote: Remote): readonly PrimaryAddress[] {
  let addresses = ADDRESSES.get(remote);
  if (addresses === undefined) {
    addresses = remote.addresses.map((address) => ({
      key: `${remote.id}@${addressText(address)}`,
      id: remote.id,
      host: address.host,
      port: address.port,
      tsigKey: remote.key,
    }));
    ADDRESSES.set(remote, addresses);
  }
  return addresses;
}

/**
 * The primary that a NOTIFY came from, by its address; its port says nothing (RFC 1996 3.10 asks for the address only). Where
 * several share one, the key tells them apart, else the first is taken.
 */
export function primaryOf(
  primaries: readonly PrimaryAddress[],
  peerAddress: string,
  key: TsigKey | undefined,
): string | undefined {
  const sender = addressOctets(peerAddress);
  if (sender === undefined) return undefined;
  const candidates = primaries.filter(({ host }) => {
    const octets = addressOctets(host);
    return octets !== undefined && Buffer.compare(octets, sender) === 0;
  });
  const sameKey = candidates.find(({ tsigKey }) =>
    tsigKey === undefined || key === undefined ? tsigKey === key : namesEqual(tsigKey.name, key.name),
  );
  return (sameKey ?? candidates[0])?.key;
}

/**
 * The order of a round, every address once: the one that sent the NOTIFY, then the healthy ones as configured,
 * then the sick ones, the longest waiting first.
 */
export function askingOrder(
  primaries: readonly PrimaryAddress[],
  facts: RefreshFacts,
  now: number,
  first?: string,
): string[] {
  const rank = (key: string) => {
    if (key === first) return -1;
    const retryAfter = facts.primaries[key]?.retryAfter ?? 0;
    return retryAfter > now ? retryAfter : 0;
  };
  return primaries.map(({ key }) => key).sort((a, b) => rank(a) - rank(b));
}

export function failedPrimary(
  facts: RefreshFacts,
  key: string,
  error: StatusError,
  now: number,
  hasStalled = false,
): RefreshFacts {
  const before = facts.primaries[key] ?? HEALTHY;
  const failures = before.failures + 1;
  const pause = Math.min(SICK_MOST, SICK_FIRST * 2 ** Math.min(before.failures, 10));
  const retryAfter = now + pause * (1 - 0.1 * spread(new TextEncoder().encode(key), failures));
  const stalls = hasStalled ? (before.stalls ?? 0) + 1 : before.stalls;
  return withPrimary(facts, key, { ...before, failures, retryAfter, lastError: error, stalls });
}

/** It answered as it should. What is known of its IXFR stays. */
export function healthyPrimary(facts: RefreshFacts, key: string): RefreshFacts {
  const before = facts.primaries[key];
  if (before === undefined || (before.failures === 0 && before.lastError === undefined)) return facts;
  const { noIxfrUntil, ixfrFailures } = before;
  return withPrimary(facts, key, { ...HEALTHY, noIxfrUntil, ixfrFailures });
}

/** AXFR worked where IXFR had failed. */
export function ixfrFailedAt(facts: RefreshFacts, key: string, error: StatusError, now: number): RefreshFacts {
  const before = facts.primaries[key] ?? HEALTHY;
  const ixfrFailures = (before.ixfrFailures ?? 0) + 1;
  const noIxfrUntil = now + Math.min(NO_IXFR_MOST, NO_IXFR_FIRST * 2 ** Math.min(ixfrFailures - 1, 10));
  return withPrimary(facts, key, { ...before, ixfrFailures, noIxfrUntil, lastError: error });
}

export function ixfrWorkedAt(facts: RefreshFacts, key: string): RefreshFacts {
  const before = facts.primaries[key];
  if (before?.ixfrFailures === undefined) return facts;
  return withPrimary(facts, key, { ...before, ixfrFailures: undefined, noIxfrUntil: undefined });
}

export function takesIxfr(facts: RefreshFacts, key: string, now: number): boolean {
  return (facts.primaries[key]?.noIxfrUntil ?? 0) <= now;
}

/** Forgets primaries that are configured no more. */
export function onlyPrimaries(facts: RefreshFacts, primaries: readonly PrimaryAddress[]): RefreshFacts {
  const kept = Object.entries(facts.primaries).filter(([key]) => primaries.some((primary) => primary.key === key));
  if (kept.length === Object.keys(facts.primaries).length) return facts;
  return { ...facts, primaries: Object.fromEntries(kept) };
}

function withPrimary(facts: RefreshFacts, key: string, primary: PrimaryFacts): RefreshFacts {
  return { ...facts, primaries: { ...facts.primaries, [key]: primary } };
}
