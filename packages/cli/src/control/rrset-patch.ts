import {
  isMetaType,
  isSubdomain,
  type Name,
  nameFromText,
  nameToText,
  rdataFromText,
  TYPE,
  typeFromText,
} from '@zonewire/shared-protocol';
import type { RRsetChange } from './ports.ts';
import { ApiError } from './problem.ts';
import type { RRsetPatch } from './schemas.ts';

type PatchItem = RRsetPatch['rrsets'][number];

/**
 * Reads the text of a PATCH into wire form. Every error is collected, so that one answer names them all.
 * @throws ApiError 422
 */
export function readPatch(zone: Name, items: readonly PatchItem[]): RRsetChange[] {
  const errors: { path: string; message: string }[] = [];
  const changes = items.map((item, index) =>
    readItem(zone, item, (path, message) => errors.push({ path: `rrsets[${index}].${path}`, message })),
  );
  if (errors.length > 0) {
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    const detail = `${errors[0].path}: ${errors[0].message}${more}`;
    throw new ApiError(422, 'change-invalid', detail, { zone: nameToText(zone), errors });
  }
  return changes;
}

function readItem(zone: Name, item: PatchItem, error: (path: string, message: string) => void): RRsetChange {
  const change = item.changetype.toLowerCase() as RRsetChange['change'];
  const name = nameFromText(item.name);
  if (!name.ok) error('name', name.error.message);
  else if (!isSubdomain(name.value, zone)) error('name', `${item.name} is not in the zone ${nameToText(zone)}`);
  const type = typeFromText(item.type.toUpperCase());
  if (type === undefined || isMetaType(type)) error('type', `${item.type} is not a type that a zone can hold`);
  const records = item.records ?? [];
  if (change === 'delete' && records.length > 0)
    error('records', 'DELETE takes the whole RRset; to remove some: PRUNE');
  if (change !== 'delete' && records.length === 0) error('records', `${item.changetype} needs at least one record`);
  const isAdded = change === 'replace' || change === 'extend';
  if (isAdded && item.ttl === undefined) error('ttl', `${item.changetype} needs a ttl in seconds`);
  const rdatas = records.flatMap((record, index) => {
    if (type === undefined) return [];
    const rdata = rdataFromText(type, typeof record === 'string' ? record : record.content);
    if (rdata.ok) return [rdata.value];
    error(`records[${index}]`, rdata.error.message);
    return [];
  });
  if (isAdded && rdatas.length > 1 && (type === TYPE.CNAME || type === TYPE.DNAME || type === TYPE.SOA))
    error('records', `a name has one ${item.type.toUpperCase()} at most, not ${rdatas.length}`);
  return { change, name: name.ok ? name.value : zone, type: type ?? 0, ttl: item.ttl ?? 0, rdatas };
}
