import {
  CLASS,
  encodeMessage,
  name,
  OPCODE,
  type ResourceRecord,
  signMessage,
  type TsigKey,
  TYPE,
  writeSoa,
} from '@zonewire/shared-protocol';

const NONE = 254;

/** Requests of every kind that a node takes, as they should be: queries, transfers, NOTIFY, UPDATE, some of them signed. */
export function properRequests(primaryZone: string, secondaryZones: readonly string[], key: TsigKey): Uint8Array[] {
  const requests = [
    ...queries(primaryZone),
    ...updates(primaryZone),
    ...secondaryZones.slice(0, 4).flatMap(notifies),
    ...notifies(primaryZone),
  ];
  const signed = requests.filter((_, i) => i % 5 === 0).map((one) => signMessage(one, key, Date.now() / 1000).bytes);
  return [...requests, ...signed];
}

function queries(zone: string): Uint8Array[] {
  const types = [TYPE.A, TYPE.TXT, TYPE.NS, TYPE.SOA, TYPE.DS, TYPE.AXFR, TYPE.IXFR, 255, 0];
  const owners = [zone, `www.${zone}`, `nowhere.${zone}`, `a.b.${zone}`, 'elsewhere.', '.'];
  const options = [3, 9, 10, 11, 12, 15, 65_001].map((code) => ({ code, data: new Uint8Array(code & 3) }));
  const edns = { udpSize: 1232, version: 0, dnssecOk: true, extendedRcode: 0, options };
  return owners.flatMap((owner) =>
    types.flatMap((type) => {
      const question = [{ name: name(owner), type, class: CLASS.IN }];
      const authority = type === TYPE.IXFR ? [soaOf(zone, 1)] : [];
      return [encodeMessage({ id: 1, question, authority }), encodeMessage({ id: 2, question, authority, edns })];
    }),
  );
}

function notifies(zone: string): Uint8Array[] {
  const question = [{ name: name(zone), type: TYPE.SOA, class: CLASS.IN }];
  return [[], [soaOf(zone, 7)], [soaOf(zone, 0xffff_fff0)]].map((answer) =>
    encodeMessage({ id: 3, opcode: OPCODE.NOTIFY, aa: true, question, answer }),
  );
}

/** RFC 2136: the prerequisites mostly do not hold, so that the zone does not grow with every run. */
function updates(zone: string): Uint8Array[] {
  const question = [{ name: name(zone), type: TYPE.SOA, class: CLASS.IN }];
  const record = (owner: string, type: number, recordClass: number, rdata: Uint8Array, ttl = 0): ResourceRecord => ({
    name: name(owner),
    type,
    class: recordClass,
    ttl,
    rdata,
  });
  const nothing = new Uint8Array();
  const address = Uint8Array.of(192, 0, 2, 9);
  const absent = record(`never.${zone}`, TYPE.A, CLASS.ANY, nothing);
  const changes = [
    record(`new.${zone}`, TYPE.A, CLASS.IN, address, 60),
    record(`new.${zone}`, TYPE.A, CLASS.ANY, nothing),
    record(`new.${zone}`, TYPE.A, NONE, address),
    record(`new.${zone}`, 255, CLASS.ANY, nothing),
    record(`new.${zone}`, TYPE.TXT, CLASS.IN, Uint8Array.of(3, 97, 98, 99), 60),
  ];
  const update = (answer: readonly ResourceRecord[], authority: readonly ResourceRecord[]) =>
    encodeMessage({ id: 4, opcode: OPCODE.UPDATE, question, answer: [...answer], authority: [...authority] });
  return [
    ...changes.map((change) => update([absent], [change])),
    update([absent], changes),
    update([record(`www.${zone}`, TYPE.A, NONE, nothing)], changes),
    update([], changes.slice(0, 2)),
  ];
}

function soaOf(zone: string, serial: number): ResourceRecord {
  const rdata = writeSoa({
    mname: name('.'),
    rname: name('.'),
    serial,
    refresh: 60,
    retry: 60,
    expire: 600,
    minimum: 60,
  });
  return { name: name(zone), type: TYPE.SOA, class: CLASS.IN, ttl: 60, rdata };
}
