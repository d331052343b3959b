import { isSameOrOlderSerial } from '@zonewire/shared-protocol';
import type { Expiry, HealthState, ReceiptFacts } from './model.ts';
import type { Divergence } from './target.ts';

/** Everything that a verdict over one zone at one secondary is made of. Times in ms since the epoch. */
export interface HealthFacts {
  readonly now: number;
  readonly secondary: string;
  /** `host:port` last used. */
  readonly address: string;
  /** The serial served here. */
  readonly serial: number;
  /** What it was last seen to answer with. */
  readonly seen?: { readonly serial: number; readonly at: number } | undefined;
  /** Commits that it lacks, as far as they are remembered. */
  readonly missing?: { readonly count: number; readonly oldestAt: number } | undefined;
  /** Exchanges in a row without any answer; when the first of them failed. */
  readonly silent: number;
  readonly silentSince?: number | undefined;
  /** The last probe was answered, and not with the zone. */
  readonly probeRefused?: string | undefined;
  /** The last NOTIFY was answered with something else than yes. */
  readonly notifyRefused?: string | undefined;
  readonly lastFailure?: string | undefined;
  readonly expiry?: Expiry | undefined;
  readonly receipt?: ReceiptFacts | undefined;
  /** Found to have other content under this serial. */
  readonly diverged?: Divergence | undefined;
  /** Why it does not fetch, and what to do. */
  readonly likely?: { readonly reason: string; readonly next: string } | undefined;
}

export interface Verdict {
  readonly state: HealthState;
  readonly reason: string;
  readonly next: string;
}

export const HEALTH = {
  /** A change is under way that long before a secondary that lacks it is called behind, ms. */
  behindAfter: 1_000,
  /** Exchanges in a row without an answer after which it is called unreachable: one packet may get lost. */
  silentIsUnreachable: 2,
  /** Parts of SOA EXPIRE at which it is warned of. */
  expiryWarnings: [0.5, 0.75, 0.9],
} as const;

/** How a zone is at a secondary, why, and what to do. The first rule that holds says it. */
export function healthOf(facts: HealthFacts): Verdict {
  for (const rule of RULES) {
    const verdict = rule(facts);
    if (verdict !== undefined) return verdict;
  }
  const { address } = facts;
  const next = 'Wait for the first answer; it is asked again within 30 s.';
  return { state: 'unknown', reason: `${address} has not been asked yet, or has not answered.`, next };
}

type Rule = (facts: HealthFacts) => Verdict | undefined;

const RULES: readonly Rule[] = [expired, diverged, ahead, expiring, unreachable, refusing, behind, inSync];

function expired({ address, expiry, receipt, seen, now, ...facts }: HealthFacts): Verdict | undefined {
  const says = receipt?.state === 'expired';
  const silent = facts.silent >= HEALTH.silentIsUnreachable || facts.probeRefused !== undefined;
  // An answer with the zone in it is stronger than any reckoning.
  const reckoned = expiry !== undefined && expiry.at <= now && silent;
  if (!says && !reckoned) return undefined;
  const how = says ? 'says that the zone has expired there' : 'must have let the zone expire by now';
  const last = seen === undefined ? '' : `; it last answered with serial ${seen.serial}`;
  const next = `Restore the way from it to this primary (DNS over TCP, NOTIFY, key), then refresh the zone there: ${refreshWords}.`;
  return { state: 'expired', reason: `${address} ${how}: it answers SERVFAIL${last}.`, next };
}

const refreshWords = '"zonewire zone refresh", "rndc refresh", "knotc zone-refresh" or "nsd-control transfer"';

function diverged({ address, diverged: found, seen, secondary, serial }: HealthFacts): Verdict | undefined {
  if (found === undefined) return undefined;
  const next = `Transfer the whole zone anew at ${secondary} (${retransferWords}), and find out who changed it there.`;
  if (seen === undefined || seen.serial === found.serial) {
    const reason = `${address} answers with serial ${found.serial} but with other content than ours: ${found.how}.`;
    return { state: 'diverged', reason, next };
  }
  if (!found.isKept || seen.serial !== serial) return undefined;
  const reason = `${address} has followed us to serial ${serial}, but had other content under serial ${found.serial}: ${found.how}; it is compared again soon.`;
  return { state: 'diverged', reason, next };
}

const retransferWords =
  '"zonewire zone retransfer", "rndc retransfer", "nsd-control force_transfer", "knotc zone-retransfer" or "pdns_control retrieve" (with its IXFR off)';

function ahead({ address, seen, serial }: HealthFacts): Verdict | undefined {
  if (seen === undefined) return undefined;
  if (isSameOrOlderSerial(seen.serial, serial)) return undefined;
  return {
    state: 'ahead',
    reason: `${address} answers with serial ${seen.serial}, which is not older than our ${serial}: it follows somebody else, or our serial went back.`,
    next: `Check which primaries it has; if our serial went back, set it above ${seen.serial} (RFC 1982) or transfer the zone anew there.`,
  };
}

