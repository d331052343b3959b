import {
  CLASS,
  decodeMessage,
  EDE,
  expireOption,
  type Message,
  name,
  parseRecords,
  RCODE,
  type RecordSink,
  type ResourceRecord,
  readExpire,
  recordToText,
  TransferInterpreter,
  type TsigKey,
  TYPE,
  tsigLength,
  unwrap,
  writeSoa,
} from '@zonewire/shared-protocol';
import { applyDiff, ZoneBuilder, ZoneDiff, ZoneDiffBuilder, type ZoneVersion } from '@zonewire/zone';
import { describe, expect, test } from 'vitest';
import { contextOf, zoneVersion } from '../fixtures/zones.ts';
import { type Log, silentLog } from '../ports.ts';
import type { RequestContext, TransferAnswer } from '../zone-handler.ts';
import type { TransferSource } from './plan.ts';
import type { TransferOutLimits } from './slots.ts';
import { TransferOut } from './transfer-out.ts';

const APEX = name('example.test.');
const key: TsigKey = { name: name('k.'), algorithm: 'hmac-sha512', secret: new Uint8Array(64) };

function soa(serial: number): ResourceRecord {
  const rdata = writeSoa({ mname: APEX, rname: APEX, serial, refresh: 1, retry: 1, expire: 604_800, minimum: 1 });
  return { name: APEX, type: TYPE.SOA, class: CLASS.IN, ttl: 60, rdata };
}

function host(n: number): ResourceRecord {
  return {
    name: name(`h${n}`, APEX),
    type: TYPE.A,
    class: CLASS.IN,
    ttl: 60,
    rdata: Uint8Array.of(10, n >> 16, n >> 8, n),
  };
}

/** Serial 1 with `hosts` hosts. */
function zoneOf(hosts: number): ZoneVersion {
  const builder = new ZoneBuilder(APEX);
  builder.addRecord(soa(1));
  for (const ns of parseRecords('@ 60 NS ns\nns 60 A 192.0.2.1', APEX)) builder.addRecord(ns);
  for (let n = 0; n < hosts; n++) builder.addRecord(host(n));
  return unwrap(builder.finish());
}

/** Versions 1, 2, 3 …: each step adds and removes hosts. */
function history(hosts: number, steps: readonly { add?: number[]; remove?: number[] }[]) {
  const versions = [zoneOf(hosts)];
  const diffs: ZoneDiff[] = [];
  for (const { add = [], remove = [] } of steps) {
    const from = versions[versions.length - 1];
    const removed = [from.soaRecord, ...remove.map(host)];
    const diff = ZoneDiff.build(APEX, removed, [soa(from.serial + 1), ...add.map(host)]);
    diffs.push(diff);
    versions.push(unwrap(applyDiff(from, diff)));
  }
  const source = (version = versions[versions.length - 1]): TransferSource => ({
    version,
    secondsToExpire: 604_800,
    diffsFrom: (serial) => (serial >= 1 && serial <= versions.length ? diffs.slice(serial - 1) : undefined),
  });
  return { versions, source };
}

function request(type: 'axfr' | 'ixfr', serial?: number, more: Partial<Message> = {}): Message {
  const question = [{ name: APEX, type: TYPE[type === 'axfr' ? 'AXFR' : 'IXFR'], class: CLASS.IN }];
  const authority = serial === undefined ? [] : [soa(serial)];
  return {
    id: 4711,
    opcode: 0,
    qr: false,
    rd: false,
    question,
    answer: [],
    authority,
    additional: [],
    ...more,
  } as Message;
}

function transferOut(limits: Partial<TransferOutLimits> = {}, log: Log = silentLog, now = () => 0) {
  const clock = { now, setTimeout: () => 0, clearTimeout: () => {} };
  return new TransferOut({ clock, log, limits });
}

function stream(answer: TransferAnswer): Uint8Array[] {
  if (!('messages' in answer)) throw new Error(`no stream: ${JSON.stringify(answer)}`);
  return [...(answer.messages as Iterable<Uint8Array>)];
}

