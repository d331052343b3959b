import { TYPE } from '@zonewire/shared-protocol';
import type { ZoneEntry, ZoneTable } from '../zone-table.ts';
import { Query } from './query.ts';

/**
 * The zone that answers: the nearest ancestor of the query name (RFC 1034 4.3.2 step 2). The DS RRset of a zone stands at the
 * parent's side of the cut, so it is the parent zone that answers for it when both are served here (RFC 4035 3.1.4.1).
 */
export function routeQuery(zones: ZoneTable, query: Query): ZoneEntry | undefined {
  const { bytes, nameEnd } = query;
  const start = Query.NAME_START;
  const entry = zones.find(bytes, start, nameEnd);
  if (entry === undefined || query.type !== TYPE.DS) return entry;
  const isApex = nameEnd - start === entry.apex.length;
  if (!isApex || bytes[start] === 0) return entry;
  return zones.find(bytes, start + bytes[start] + 1, nameEnd) ?? entry;
}

/**
 * Who answers a DS question instead of `asked`, which gave a referral: that was an ancestor above the parent, so the DS is nobody's here,
 * and the zone itself has to say that it has none (RFC 4035 3.1.4.1).
 */
export function routeBelowReferral(zones: ZoneTable, query: Query, asked: ZoneEntry): ZoneEntry | undefined {
  if (query.type !== TYPE.DS) return undefined;
  const entry = zones.find(query.bytes, Query.NAME_START, query.nameEnd);
  return entry === asked ? undefined : entry;
}
