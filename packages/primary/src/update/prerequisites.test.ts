import { name, parseRecords, RCODE, unwrap } from '@zonewire/shared-protocol';
import { ZoneBuilder } from '@zonewire/zone';
import { expect, test } from 'vitest';
import { unmetPrerequisite } from './prerequisites.ts';
import { ZoneEdit } from './zone-edit.ts';

const APEX = name('example.test.');
const HASHED = '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom';
const SIGNATURE = '5 3 60 20300101000000 20200101000000 1 example.test. AAAA';

test('the hashed owner of NSEC3 records is no name that is in use (RFC 2136 2.4.4, RFC 5155 7.2.8)', () => {
  const builder = new ZoneBuilder(APEX);
  const text = `
@ 60 SOA ns host 1 3600 600 86400 60
@ 60 NS ns
ns 60 A 192.0.2.1
ns 60 RRSIG A ${SIGNATURE}
${HASHED} 60 NSEC3 1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr A
${HASHED} 60 RRSIG NSEC3 ${SIGNATURE}
`;
  for (const record of parseRecords(text, APEX)) builder.addRecord(record);
  const zone = new ZoneEdit(unwrap(builder.finish()));
  const inUse = (owner: string) => unmetPrerequisite(zone, [{ kind: 'name-in-use', name: name(owner, APEX) }])?.rcode;
  const notInUse = (owner: string) =>
    unmetPrerequisite(zone, [{ kind: 'name-not-in-use', name: name(owner, APEX) }])?.rcode;
  expect([inUse(HASHED), notInUse(HASHED)]).toEqual([RCODE.NXDOMAIN, undefined]);
  expect([inUse('ns'), notInUse('ns')]).toEqual([undefined, RCODE.YXDOMAIN]);
});