/** Reads an answer as a secondary does, and gives the version it has then. */
function receive(messages: readonly Uint8Array[], asked: 'axfr' | 'ixfr', from?: ZoneVersion, udp = false) {
  let builder = new ZoneBuilder(APEX);
  let whole = false;
  let version = from;
  let diff: ZoneDiffBuilder | undefined;
  const limits = { maxBytes: 1e9, maxRecords: 1e9, maxMessages: 1e9 };
  const interpreter = new TransferInterpreter({
    zone: APEX,
    request: asked,
    id: 4711,
    haveSerial: from?.serial,
    transport: udp ? 'udp' : 'tcp',
    limits,
    sink: {
      beginZone() {
        whole = true;
        builder = new ZoneBuilder(APEX);
      },
      beginDiff() {
        diff = new ZoneDiffBuilder(APEX);
      },
      remove: (...record) => diff!.remove(...record),
      add: (...record) => (diff ?? builder).add(...record),
      endDiff() {
        version = unwrap(applyDiff(version!, unwrap(diff!.finish())));
      },
    },
  });
  const states = messages.map((message) => interpreter.push(message));
  for (const progress of states.slice(0, -1)) expect(progress.state).toBe('more');
  const last = states[states.length - 1];
  if (last.state !== 'done') throw new Error(JSON.stringify(last));
  if (whole) version = unwrap(builder.finish());
  return { outcome: last.outcome, version: version!, records: last.records };
}

const tcp = contextOf('tcp', 0);
const udp = contextOf('udp', 0);

describe('AXFR over TCP', () => {
  test('RFC 5936 2.2: the whole zone, SOA first and last, question in the first message only', () => {
    const { versions, source } = history(5_000, []);
    const out = transferOut();
    const messages = stream(out.answer(request('axfr'), tcp, source()));
    expect(messages.length).toBeGreaterThan(4);
    for (const message of messages) expect(message.length).toBeLessThanOrEqual(16_384);
    const decoded = messages.map((message) => unwrap(decodeMessage(message)));
    expect(decoded.map(({ question }) => question.length)).toEqual([1, ...decoded.slice(1).map(() => 0)]);
    expect(decoded.every(({ id, qr, aa, rcode }) => id === 4711 && qr && aa && rcode === 0)).toBe(true);
    const records = decoded.flatMap(({ answer }) => answer);
    expect(records[0].type).toBe(TYPE.SOA);
    expect(records.filter(({ type }) => type === TYPE.SOA)).toHaveLength(2);
    expect(records[records.length - 1].type).toBe(TYPE.SOA);
    const received = receive(messages, 'axfr');
    expect(received.outcome).toBe('zone');
    expect(received.version.digest()).toBe(versions[0].digest());
    expect(out.counters).toMatchObject({ axfr: 1, messages: messages.length, records: 5_004, aborted: 0 });
    expect(out.counters.bytes).toBe(messages.reduce((sum, message) => sum + message.length, 0));
    expect(out.slots.active).toBe(0);
  });

  test('messages are made as they are taken: the first costs nothing of the rest', () => {
    const { versions } = history(5_000, []);
    let given = 0;
    const version = Object.create(versions[0], {
      forEachRecordInSteps: {
        *value(sink: RecordSink, names: number) {
          for (const _ of versions[0].forEachRecordInSteps(sink, names)) {
            given += names;
            yield;
          }
        },
      },
      soaRecord: { value: versions[0].soaRecord },
    }) as ZoneVersion;
    const out = transferOut();
    const source = { version, secondsToExpire: 1, diffsFrom: () => undefined };
    const answer = out.answer(request('axfr'), tcp, source);
    expect(given).toBe(0);
    const messages = (answer as { messages: IterableIterator<Uint8Array> }).messages;
    messages.next();
    expect(given).toBeLessThan(1_000);
    messages.return?.();
    expect(out.counters.aborted).toBe(1);
    expect(out.slots.active).toBe(0);
  });

  test('RFC 8945 5.3.1: every message leaves room for the largest TSIG record', () => {
    const { source } = history(5_000, []);
    const messages = stream(transferOut().answer(request('axfr'), { ...tcp, key }, source()));
    for (const message of messages) expect(message.length).toBeLessThanOrEqual(16_384 - tsigLength(key));
  });

  test('RFC 7314: EXPIRE in the first message exactly when asked for; no OPT record without one in the request', () => {
    const { source } = history(2_000, []);
    const edns = { udpSize: 1232, version: 0, dnssecOk: false, extendedRcode: 0, options: [expireOption()] };
    const asked = stream(transferOut().answer(request('axfr', undefined, { edns }), tcp, source())).map((message) =>
      unwrap(decodeMessage(message)),
    );
    expect(readExpire(asked[0].edns)).toBe(604_800);
    expect(asked.slice(1).every((message) => message.edns === undefined)).toBe(true);
    const plain = stream(
      transferOut().answer(request('axfr', undefined, { edns: { ...edns, options: [] } }), tcp, source()),
    );
    expect(unwrap(decodeMessage(plain[0])).edns?.options).toEqual([]);
    const without = stream(transferOut().answer(request('axfr'), tcp, source()));
    expect(unwrap(decodeMessage(without[0])).edns).toBeUndefined();
  });
});

