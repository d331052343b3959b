import type { ZoneStatus } from '@zonewire/nameserver';
import { isNewerSerial } from '@zonewire/shared-protocol';
import { eachExpiryMark, HEALTH, sentence, span, type Verdict } from '../health.ts';
import type { Expiry } from '../model.ts';

/** What of the status of a zone its health depends on. */
export type OwnStanding = Pick<
  ZoneStatus,
  'zone' | 'state' | 'notified' | 'served' | 'expireAt' | 'refreshing' | 'lastCheck' | 'lastError' | 'primaries'
> & {
  /** Seconds, of the SOA that is held, where it is at hand. */
  readonly expire?: number | undefined;
};

/** What a secondary knows of a zone of its own. Times in ms since the epoch. */
export interface OwnFacts {
  readonly now: number;
  readonly status: OwnStanding;
  /** Seconds, of the SOA that is held; absent: nothing is. */
  readonly expire?: number | undefined;
}

/**
 * How a zone is at this node, which is secondary for it: the same words as for the secondaries of a primary, from the other side. The first
 * rule that holds says it. `diverged` is not among them: only who has the right content can see it.
 */
export function ownHealth(facts: OwnFacts): Verdict {
  for (const rule of RULES) {
    const verdict = rule(facts);
    if (verdict !== undefined) return verdict;
  }
  const { served, lastCheck } = facts.status;
  if (served === undefined)
    return { state: 'unknown', reason: 'nothing of it is here yet: it is being transferred.', next: '' };
  const from = lastCheck === undefined ? '' : ` (${lastCheck.from} was asked last)`;
  return {
    state: 'in-sync',
    reason: `served with serial ${served.serial}, as its primaries have it${from}.`,
    next: '',
  };
}

/** How much of SOA EXPIRE has passed without a word of a primary; undefined: nothing is held. */
export function ownExpiry({ now, status: { expireAt }, expire }: OwnFacts): Expiry | undefined {
  if (expireAt === undefined || expire === undefined || expire <= 0) return undefined;
  return {
    at: expireAt,
    fraction: Math.min(1, Math.max(0, 1 - (expireAt - now) / (expire * 1000))),
    source: 'receipt',
  };
}

/** When the verdict may be another one although nothing happens; undefined: never. */
export function ownHealthChangesAt(facts: OwnFacts): number | undefined {
  const { now, status, expire } = facts;
  let first = Number.POSITIVE_INFINITY;
  const at = (time: number) => {
    if (time > now && time < first) first = time;
  };
  const lacked = lacks(facts);
  if (lacked !== undefined) at(lacked.since + HEALTH.behindAfter + 1);
  const { expireAt } = status;
  if (expireAt !== undefined && expire !== undefined) eachExpiryMark(expireAt, expire, at);
  return first === Number.POSITIVE_INFINITY ? undefined : first;
}

type Rule = (facts: OwnFacts) => Verdict | undefined;

const RULES: readonly Rule[] = [expired, ahead, expiring, unreachable, refusing, behind];

function expired({ status }: OwnFacts): Verdict | undefined {
  if (status.state !== 'expired') return undefined;
  return {
    state: 'expired',
    reason: `no primary has confirmed it for SOA EXPIRE: queries are answered SERVFAIL${because(status)}.`,
    next: `Restore the way to a primary (${primariesOf(status)}), then: zonewire zone refresh ${status.zone}`,
  };
}

function ahead({ status }: OwnFacts): Verdict | undefined {
  const { lastError, zone } = status;
  if (lastError?.code !== 'primary-serial-older') return undefined;
  return {
    state: 'ahead',
    reason: sentence(lastError.message),
    next: `If the primary is right: zonewire zone retransfer ${zone}. If not, set its serial above ours (RFC 1982).`,
  };
}

function expiring(facts: OwnFacts): Verdict | undefined {
  const expiry = ownExpiry(facts);
  const [first] = HEALTH.expiryWarnings;
  if (expiry === undefined || expiry.fraction < first) return undefined;
  const { status, now } = facts;
  return {
    state: 'expiring',
    reason: `no primary has confirmed it for ${Math.floor(expiry.fraction * 100)} % of SOA EXPIRE: it stops being served in ${span(expiry.at - now)}${because(status)}.`,
    next: `Restore the way to a primary (${primariesOf(status)}), then: zonewire zone refresh ${status.zone}`,
  };
}

/** Codes of exchanges in which nothing was heard of a primary. */
const SILENT: ReadonlySet<string> = new Set([
  'timeout',
  'connection-refused',
  'connection-closed',
  'unreachable',
  'not-permitted',
  'socket-error',
  'aborted',
]);

function unreachable({ status }: OwnFacts): Verdict | undefined {
  const { lastError } = status;
  if (lastError === undefined || !SILENT.has(lastError.code)) return undefined;
  return {
    state: 'unreachable',
    reason: sentence(lastError.message),
    next: `See whether a primary runs (${primariesOf(status)}), and whether a firewall lets UDP and TCP from here through.`,
  };
}

function refusing(facts: OwnFacts): Verdict | undefined {
  const { lastError, zone } = facts.status;
  if (lastError === undefined || !/^(rcode-|tsig-|not-authoritative$)/.test(lastError.code)) return undefined;
  const lacked = lacks(facts);
  const what = lacked === undefined ? '' : ` Serial ${lacked.serial} is known of and not here.`;
  return {
    state: 'refusing',
    reason: sentence(lastError.message) + what,
    next: `At the primary, let this node transfer ${zone} (acl, key), and see that both have the same key and time.`,
  };
}

function behind(facts: OwnFacts): Verdict | undefined {
  const { lastError, served, refreshing, zone } = facts.status;
  const lacked = lacks(facts);
  const late = lacked !== undefined && facts.now - lacked.since > HEALTH.behindAfter;
  if (lastError === undefined && !late) return undefined;
  const lack =
    lacked === undefined
      ? ''
      : `serial ${lacked.serial} is known of since ${span(facts.now - lacked.since)}, ${served === undefined ? 'nothing' : served.serial} is served`;
  if (lastError !== undefined) {
    const reason = lack === '' ? sentence(lastError.message) : `${lack}: ${sentence(lastError.message)}`;
    return { state: 'behind', reason, next: `When that is put right: zonewire zone refresh ${zone}` };
  }
  return refreshing
    ? { state: 'behind', reason: `${lack}: a transfer is under way.`, next: '' }
    : { state: 'behind', reason: `${lack}: no primary has given it.`, next: 'See whether a primary has that serial.' };
}

/** A serial newer than ours that was heard of: by a NOTIFY, or from a primary that was asked. */
function lacks({ status: { notified, lastCheck, served } }: OwnFacts): { serial: number; since: number } | undefined {
  if (served === undefined) return undefined;
  const isNewer = (serial: number | undefined): serial is number =>
    serial !== undefined && isNewerSerial(serial, served.serial);
  if (notified !== undefined && isNewer(notified.serial)) return { serial: notified.serial, since: notified.at };
  if (lastCheck !== undefined && isNewer(lastCheck.serial)) return { serial: lastCheck.serial, since: lastCheck.at };
  return undefined;
}

function because({ lastError }: OwnStanding): string {
  return lastError === undefined ? '' : `: ${lastError.message.replace(/[.?]$/, '')}`;
}

function primariesOf({ primaries }: OwnStanding): string {
  return primaries?.map(({ id, address }) => `${id} ${address}`).join(', ') || 'none is configured';
}
