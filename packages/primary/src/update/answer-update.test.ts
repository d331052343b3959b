import { type Refusal, type RequestContext, silentLog, systemClock, ZoneTable } from '@zonewire/nameserver';
import {
  CLASS,
  decodeMessage,
  EDE,
  encodeMessage,
  fail,
  name,
  OPCODE,
  RCODE,
  type ResourceRecord,
  TYPE,
  unwrap,
  ZonewireError,
} from '@zonewire/shared-protocol';
import { openMemoryStore, type ZoneStore } from '@zonewire/zone-store';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryFiles } from '../fixtures/memory-files.ts';
import { Primary } from '../primary.ts';

const APEX = name('example.test.');
const FILE = '/example.test.zone';
const TEXT = '$TTL 60\n@ SOA ns h 1 3600 600 86400 60\n@ NS ns\nns A 192.0.2.1\n';
const context: RequestContext = { transport: 'udp', peerAddress: '192.0.2.9', peerPort: 4000, now: 0 };
const none = new Uint8Array(0);

function record(owner: string, type: number, rclass: number, rdata: Uint8Array, ttl = 0): ResourceRecord {
  return { name: name(owner), type, class: rclass, ttl, rdata };
}

const added = record('new.example.test.', TYPE.A, CLASS.IN, Uint8Array.of(192, 0, 2, 7), 60);

describe('an UPDATE that is refused says why (RFC 8914)', () => {
  let files: MemoryFiles;
  let store: ZoneStore;
  let table: ZoneTable;
  let primary: Primary;

  beforeEach(() => {
    files = new MemoryFiles();
    store = openMemoryStore();
    table = new ZoneTable();
    const client = { exchange: async () => fail('timeout', 'nobody there') };
    primary = new Primary({ store, table, client, clock: systemClock, log: silentLog, files });
  });

  async function load(text = TEXT): Promise<void> {
    files.set(FILE, text);
    await primary.addZone({ domain: APEX, file: FILE, acl: [], notify: [] });
  }

  async function send(authority: ResourceRecord[], answer: ResourceRecord[] = []): Promise<number | Refusal> {
    const question = [{ name: APEX, type: TYPE.SOA, class: CLASS.IN }];
    const message = unwrap(decodeMessage(encodeMessage({ id: 1, opcode: OPCODE.UPDATE, question, answer, authority })));
    return table.get(APEX)!.handler.update!(message, context);
  }

  test('done: the RCODE alone', async () => {
    await load();
    expect(await send([added])).toBe(RCODE.NOERROR);
  });

  test('a prerequisite that does not hold (RFC 2136 3.2): which one', async () => {
    await load();
    const missing = record('www.example.test.', TYPE.ANY, CLASS.ANY, none);
    expect(await send([added], [missing])).toEqual({
      rcode: RCODE.NXDOMAIN,
      ede: { infoCode: EDE.OTHER, extra: expect.stringContaining('www.example.test.') },
    });
  });

  test('a name that is not in the zone (RFC 2136 3.4.1.3)', async () => {
    await load();
    const extra = expect.stringContaining('other.test.: the name is not in the zone');
    const other = { ...added, name: name('other.test.') };
    expect(await send([other])).toEqual({ rcode: RCODE.NOTZONE, ede: { infoCode: EDE.OTHER, extra } });
  });

  test('a frozen zone: until when', async () => {
    await load();
    await primary.freeze(APEX);
    const extra = expect.stringContaining('zonewire zone thaw');
    expect(await send([added])).toEqual({ rcode: RCODE.REFUSED, ede: { infoCode: EDE.OTHER, extra } });
  });

  test('a signed zone: not supported here', async () => {
    await load(`${TEXT}@ ZONEMD 1 1 1 ${'00'.repeat(48)}\n`);
    const extra = expect.stringContaining('change the zone where it is signed');
    expect(await send([added])).toEqual({ rcode: RCODE.REFUSED, ede: { infoCode: EDE.NOT_SUPPORTED, extra } });
  });

  test('a zone that is not loaded: not ready', async () => {
    await load('no zone\n');
    const extra = expect.stringContaining('not loaded');
    expect(await send([added])).toEqual({ rcode: RCODE.SERVFAIL, ede: { infoCode: EDE.NOT_READY, extra } });
  });

  test('a full disk: that it was not stored, and nothing of how it looks inside', async () => {
    await load();
    store.commitDiff = () => Promise.reject(new ZonewireError('store-write-failed', '/var/lib/zonewire: no space'));
    const extra = 'the change could not be stored';
    expect(await send([added])).toEqual({ rcode: RCODE.SERVFAIL, ede: { infoCode: EDE.OTHER, extra } });
  });
});