describe('IXFR over TCP', () => {
  const { versions, source } = history(50, [{ add: [100] }, { add: [101], remove: [3] }, { add: [102] }]);

  test('RFC 1995 4: the sequences from the client serial on', () => {
    for (const from of versions.slice(0, 3)) {
      const out = transferOut();
      const received = receive(stream(out.answer(request('ixfr', from.serial), tcp, source())), 'ixfr', from);
      expect(received.outcome).toBe('diffs');
      expect(received.version.serial).toBe(4);
      expect(received.version.digest()).toBe(versions[3].digest());
      expect(out.counters.ixfr).toBe(1);
    }
  });

  test.each([
    ['the same serial', 4],
    ['a newer one', 5],
    ['a newer one in RFC 1982 terms', 0x8000_0003],
  ])('RFC 1995 2: a client with %s gets the SOA alone', (_, serial) => {
    const out = transferOut();
    const [message, ...more] = stream(out.answer(request('ixfr', serial), tcp, source()));
    expect(more).toEqual([]);
    expect(unwrap(decodeMessage(message)).answer.map(recordToText)).toEqual([recordToText(versions[3].soaRecord)]);
    expect(out.counters.upToDate).toBe(1);
  });

  test.each([
    ['an unknown serial', 0],
    ['a serial 2^31 away (RFC 1982 3.2)', 0x8000_0004],
  ])('RFC 1995 4: %s, which the journal does not reach: the whole zone', (_, serial) => {
    const out = transferOut();
    const messages = stream(out.answer(request('ixfr', serial), tcp, source()));
    expect(out.counters.axfrStyle).toBe(1);
    const records = messages.flatMap((message) => unwrap(decodeMessage(message)).answer);
    expect(records.length).toBe(versions[3].recordCount + 1);
    expect(records[1].type).not.toBe(TYPE.SOA);
  });

  test('RFC 1995 5: changes that cancel out are not sent', () => {
    const back = history(50, [{ add: [100] }, { remove: [100] }, { add: [7_000] }]);
    const received = receive(
      stream(transferOut().answer(request('ixfr', 1), tcp, back.source())),
      'ixfr',
      back.versions[0],
    );
    expect(received.version.digest()).toBe(back.versions[3].digest());
    expect(received.records).toBe(1 + 2 + 1 + 1);
  });

  test('sequences that do not cancel out are sent one by one: a hub keeps the steps', () => {
    const received = receive(stream(transferOut().answer(request('ixfr', 1), tcp, source())), 'ixfr', versions[0]);
    expect(received.records).toBe(1 + 3 * 2 + 4 + 1);
  });

  test('diffs larger than the zone: the whole zone', () => {
    const all = Array.from({ length: 50 }, (_, i) => i);
    const large = history(50, [{ remove: all, add: all.map((n) => n + 1_000) }]);
    const out = transferOut();
    const received = receive(stream(out.answer(request('ixfr', 1), tcp, large.source())), 'ixfr', large.versions[0]);
    expect(received.outcome).toBe('zone');
    expect(out.counters.axfrStyle).toBe(1);
  });

  test('a journal that is ahead of what is served: the answer ends at what is served', () => {
    const older = source(versions[1]);
    const received = receive(stream(transferOut().answer(request('ixfr', 1), tcp, older)), 'ixfr', versions[0]);
    expect(received.version.serial).toBe(2);
    expect(received.version.digest()).toBe(versions[1].digest());
  });
});

