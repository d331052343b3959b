import { ok, type Problem, type Result } from './errors.ts';
import type { Message, Question } from './message/message.ts';
import { isSubdomain, type Name, nameKey, nameToText } from './name/name.ts';
import { CLASS, RCODE } from './record/constants.ts';
import type { ResourceRecord } from './record/record.ts';
import { isMetaType, TYPE } from './record/types.ts';

/**
 * UPDATE requests (RFC 2136): everything that can be said of one without looking at the zone's data, namely the form of its
 * sections (2.3 to 2.5, 3.1.1, 3.2.5, 3.4.1.3). Whether the server holds the zone, whether the sender may, and whether the
 * prerequisites hold is for the primary. The form of rdata is only checked for types that hold names, A and AAAA.
 */
export type Prerequisite =
  /** 2.4.4: at least one RR with this name exists; else NXDOMAIN. */
  | { readonly kind: 'name-in-use'; readonly name: Name }
  /** 2.4.5: no RR of any type; else YXDOMAIN. */
  | { readonly kind: 'name-not-in-use'; readonly name: Name }
  /** 2.4.1: the RRset exists, whatever its data; else NXRRSET. */
  | { readonly kind: 'rrset-exists'; readonly name: Name; readonly type: number }
  /** 2.4.3: the RRset does not exist; else YXRRSET. */
  | { readonly kind: 'rrset-absent'; readonly name: Name; readonly type: number }
  /** 2.4.2: the RRset is exactly this one, TTLs aside; else NXRRSET. The RRs of one RRset are gathered here. */
  | {
      readonly kind: 'rrset-exists-value';
      readonly name: Name;
      readonly type: number;
      readonly rdatas: readonly Uint8Array[];
    };

export type Update =
  /** 2.5.1 */
  | {
      readonly kind: 'add';
      readonly name: Name;
      readonly type: number;
      readonly ttl: number;
      readonly rdata: Uint8Array;
    }
  /** 2.5.2 */
  | { readonly kind: 'delete-rrset'; readonly name: Name; readonly type: number }
  /** 2.5.3: all RRsets of a name */
  | { readonly kind: 'delete-name'; readonly name: Name }
  /** 2.5.4: one RR of an RRset */
  | { readonly kind: 'delete-record'; readonly name: Name; readonly type: number; readonly rdata: Uint8Array };

export interface UpdateRequest {
  readonly zone: Name;
  /** Without 'rrset-exists-value' in order of arrival, those after them (RFC 2136 3.2.5 compares them last). */
  readonly prerequisites: readonly Prerequisite[];
  /** In order: later ones see what earlier ones did (RFC 2136 3.4.2). */
  readonly updates: readonly Update[];
}

/** `rcode` is the answer: FORMERR, NOTZONE or NOTAUTH. */
export interface UpdateProblem extends Problem {
  readonly rcode: number;
}

/** Reads a decoded UPDATE request (opcode already known): zone in the question section, prerequisites in answer, updates in authority. */
export function readUpdate(message: Message): Result<UpdateRequest, UpdateProblem> {
  if (message.qr) return refuse('update-is-a-response', 'the UPDATE is an answer');
  if (message.question.length !== 1)
    return refuse('update-zone-count', `${message.question.length} zones instead of one (RFC 2136 3.1.1)`);
  const [zone] = message.question;
  if (zone.type !== TYPE.SOA)
    return refuse('update-zone-type', `zone section of type ${zone.type} instead of SOA (RFC 2136 3.1.1)`);
  if (zone.class !== CLASS.IN)
    return refuse('update-zone-class', `no zone of class ${zone.class} is served`, RCODE.NOTAUTH);

  const prerequisites: Prerequisite[] = [];
  const rrsets = new Map<string, { kind: 'rrset-exists-value'; name: Name; type: number; rdatas: Uint8Array[] }>();
  for (const record of message.answer) {
    const problem = checkPrerequisite(record, zone);
    if (problem !== undefined) return problem;
    if (record.class !== CLASS.IN) {
      prerequisites.push(prerequisite(record));
      continue;
    }
    const key = `${record.type} ${nameKey(record.name)}`;
    const rrset = rrsets.get(key);
    if (rrset !== undefined) rrset.rdatas.push(record.rdata);
    else rrsets.set(key, { kind: 'rrset-exists-value', name: record.name, type: record.type, rdatas: [record.rdata] });
  }

  const updates: Update[] = [];
  for (const record of message.authority) {
    const problem = checkUpdate(record, zone);
    if (problem !== undefined) return problem;
    updates.push(update(record));
  }
  return ok({ zone: zone.name, prerequisites: [...prerequisites, ...rrsets.values()], updates });
}

