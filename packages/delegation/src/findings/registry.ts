import type { Severity } from '../model.ts';

interface FindingRule {
  readonly severity: Severity;
  /** What it means and what goes wrong, for docs/delegation.md. */
  readonly explanation: string;
}

const error = (explanation: string): FindingRule => ({ severity: 'error', explanation });
const warning = (explanation: string): FindingRule => ({ severity: 'warning', explanation });
const notice = (explanation: string): FindingRule => ({ severity: 'notice', explanation });

/** Every finding of `zonewire delegation check`, in the order of docs/delegation.md. */
const FINDINGS = {
  'parent-not-found': error(
    'No server of the parent zone could be found or none answered, so nothing is known of what the world is told. Check the configured resolver or parents.',
  ),
  'parent-unreachable': warning(
    "One of the parent's servers did not answer. Others may say the same or something else; ask again later.",
  ),
  'parent-lame': warning(
    "A server that is named for the parent zone does not answer for it. That is for the parent's operator to mend.",
  ),
  'parent-holds-zone': notice(
    "One of the parent's servers serves this zone too. It answers with the zone's own NS records, so what it would tell others as delegation and glue cannot be seen.",
  ),
  'not-delegated': error(
    'The parent says with authority that the zone is not there: nobody finds it. Enter the name servers at the registrar.',
  ),
  'ns-missing-at-parent': warning(
    'The zone names a name server (NS at its apex) that the parent does not. It gets few or no queries, and less failover than there seems to be.',
  ),
  'ns-extra-at-parent': warning(
    "The parent names a name server that is not in the zone's own NS records. The world asks it; most often it was left over when a server was taken away (RFC 1034 4.2.2: both sets are to be the same).",
  ),
  'ns-differs-between-parents': warning(
    "The parent's servers disagree about the NS records. Right after a change that passes; if it stays, one of them does not get the parent's zone any more.",
  ),
  'ns-differs-between-servers': warning(
    "The zone's servers answer with different NS records at the apex: one of them serves an old or another zone.",
  ),
  lame: error(
    'A name server is named for the zone and does not answer for it with authority (refused, failed, expired, or a referral): a lame delegation. Resolvers that ask it lose time, or get no answer.',
  ),
  'unreachable-udp': error(
    'A name server does not answer over UDP at this address: nearly every query comes that way.',
  ),
  'unreachable-tcp': error(
    'A name server answers over UDP and not over TCP at this address. Large answers, and everything that falls back to TCP, fail (RFC 7766 5): most often a firewall.',
  ),
  'ns-is-cname': error(
    'A name server is named by an alias. RFC 2181 10.3 forbids it, and many resolvers do not find the server. Name the host itself.',
  ),
  'ns-has-no-address': error('A name server has neither an A nor an AAAA record: nobody can ask it.'),
  'address-unknown': notice(
    'The addresses of a name server outside the zone could not be looked up, so it was not asked. Configure a resolver.',
  ),
  'glue-missing': error(
    'A name server is named inside the zone and the parent gives no address for it: to find the server one would have to ask the server (RFC 9471).',
  ),
  'glue-wrong': error(
    'The parent gives another address for a name server than the zone has. Queries go to the old or a wrong machine.',
  ),
  'glue-incomplete': warning(
    'The zone has an address for a name server that the parent does not give; the parent gives others of it. First queries do not go there.',
  ),
  'glue-extra': warning(
    'The parent gives an address for a name server that the zone does not have (any more). Queries go there until it is taken out.',
  ),
  'glue-differs-between-parents': warning("The parent's servers disagree about the glue addresses of a name server."),
  'serial-differs': warning(
    'A name server answers with another serial than the primary, or than the newest that was seen, for longer than a change takes. It serves old data; on a node, `zonewire lag` says why.',
  ),
  'fewer-than-two': warning(
    'The delegation has fewer than two name servers, or all have one address. One failure takes the zone away (RFC 1034 4.1, RFC 2182 5).',
  ),
  'one-network': warning(
    'All addresses of the name servers are in one network (one /24 of IPv4, one /48 of IPv6): one failure of routing takes the zone away (RFC 2182 3.1).',
  ),
  'secondary-not-delegated': notice(
    'A secondary that is notified of changes is at no address of the name servers: the world does not ask it. That is as meant for a hidden one and for another address of a server inside your network.',
  ),
  'delegated-not-configured': notice(
    'The world asks a name server that is not notified from here: it hears of changes only when it looks by itself. That is as meant when another node notifies it.',
  ),
  'ds-missing': notice(
    'The zone is signed and the parent has no DS record for it, so nobody validates it. Enter the DS when every name server serves the signed zone.',
  ),
  'ds-mismatch': error(
    'No DS record at the parent stands for a key that the name server answers with: validating resolvers answer SERVFAIL for the whole zone (RFC 4035 5.2).',
  ),
  'ds-without-key': notice(
    'A DS record at the parent stands for no key of the zone; another one does. As meant during a key rollover; otherwise take it out.',
  ),
  'ds-unsupported': notice(
    'All DS records at the parent have a digest type or an algorithm that cannot be checked here; to resolvers without it the zone is not signed.',
  ),
  'ds-differs-between-parents': warning("The parent's servers disagree about the DS records of the zone."),
  'dnskey-missing': error(
    'The parent has a DS record and a name server answers with no DNSKEY: validating resolvers that ask it answer SERVFAIL (RFC 4035 5.2).',
  ),
  'dnskey-not-signed': error(
    'No good signature over the DNSKEY records is made by a key that a DS at the parent stands for: validating resolvers answer SERVFAIL (RFC 4035 5.2).',
  ),
  'dnskey-differs': warning('The name servers answer with different DNSKEY records: one of them serves an old zone.'),
  'check-incomplete': notice(
    'A limit of the check was reached (see below), so what it says may not be all. Ordinary delegations come near none of them.',
  ),
} as const satisfies Record<string, FindingRule>;

export type FindingName = keyof typeof FINDINGS;

export const DELEGATION_FINDINGS: Readonly<Record<FindingName, FindingRule>> = FINDINGS;