describe('IXFR over UDP', () => {
  const edns = (udpSize: number) => ({ edns: { udpSize, version: 0, dnssecOk: false, extendedRcode: 0, options: [] } });
  const single = (answer: TransferAnswer) => {
    if (!('single' in answer)) throw new Error(JSON.stringify(answer));
    return answer.single;
  };

  test('RFC 1995 2: what fits is answered in one packet', () => {
    const { versions, source } = history(500, [{ add: [900], remove: [4] }]);
    const message = single(transferOut().answer(request('ixfr', 1), udp, source()));
    expect(message.length).toBeLessThanOrEqual(512);
    const received = receive([message], 'ixfr', versions[0], true);
    expect(received.version.digest()).toBe(versions[1].digest());
  });

  test.each([
    [512, {}],
    [512, edns(100)],
    [1232, edns(1232)],
    [1232, edns(65_535)],
  ])('RFC 1995 2: what does not fit into %i octets is answered with the SOA alone', (size, more) => {
    const added = Array.from({ length: 80 }, (_, i) => i + 1_000);
    const { versions, source } = history(500, [{ add: added }]);
    const out = transferOut();
    const message = single(out.answer(request('ixfr', 1, more), udp, source()));
    expect(message.length).toBeLessThanOrEqual(size);
    const decoded = unwrap(decodeMessage(message));
    expect(decoded.answer.map(recordToText)).toEqual([recordToText(versions[1].soaRecord)]);
    expect(decoded).toMatchObject({ aa: true, tc: false, rcode: RCODE.NOERROR });
    expect(out.counters.retryOverTcp).toBe(1);
    expect(receive([message], 'ixfr', versions[0], true).outcome).toBe('retry-tcp');
  });

  test('between 512 and 1232 octets it depends on what the client takes', () => {
    const added = Array.from({ length: 25 }, (_, i) => i + 1_000);
    const { versions, source } = history(500, [{ add: added }]);
    expect(
      receive([single(transferOut().answer(request('ixfr', 1), udp, source()))], 'ixfr', versions[0], true).outcome,
    ).toBe('retry-tcp');
    const roomy = single(transferOut().answer(request('ixfr', 1, edns(1232)), udp, source()));
    expect(receive([roomy], 'ixfr', versions[0], true).version.digest()).toBe(versions[1].digest());
  });

  test('room for the TSIG record is kept', () => {
    for (let hosts = 0; hosts < 40; hosts++) {
      const added = Array.from({ length: hosts }, (_, i) => i + 1_000);
      const { source } = history(500, [{ add: added }]);
      const message = single(transferOut().answer(request('ixfr', 1), { ...udp, key }, source()));
      expect(message.length).toBeLessThanOrEqual(512 - tsigLength(key));
    }
  });

  test('RFC 1995 4: a small zone that the journal does not reach fits as a whole', () => {
    const { versions, source } = history(3, []);
    const message = single(transferOut().answer(request('ixfr', 0), udp, source()));
    const received = receive([message], 'ixfr', zoneVersionWithSerial0(), true);
    expect(received.outcome).toBe('zone');
    expect(received.version.digest()).toBe(versions[0].digest());
  });

  test('RFC 1035 4.2.1: an SOA so long that it alone does not fit: truncated, never larger than the client takes', () => {
    const long = (c: string) => name(`${`${c.repeat(60)}.`.repeat(4)}`);
    const rdata = writeSoa({
      mname: long('m'),
      rname: long('r'),
      serial: 1,
      refresh: 1,
      retry: 1,
      expire: 1,
      minimum: 1,
    });
    const builder = new ZoneBuilder(APEX);
    builder.addRecord({ ...soa(1), rdata });
    const source = { version: unwrap(builder.finish()), secondsToExpire: 1, diffsFrom: () => undefined };
    const message = single(transferOut().answer(request('ixfr', 1), udp, source));
    expect(message.length).toBeLessThanOrEqual(512);
    expect(unwrap(decodeMessage(message))).toMatchObject({ tc: true, answer: [] });
  });

  test('up to date: the SOA alone', () => {
    const { versions, source } = history(3, []);
    const message = single(transferOut().answer(request('ixfr', 1), udp, source()));
    expect(receive([message], 'ixfr', versions[0], true).outcome).toBe('up-to-date');
  });
});

function zoneVersionWithSerial0(): ZoneVersion {
  return zoneVersion('example.test.', '@ 60 SOA ns host 0 1 1 1 1\n@ 60 NS ns');
}