function expiring({ address, expiry, now }: HealthFacts): Verdict | undefined {
  const [first] = HEALTH.expiryWarnings;
  if (expiry === undefined || expiry.fraction < first) return undefined;
  const used = Math.floor(expiry.fraction * 100);
  const how = expiry.source === 'estimate' ? ' (reckoned from when it was last seen to be current)' : '';
  return {
    state: 'expiring',
    reason: `${address} has not refreshed for ${used} % of EXPIRE: it stops answering for the zone in ${span(expiry.at - now)}${how}.`,
    next: `Make this primary reachable from it (DNS over UDP and TCP), then refresh the zone there: ${refreshWords}.`,
  };
}

function unreachable({ address, silent, silentSince, lastFailure, now }: HealthFacts): Verdict | undefined {
  if (silent < HEALTH.silentIsUnreachable) return undefined;
  const quiet = silentSince === undefined ? 0 : now - silentSince;
  const since = quiet < 1_000 ? '' : ` for ${span(quiet)}`;
  const why = lastFailure === undefined ? '' : `: ${lastFailure}`;
  return {
    state: 'unreachable',
    reason: sentence(`${address} does not answer over UDP${since}${why}`),
    next: `See whether the server runs, and whether a firewall lets UDP and TCP through: dig @${digAddress(address)} SOA.`,
  };
}

function refusing({
  address,
  probeRefused,
  notifyRefused,
  likely,
  seen,
  serial,
  missing,
  now,
}: HealthFacts): Verdict | undefined {
  if (probeRefused !== undefined)
    return {
      state: 'refusing',
      // It knows the zone and could not get it yet, or it was never told of it.
      reason: likely === undefined ? `${probeRefused}.` : `${probeRefused}; ${likely.reason}.`,
      next:
        likely?.next ??
        `Configure the zone at ${address} as a secondary of this primary, or see in its log why it does not have it.`,
    };
  const late = missing !== undefined && now - missing.oldestAt > HEALTH.behindAfter;
  if (notifyRefused === undefined || seen === undefined || seen.serial === serial || !late) return undefined;
  return {
    state: 'refusing',
    reason: `${notifyRefused}.`,
    next: `Let this primary notify the zone at ${address}: its address and key, as they stand here, in the secondary's acl (BIND: allow-notify, Knot and Zonewire: acl, NSD: allow-notify).`,
  };
}

function behind({ address, seen, serial, missing, likely, now }: HealthFacts): Verdict | undefined {
  if (seen === undefined || seen.serial === serial) return undefined;
  if (missing !== undefined && now - missing.oldestAt <= HEALTH.behindAfter) {
    const ms = Math.max(0, Math.round(now - missing.oldestAt));
    return { state: 'in-sync', reason: `serial ${serial} is on its way to ${address} since ${ms} ms.`, next: '' };
  }
  const lacks = missing === undefined ? '' : ` since ${span(now - missing.oldestAt)}, ${missing.count} behind`;
  return {
    state: 'behind',
    reason: `${address} answers with serial ${seen.serial} instead of ${serial}${lacks}${likely === undefined ? '' : `: ${likely.reason}`}.`,
    next: likely?.next ?? 'Nothing yet: NOTIFY is repeated until it answers with the new serial.',
  };
}

function inSync({ address, seen, serial }: HealthFacts): Verdict | undefined {
  if (seen?.serial !== serial) return undefined;
  return { state: 'in-sync', reason: `${address} answers with serial ${serial}.`, next: '' };
}

/** Calls `at` with each time, ms since the epoch, at which the countdown passes a mark, and with its end. `expire`: of the zone, seconds. */
export function eachExpiryMark(expireAt: number, expire: number, at: (time: number) => void): void {
  for (const mark of HEALTH.expiryWarnings) at(expireAt - (1 - mark) * expire * 1000);
  at(expireAt);
}

/** How many of its marks the countdown to the expiry has passed; only where the verdict is that it runs out. */
export function expiryMarks({ state }: Verdict, expiry: Expiry | undefined): number {
  if (state !== 'expiring' || expiry === undefined) return 0;
  return HEALTH.expiryWarnings.filter((mark) => expiry.fraction >= mark).length;
}

/** What is cited may end with a mark of its own. */
export function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** Two units at most: "3 d 4 h", "12 min", "4 s". */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}

function digAddress(address: string): string {
  const colon = address.lastIndexOf(':');
  return `${address.slice(0, colon).replace(/[[\]]/g, '')} -p ${address.slice(colon + 1)}`;
}
