import { isNewerSerial, nameToText, TYPE } from '@zonewire/shared-protocol';
import type { ZoneVersion } from '../version.ts';
import { CheckFindings, type ZoneFinding } from './finding.ts';

/** For how long a resolver may remember that a name does not exist before it counts as too long: a day (RFC 2308 5). */
const LONGEST_NEGATIVE_TTL = 86_400;

/** NS records of the zone, and the timers of its SOA in proportion to each other. */
export function checkApex(version: ZoneVersion, findings: CheckFindings): void {
  const { apex, soa } = version;
  if (version.rrset(apex, TYPE.NS) === undefined)
    findings.found(
      'no-apex-ns',
      { name: apex },
      'the zone has no NS record at its apex; add at least one (RFC 1034 4.2.1)',
    );
  const at = { name: apex, type: TYPE.SOA };
  const { refresh, retry, expire, minimum } = soa;
  const zero = Object.entries({ refresh, retry, expire }).filter(([, seconds]) => seconds === 0);
  if (zero.length > 0) {
    const names = zero.map(([timer]) => timer).join(', ');
    findings.found('soa-timer-zero', at, `the SOA has 0 as its ${names}; write seconds, such as 3600 600 1209600`);
  } else {
    if (retry > refresh)
      findings.found(
        'soa-retry-above-refresh',
        at,
        `the SOA's retry of ${retry} s is longer than its refresh of ${refresh} s; make it a part of it (RFC 1912 2.2)`,
      );
    if (expire <= refresh + retry)
      findings.found(
        'soa-expire-too-short',
        at,
        `the SOA's expire of ${expire} s is not longer than refresh and retry, ${refresh + retry} s; a week or more is usual (RFC 1912 2.2)`,
      );
  }
  if (Math.min(minimum, version.soaTtl) > LONGEST_NEGATIVE_TTL)
    findings.found(
      'soa-negative-ttl-too-long',
      at,
      `that a name does not exist is remembered for ${Math.min(minimum, version.soaTtl)} s; lower the SOA's last number or its TTL to 3600 (RFC 2308 5)`,
    );
}

/** What there is to say when `version` is to follow the one served with serial `served`. */
export function checkSerial(version: ZoneVersion, served: number): ZoneFinding[] {
  const findings = new CheckFindings(1);
  if (version.serial !== served && !isNewerSerial(version.serial, served))
    findings.found(
      'serial-backwards',
      { name: version.apex, type: TYPE.SOA },
      `the serial ${version.serial} of ${nameToText(version.apex)} is not newer than ${served}, which is served; raise it above (RFC 1982 3.2)`,
    );
  return findings.all;
}
