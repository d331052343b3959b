import { nameKey, type ResourceRecord } from '@zonewire/shared-protocol';
import { ZoneDiff, type ZoneVersion } from '@zonewire/zone';

/**
 * `diff` without the records that it adds though `version` has the very same ones and the diff does not remove them;
 * `undefined` when there are none.
 *
 * RFC 1995 does not say what such an addition means; whatever it means, the record is there before and after, so nothing depends on
 * it. NSD 4.6 sends them (its own differences list every LOC record as added). Removing what is not there is another matter:
 * then we do not have the version that the primary thinks, and the whole transfer is refused.
 */
export function withoutRedundantAdds(version: ZoneVersion, diff: ZoneDiff): ZoneDiff | undefined {
  const removed = [...diff.removed()];
  const gone = new Set(removed.map(recordKey));
  const added = [...diff.added()];
  // The first is the SOA.
  const needed = added.filter((record, i) => i === 0 || gone.has(recordKey(record)) || !has(version, record));
  return needed.length === added.length ? undefined : ZoneDiff.build(diff.zone, removed, needed);
}

function has(version: ZoneVersion, { name, type, ttl, rdata }: ResourceRecord): boolean {
  const rrset = version.rrset(name, type);
  return rrset !== undefined && rrset.ttl === ttl && rrset.rdatas.some((held) => Buffer.compare(held, rdata) === 0);
}

/** TTLs of removed records do not count (see applyDiff). */
function recordKey({ name, type, rdata }: ResourceRecord): string {
  return `${nameKey(name)} ${type} ${Buffer.from(rdata).toString('latin1')}`;
}