describe('what gets no transfer', () => {
  const { source } = history(10, []);

  test.each<[string, Message, RequestContext, number]>([
    ['RFC 5936 4.2: AXFR over UDP', request('axfr'), udp, RCODE.NOTIMP],
    ['RFC 1995 3: IXFR without SOA', request('ixfr'), tcp, RCODE.FORMERR],
    ['RFC 1995 3: IXFR with two SOAs', request('ixfr', 1, { authority: [soa(1), soa(2)] }), tcp, RCODE.FORMERR],
    [
      'RFC 1995 3: IXFR with the SOA of another zone',
      request('ixfr', 1, { authority: [{ ...soa(1), name: name('other.') }] }),
      tcp,
      RCODE.FORMERR,
    ],
    [
      'RFC 1995 3: IXFR with a malformed SOA',
      request('ixfr', 1, { authority: [{ ...soa(1), rdata: new Uint8Array(3) }] }),
      tcp,
      RCODE.FORMERR,
    ],
    [
      'two questions',
      request('axfr', undefined, { question: [...request('axfr').question, ...request('axfr').question] }),
      tcp,
      RCODE.FORMERR,
    ],
  ])('%s', (_, message, context, rcode) => {
    const out = transferOut();
    expect(out.answer(message, context, source())).toMatchObject({ rcode });
    expect(out.counters.malformed).toBe(1);
    expect(out.slots.active).toBe(0);
  });

  test('a zone that is not loaded: SERVFAIL, Not Ready', () => {
    const out = transferOut();
    expect(out.answer(request('axfr'), tcp, undefined)).toMatchObject({
      rcode: RCODE.SERVFAIL,
      ede: { infoCode: EDE.NOT_READY },
    });
    expect(out.counters.notLoaded).toBe(1);
  });
});

describe('limits', () => {
  const { source } = history(5_000, []);
  const from = (peerAddress: string): RequestContext => ({ ...tcp, peerAddress });
  const refused = { rcode: RCODE.SERVFAIL, ede: { infoCode: EDE.OTHER } };

  test('transfers in all, and to one client: refused with SERVFAIL, EDE and a log line; room again when one ends', () => {
    const lines: string[] = [];
    const log = { ...silentLog, warn: (_: object, line: string) => lines.push(line) } as Log;
    const out = transferOut({ transfers: 3, perClient: 2 }, log);
    const first = out.answer(request('axfr'), from('192.0.2.1'), source());
    out.answer(request('axfr'), from('192.0.2.1'), source());
    expect(out.answer(request('axfr'), from('192.0.2.1'), source())).toMatchObject(refused);
    out.answer(request('axfr'), from('192.0.2.2'), source());
    expect(out.answer(request('axfr'), from('192.0.2.3'), source())).toMatchObject(refused);
    expect(out.counters.refused).toBe(2);
    expect(lines).toEqual([
      expect.stringContaining('to this address'),
      expect.stringContaining('too many transfers are under way here'),
    ]);
    stream(first);
    expect(out.slots.active).toBe(2);
    expect(out.answer(request('axfr'), from('192.0.2.3'), source())).toHaveProperty('messages');
    expect(out.slots.peak).toBe(3);
  });

  test('IXFR over UDP takes no place', () => {
    const out = transferOut({ transfers: 0 });
    expect(out.answer(request('ixfr', 1), udp, source())).toHaveProperty('single');
  });

  test('a client that stopped reading loses its place to another, and its stream ends with an error', () => {
    let now = 0;
    const out = transferOut({ transfers: 1, stallTime: 60_000 }, silentLog, () => now);
    const stalled = (
      out.answer(request('axfr'), from('192.0.2.1'), source()) as { messages: IterableIterator<Uint8Array> }
    ).messages;
    stalled.next();
    now = 59_000;
    expect(out.answer(request('axfr'), from('192.0.2.2'), source())).toMatchObject(refused);
    now = 61_000;
    const other = out.answer(request('axfr'), from('192.0.2.2'), source());
    expect(() => stalled.next()).toThrow(/stopped reading/);
    expect(stalled.next().done).toBe(true);
    expect(out.slots.active).toBe(1);
    stream(other);
    expect(out.slots.active).toBe(0);
    expect(out.counters).toMatchObject({ aborted: 1, axfr: 1 });
  });

  test('a stream given up before its first message gives its place back, once', () => {
    const out = transferOut({ transfers: 1 });
    const answer = out.answer(request('axfr'), tcp, source()) as { messages: IterableIterator<Uint8Array> };
    answer.messages.return?.();
    answer.messages.return?.();
    expect(out.slots.active).toBe(0);
    expect(out.counters.aborted).toBe(1);
  });
});