/** RFC 2136 3.2.5, in its order. */
function checkPrerequisite(record: ResourceRecord, zone: Question): Refusal | undefined {
  const { type, class: rclass } = record;
  const at = `prerequisite for ${nameToText(record.name)}`;
  if (record.ttl !== 0) return refuse('update-prerequisite-ttl', `${at}: the TTL is not 0 (RFC 2136 3.2.5)`);
  if (!isSubdomain(record.name, zone.name)) return notZone(at);
  if (rclass === CLASS.ANY || rclass === CLASS.NONE) {
    if (record.rdata.length !== 0)
      return refuse('update-prerequisite-rdata', `${at}: class ANY or NONE with rdata (RFC 2136 3.2.5)`);
    return isMetaType(type) && type !== TYPE.ANY ? metaType(at, type) : undefined;
  }
  if (rclass !== zone.class) return refuse('update-prerequisite-class', `${at}: class ${rclass} (RFC 2136 3.2.5)`);
  return isMetaType(type) ? metaType(at, type) : undefined;
}

function prerequisite({ name, type, class: rclass }: ResourceRecord): Prerequisite {
  if (rclass === CLASS.ANY)
    return type === TYPE.ANY ? { kind: 'name-in-use', name } : { kind: 'rrset-exists', name, type };
  return type === TYPE.ANY ? { kind: 'name-not-in-use', name } : { kind: 'rrset-absent', name, type };
}

/** RFC 2136 3.4.1.3, in its order. */
function checkUpdate(record: ResourceRecord, zone: Question): Refusal | undefined {
  const { type, class: rclass } = record;
  const at = `update of ${nameToText(record.name)}`;
  if (!isSubdomain(record.name, zone.name)) return notZone(at);
  if (rclass === zone.class) return isMetaType(type) ? metaType(at, type) : undefined;
  if (rclass !== CLASS.ANY && rclass !== CLASS.NONE)
    return refuse('update-class', `${at}: class ${rclass} (RFC 2136 3.4.1.2)`);
  if (record.ttl !== 0) return refuse('update-delete-ttl', `${at}: a deletion whose TTL is not 0 (RFC 2136 3.4.1.2)`);
  if (rclass === CLASS.ANY && record.rdata.length !== 0)
    return refuse('update-delete-rdata', `${at}: an RRset deletion with rdata (RFC 2136 3.4.1.2)`);
  const anyAllowed = rclass === CLASS.ANY && type === TYPE.ANY;
  return isMetaType(type) && !anyAllowed ? metaType(at, type) : undefined;
}

function update({ name, type, class: rclass, ttl, rdata }: ResourceRecord): Update {
  if (rclass === CLASS.NONE) return { kind: 'delete-record', name, type, rdata };
  if (rclass === CLASS.ANY)
    return type === TYPE.ANY ? { kind: 'delete-name', name } : { kind: 'delete-rrset', name, type };
  return { kind: 'add', name, type, ttl, rdata };
}

type Refusal = { readonly ok: false; readonly error: UpdateProblem };

function refuse(code: string, message: string, rcode: number = RCODE.FORMERR): Refusal {
  return { ok: false, error: { code, message, rcode } };
}

function notZone(at: string): Refusal {
  return refuse('update-not-in-zone', `${at}: the name is not in the zone (RFC 2136 3.2.5, 3.4.1.3)`, RCODE.NOTZONE);
}

function metaType(at: string, type: number): Refusal {
  return refuse('update-meta-type', `${at}: type ${type} is never in a zone (RFC 2136 3.4.1.2)`);
}
