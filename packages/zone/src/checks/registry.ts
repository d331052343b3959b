import type { Severity } from './finding.ts';

export interface ZoneCheck {
  readonly severity: Severity;
  /** What goes wrong with such a zone and what to do, for docs/checks.md. */
  readonly explanation: string;
}

const error = (explanation: string): ZoneCheck => ({ severity: 'error', explanation });
const warning = (explanation: string): ZoneCheck => ({ severity: 'warning', explanation });

/**
 * Every check that has a name beyond the syntax of zone text, in the order of docs/checks.md. A file each for a family of them; the
 * first group is seen while text becomes a version (shared-protocol/zonefile, ZoneBuilder).
 */
const CHECKS = {
  'zone-no-soa': error(
    'The zone has no SOA record at its top. Every zone has exactly one (RFC 1035 5.2); without it there is no serial to transfer by.',
  ),
  'zone-two-soas': error(
    'The zone has more than one SOA record (RFC 1035 5.2). Remove all but one; also when they differ only in the case of a name.',
  ),
  'zone-soa-not-at-apex': error(
    'An SOA record stands at a name below the top of the zone, which would be another zone. Often a wrong or missing $ORIGIN.',
  ),
  'owner-out-of-zone': error(
    'A record belongs to a name outside the zone. It would never be answered; most often a final dot or $ORIGIN is wrong (RFC 1035 5.2).',
  ),
  'record-in-other-case': warning(
    'Two records are the same but for upper and lower case in a name. They are one record (RFC 4034 6.3); one is kept.',
  ),
  'ttl-mismatch': warning(
    'The records of one RRset have different TTLs, which RFC 2181 5.2 forbids. The lowest is served for all of them; write one TTL.',
  ),

  'no-apex-ns': error(
    'The zone has no NS records at its top (RFC 1034 4.2.1), so nobody can know which servers hold it.',
  ),
  'soa-timer-zero': warning(
    'Refresh, retry or expire is 0 in the SOA: secondaries ask without pause, or drop the zone at the first failure (RFC 1912 2.2).',
  ),
  'soa-retry-above-refresh': warning(
    'Retry is longer than refresh, so a secondary that fails once waits longer than one that succeeds (RFC 1912 2.2).',
  ),
  'soa-expire-too-short': warning(
    'Expire is not longer than refresh and retry together: one missed refresh takes the zone off a secondary (RFC 1912 2.2).',
  ),
  'soa-negative-ttl-too-long': warning(
    'The last number of the SOA says for how long resolvers remember that a name does not exist. More than a day makes new names invisible (RFC 2308 5).',
  ),
  'serial-backwards': warning(
    'The serial is older than the one served (RFC 1982): secondaries would never fetch this version. Raise it above the served one.',
  ),

  'cname-and-other-data': error(
    'A name with a CNAME has other records too, which RFC 1034 3.6.2 forbids; resolvers get one or the other by chance.',
  ),
  'several-cnames': error('A name has more than one CNAME record (RFC 2181 10.1). Keep one.'),
  'data-below-dname': error('There are names below a DNAME, which hides them (RFC 6672 2.4). Remove one or the other.'),
  'several-dnames': error('A name has more than one DNAME record (RFC 6672 2.4). Keep one.'),

  'ns-is-cname': error(
    'An NS record at the top of the zone names an alias. RFC 2181 10.3 forbids it, and resolvers fail to find the server. Name the host itself.',
  ),
  'delegation-to-cname': warning(
    'A delegation names an alias as a server (RFC 2181 10.3): resolvers fail to reach the zone below. Name the host itself.',
  ),
  'mx-is-cname': warning(
    'An MX record names an alias (RFC 2181 10.3). Some mail servers do not deliver to it. Name the host itself.',
  ),
  'srv-is-cname': warning('An SRV record names an alias (RFC 2782). Name the host itself.'),
  'ns-is-address': warning(
    'An NS record has an IP address where the name of a host has to stand (RFC 1035 3.3.11): nobody can follow it.',
  ),
  'mx-is-address': warning(
    'An MX record has an IP address where the name of a host has to stand (RFC 1035 3.3.9, RFC 5321 5.1): mail is not delivered. Give the address a name.',
  ),
  'ns-without-address': warning('A server of the zone, named inside the zone, has no A or AAAA record there. Add it.'),
  'missing-glue': warning(
    'A delegated zone is served by a host below the delegation whose address is not here, so it cannot be reached. Add its A or AAAA record as glue (RFC 9471).',
  ),
  'ds-without-ns': warning(
    'A DS record stands at a name that is not delegated, where it proves nothing (RFC 4035 2.4). Add NS records or remove it.',
  ),
  'ds-at-apex': warning(
    'A DS record stands at the top of the zone, where nobody asks for it. It belongs into the parent zone (RFC 4035 2.4).',
  ),
  'data-behind-delegation': warning(
    'Records other than glue stand at or below a delegation and are never answered: they belong into the delegated zone (RFC 1034 4.2.1).',
  ),

  'several-spf': warning(
    'A name has more than one SPF record: receivers treat that as an error and none counts (RFC 7208 4.5). Join them.',
  ),
  'spf-too-many-lookups': warning(
    'Evaluating the SPF record takes more than ten look-ups (include, a, mx, ptr, exists, redirect): receivers give up with an error (RFC 7208 4.6.4). Names outside the zone count as one each, so there may be more.',
  ),
  'dmarc-malformed': warning(
    'A TXT record at _dmarc is not a DMARC policy as RFC 7489 6.3 writes it, so receivers ignore it or part of it.',
  ),
  'several-dmarc': warning(
    'A name has more than one DMARC record: receivers then apply none (RFC 7489 6.6.3). Keep one.',
  ),
  'dkim-malformed': warning(
    'A TXT record below _domainkey is not a DKIM key as RFC 6376 3.6.1 writes it: signatures made with it fail.',
  ),
  'several-dkim': warning(
    'A DKIM selector has more than one TXT record; which is used is not defined (RFC 6376 3.6.2.2). Keep one.',
  ),

  'rrsig-expires-early': warning(
    'Signatures expire sooner than the zone: a secondary that loses its primary would go on answering with signatures nobody accepts (RFC 6781 4.4.2.1). Sign again, or make EXPIRE of the SOA shorter than the signatures still live.',
  ),
} as const satisfies Record<string, ZoneCheck>;

export type ZoneCheckName = keyof typeof CHECKS;

export const ZONE_CHECKS: Readonly<Record<ZoneCheckName, ZoneCheck>> = CHECKS;
