import { isSubdomain, nameFromText, namesEqual, TYPE } from '@zonewire/shared-protocol';
import type { RRset } from '../rrset.ts';
import type { ZoneVersion } from '../version.ts';
import type { CheckFindings } from './finding.ts';
import { joinedText } from './txt.ts';

/** Terms that make a receiver ask, in the evaluation of one record (RFC 7208 4.6.4). */
const MAX_LOOKUPS = 10;

/** The SPF records among the TXT records of a name (RFC 7208 4.5, 4.6.4). */
export function checkSpf(version: ZoneVersion, { name, rdatas }: RRset, findings: CheckFindings): void {
  const records = rdatas.map(joinedText).filter(isSpf);
  const at = { name, type: TYPE.TXT };
  if (records.length > 1)
    findings.found(
      'several-spf',
      at,
      `${records.length} SPF records at one name, and receivers take none of several; join them into one (RFC 7208 4.5)`,
    );
  for (const record of records) {
    if (lookupsOf(version, record, MAX_LOOKUPS) <= MAX_LOOKUPS) continue;
    findings.found(
      'spf-too-many-lookups',
      at,
      'evaluating the SPF record takes more than 10 look-ups; list addresses (ip4, ip6) instead of names (RFC 7208 4.6.4)',
    );
  }
}

function isSpf(text: string): boolean {
  return /^v=spf1( |$)/i.test(text);
}

/**
 * Look-ups of a record and of the records that it includes or goes on with, as far as they are in the zone. Stops above `limit`: each
 * step down costs one, so records that include one another come to an end.
 */
function lookupsOf(version: ZoneVersion, record: string, limit: number): number {
  let lookups = 0;
  for (const term of record.split(' ').slice(1)) {
    const parts = /^[+\-~?]?(include:|exists:|redirect=|a(?![a-z0-9=-])|mx(?![a-z0-9=-])|ptr(?![a-z0-9=-]))(.*)$/i.exec(
      term,
    );
    if (parts === null) continue;
    lookups++;
    if (lookups > limit) return lookups;
    const [, mechanism, domain] = parts;
    if (!/^(include:|redirect=)$/i.test(mechanism)) continue;
    const included = spfAt(version, domain);
    if (included !== undefined) lookups += lookupsOf(version, included, limit - lookups);
    if (lookups > limit) return lookups;
  }
  return lookups;
}

/** The SPF record of a domain that is in the zone. Macros are known to the receiver only. */
function spfAt(version: ZoneVersion, domain: string): string | undefined {
  const name = domain.includes('%') ? undefined : nameFromText(domain);
  if (name === undefined || !name.ok || !isSubdomain(name.value, version.apex)) return undefined;
  const rrset = version.rrset(name.value, TYPE.TXT);
  if (rrset === undefined || !namesEqual(rrset.name, name.value)) return undefined;
  return rrset.rdatas.map(joinedText).find(isSpf);
}
