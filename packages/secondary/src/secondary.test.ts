import {
  decodeMessage,
  encodeMessage,
  expireOption,
  name,
  RCODE,
  readExpire,
  type TsigKey,
  TYPE,
  unwrap,
} from '@zonewire/shared-protocol';
import { ZoneBuilder } from '@zonewire/zone';
import { describe, expect, test } from 'vitest';
import { FakePrimary, TIMERS } from './fixtures/fake-primary.ts';
import { ADDRESSES, Site, storeWith, ZONE } from './fixtures/site.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** As the TransferSummary of the status. */
const lastType = (site: Site) => site.status.lastTransfer?.type;

test('a simulated month: refresh, change, retry, expiry, recovery with the same serial, and with a newer one', async () => {
  const began = process.cpuUsage();
  const site = await Site.start();
  const { clock, network, primary } = site;
  expect(site.status.state).toBe('loading');
  await clock.advance(1000);
  expect(site.servedSerial).toBe(1);
  expect(lastType(site)).toBe('axfr');

  // Week 1: a change a day, noticed by the refresh timer alone.
  for (let day = 0; day < 7; day++) {
    primary.change((hosts) => hosts.set(`day${day}`, day));
    await clock.advance(HOUR);
    expect(site.servedSerial).toBe(primary.serial);
    expect(lastType(site)).toBe('ixfr');
    await clock.advance(23 * HOUR);
  }
  const checks = primary.asked.filter((asked) => asked === 'SOA').length;
  expect(checks).toBeGreaterThanOrEqual(7 * 24);
  expect(checks).toBeLessThanOrEqual(7 * 27);

  // Week 2: the primary is away for half a day: retries, served all the time.
  network.faults(ADDRESSES[0], { down: true });
  const before = network.sent.length;
  await clock.advance(12 * HOUR);
  expect(site.servedSerial).toBe(primary.serial);
  const attempts = (network.sent.length - before) / 3;
  expect(attempts).toBeGreaterThan(60);
  expect(attempts).toBeLessThan(100);
  expect(site.status.lastError?.message).toContain('SOA query to p1 (192.0.2.1:53) failed');
  // Away for longer than SOA EXPIRE: not served a millisecond longer.
  const expireAt = site.status.expireAt!;
  await clock.advance(expireAt - clock.now() - 1);
  expect(site.servedSerial).toBe(primary.serial);
  await clock.advance(1);
  expect(site.servedSerial).toBeUndefined();
  expect(site.entry.state).toBe('expired');
  expect(site.status.state).toBe('expired');
  await clock.advance(DAY);
  expect(site.servedSerial).toBeUndefined();

  // Week 3: back with the same serial: revived at once by an SOA check, without a transfer.
  const transfers = network.sent.filter((sent) => sent.startsWith('transfer')).length;
  network.faults(ADDRESSES[0]);
  await clock.advance(2 * MINUTE);
  expect(site.servedSerial).toBe(primary.serial);
  expect(site.status.state).toBe('serving');
  expect(network.sent.filter((sent) => sent.startsWith('transfer'))).toHaveLength(transfers);
  await clock.advance(13 * DAY);

  // Week 4: expired again, and back with a newer serial.
  network.faults(ADDRESSES[0], { down: true });
  await clock.advance(2 * DAY);
  expect(site.servedSerial).toBeUndefined();
  primary.change((hosts) => hosts.delete('day3'));
  network.faults(ADDRESSES[0]);
  await clock.advance(2 * MINUTE);
  expect(site.servedSerial).toBe(primary.serial);
  expect(lastType(site)).toBe('ixfr');
  await clock.advance(6 * DAY);
  expect(site.hosts).toEqual(['day0', 'day1', 'day2', 'day4', 'day5', 'day6', 'www']);
  expect(site.events.filter(({ kind }) => kind === 'expired')).toHaveLength(2);
  expect(site.events.filter(({ kind }) => kind === 'revived').length).toBeGreaterThanOrEqual(1);
  await site.secondary.stop();
  // CPU time: the machine may be busy with other tests.
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1000).toBeLessThan(1000);
});

describe('start', () => {
  test('the last good version is served before the network is asked', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    await site.secondary.stop();
    site.network.close(ADDRESSES[0]);
    await site.clock.advance(HOUR * 3);
    await site.boot();
    expect(site.servedSerial).toBe(1);
    expect(site.status.served).toEqual({ serial: 1, at: site.clock.now() });
    await site.secondary.stop();
  });

  test('expired while the program was down: SERVFAIL from the first moment', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    await site.secondary.stop();
    await site.clock.advance(2 * DAY);
    site.network.faults(ADDRESSES[0], { down: true });
    await site.boot();
    expect(site.servedSerial).toBeUndefined();
    expect(site.entry.state).toBe('expired');
    site.network.faults(ADDRESSES[0]);
    await site.clock.advance(2 * MINUTE);
    expect(site.servedSerial).toBe(1);
    await site.secondary.stop();
  });

  test('a damaged version: the zone is fetched anew, the reason is on its status until then', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    await site.secondary.stop();
    site.store = storeWith(site.store, {
      load: () => Promise.reject(new Error('checksum of layer 3 is wrong')),
    });
    await site.boot();
    expect(site.servedSerial).toBeUndefined();
    expect(site.status.lastError?.message).toContain('checksum of layer 3 is wrong');
    await site.clock.advance(1000);
    expect(site.servedSerial).toBe(1);
    expect(site.status.lastError).toBeUndefined();
    await site.secondary.stop();
  });

  test('never loaded: about 1, 2, 4 … s, at most bootstrap-max-interval', async () => {
    const site = new Site();
    site.network.close(ADDRESSES[0]);
    await site.boot();
    const sentAfter = async (ms: number) => {
      await site.clock.advance(ms);
      return site.network.sent.length;
    };
    expect(await sentAfter(500)).toBe(1);
    expect(await sentAfter(30_000)).toBeLessThanOrEqual(7);
    const before = await sentAfter(30 * MINUTE);
    const after = await sentAfter(20 * MINUTE);
    expect(after - before).toBeGreaterThanOrEqual(10);
    expect(after - before).toBeLessThanOrEqual(14);
    expect(site.status).toMatchObject({ state: 'loading' });
    expect(site.status.lastError?.message).toContain('nothing listens at');
    await site.secondary.stop();
  });

  test('a NOTIFY missed while the program was down: the primary is asked at once, not at the next REFRESH', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    await site.secondary.stop();
    site.primary.change((hosts) => hosts.set('new', 5));
    site.primary.asked.length = 0;
    await site.boot();
    await site.clock.advance(1000);
    expect(site.servedSerial).toBe(2);
    expect(site.primary.asked).toEqual(['SOA', 'IXFR 1']);
    await site.clock.advance(MINUTE);
    expect(site.primary.asked).toHaveLength(2);
    await site.secondary.stop();
  });

  test.each([
    ['overdue', 2 * HOUR],
    ['not due yet', 0],
  ])('a thousand zones %s leave at a bounded pace, and are served meanwhile', async (_, down) => {
    const site = await Site.start({ limits: { startsPerSecond: 100 } });
    const zones = Array.from({ length: 1000 }, (_, i) => name(`zone${i}.test.`));
    const { store, secondary } = site;
    await site.clock.advance(1000);
    const { facts } = (await store.load(ZONE))!;
    for (const zone of zones) {
      const builder = new ZoneBuilder(zone);
      builder.addRecord(new FakePrimary(zone).soa());
      await store.commitImage(zone, unwrap(builder.finish()), { facts });
    }
    await site.clock.advance(down);
    for (const domain of zones) await secondary.addZone({ ...site.config, domain });
    expect(secondary.statuses().filter(({ state }) => state === 'serving')).toHaveLength(1001);
    const before = site.network.sent.length;
    await site.clock.advance(2000);
    const sent = site.network.sent.length - before;
    expect(sent).toBeGreaterThan(150);
    expect(sent).toBeLessThan(450);
    await secondary.stop();
  });
});

describe('NOTIFY', () => {
  test('from a primary: served after one transfer, no SOA query on the way; the three serials have their times', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.primary.asked.length = 0;
    site.primary.change((hosts) => hosts.set('new', 5));
    const at = site.clock.now();
    const answer = await site.notify();
    expect(answer).toMatchObject({ id: 77, qr: true, aa: true, rcode: RCODE.NOERROR, opcode: 4 });
    await site.clock.advance(100);
    expect(site.servedSerial).toBe(2);
    expect(site.primary.asked).toEqual(['IXFR 1']);
    const { notified, received, served } = site.status;
    expect(notified).toEqual({ serial: 2, at });
    expect(received?.serial).toBe(2);
    expect(served?.serial).toBe(2);
    expect(received!.at).toBeGreaterThanOrEqual(at);
    expect(served!.at).toBeGreaterThanOrEqual(received!.at);
    await site.secondary.stop();
  });

  test('a hundred during one transfer: one follow-up', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.primary.asked.length = 0;
    site.primary.change((hosts) => hosts.set('a', 1));
    await site.notify();
    await site.clock.advance(1);
    for (let i = 0; i < 100; i++) {
      site.primary.change((hosts) => hosts.set(`b${i}`, i));
      await site.notify();
    }
    await site.clock.advance(1000);
    expect(site.servedSerial).toBe(102);
    expect(site.primary.asked.length).toBeLessThanOrEqual(2);
    await site.secondary.stop();
  });

  test('malformed: FORMERR; for a zone that is being loaded: SERVFAIL, so that it is repeated', async () => {
    const site = await Site.start();
    const handler = site.entry.handler;
    const context = { transport: 'udp' as const, peerAddress: '192.0.2.1', peerPort: 1, now: 0 };
    const request = { id: 1, qr: false, opcode: 4, rcode: 0, question: [], answer: [], authority: [], additional: [] };
    const flags = { aa: false, tc: false, rd: false, ra: false, ad: false, cd: false };
    expect(await handler.notify!({ ...request, ...flags }, context)).toBe(RCODE.FORMERR);
    await site.secondary.stop();
  });
});

describe('primaries that misbehave', () => {
  test('IXFR refused: AXFR at once from the same primary, and IXFR is not tried again for a while', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.primary.ixfr = 'refused';
    site.primary.change((hosts) => hosts.set('a', 1));
    await site.notify();
    await site.clock.advance(100);
    expect(site.servedSerial).toBe(2);
    expect(site.primary.asked.slice(-2)).toEqual(['IXFR 1', 'AXFR']);
    expect(site.status.primaries?.[0].state).toBe('axfr-only');
    // The round did what it was for: only the transfer counts as failed.
    const failed = { transfersFailedIxfr: 1, transfersFailedAxfr: 0, roundsFailed: 0, transfersAxfr: 2 };
    expect(site.secondary.counters).toMatchObject(failed);
    site.primary.change((hosts) => hosts.set('b', 1));
    await site.notify();
    await site.clock.advance(100);
    expect(site.servedSerial).toBe(3);
    expect(site.primary.asked.slice(-2)).toEqual(['SOA', 'AXFR']);
    await site.secondary.stop();
  });

  test.each(['wrong-removal', 'wrong-chain', 'silent'] as const)(
    'IXFR %s: refused whole, AXFR instead',
    async (kind) => {
      const site = await Site.start();
      await site.clock.advance(1000);
      site.primary.change((hosts) => hosts.set('a', 1));
      site.primary.change((hosts) => hosts.set('b', 1));
      site.primary.ixfr = kind;
      await site.notify();
      await site.clock.advance(1000);
      expect(site.servedSerial).toBe(3);
      expect(site.hosts).toEqual(['a', 'b', 'www']);
      expect(site.primary.asked.slice(-2)).toEqual(['IXFR 1', 'AXFR']);
      await site.secondary.stop();
    },
  );

  test('an IXFR answered with the whole zone (RFC 1995 4) is taken as such', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.primary.ixfr = 'whole';
    site.primary.change((hosts) => hosts.set('a', 1));
    await site.notify();
    await site.clock.advance(100);
    expect(site.servedSerial).toBe(2);
    expect(lastType(site)).toBe('axfr-style-ixfr');
    await site.secondary.stop();
  });

  test.each(['refused', 'no-ns', 'wrong-end', 'out-of-zone', 'two-soas', 'cut'] as const)(
    'AXFR %s: refused whole, the old version stays, the next primary is asked',
    async (kind) => {
      const site = await Site.start({ primaries: 2 });
      await site.clock.advance(1000);
      site.primary.messageRecords = 2;
      site.primary.axfr = kind;
      site.primary.ixfr = 'refused';
      for (const primary of site.primaries) primary.change((hosts) => hosts.set('a', 1).set('b', 2));
      site.primaries[1].axfr = kind;
      site.primaries[1].ixfr = 'refused';
      await site.notify();
      await site.clock.advance(5000);
      expect(site.servedSerial).toBe(1);
      expect(site.status.lastError?.message).toMatch(/^AXFR from p2 \(192\.0\.2\.2:53\)/);
      site.primaries[1].axfr = 'whole';
      await site.ask('refresh');
      expect(site.servedSerial).toBe(2);
      expect(site.hosts).toEqual(['a', 'b', 'www']);
      expect(site.status.primaries?.[0]).toMatchObject({ id: 'p1', address: '192.0.2.1:53', state: 'failing' });
      await site.secondary.stop();
    },
  );

  test('refused: the words say what to do', async () => {
    const key: TsigKey = { name: name('xfr.example.'), algorithm: 'hmac-sha256', secret: new Uint8Array(32) };
    const site = new Site();
    site.config = { ...site.config, primaries: [{ id: 'hub', addresses: [{ host: '127.0.0.1', port: 5300 }], key }] };
    site.network.listen({ host: '127.0.0.1', port: 5300 }, site.primary);
    site.primary.rcode = RCODE.REFUSED;
    await site.boot();
    await site.clock.advance(500);
    expect(site.status.lastError?.message).toBe(
      "AXFR from hub (127.0.0.1:5300) refused: REFUSED; check that the primary's acl lets 127.0.0.1 transfer with key xfr.example.",
    );
    await site.secondary.stop();
  });

  test('a resolver instead of a primary', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.primary.authoritative = false;
    const outcome = await site.ask('refresh');
    expect(outcome).toMatchObject({ outcome: 'failed', serial: 1 });
    expect(outcome.message).toContain('is it a resolver');
    await site.secondary.stop();
  });

  test('an older serial is not taken and does not extend expiry; retransfer takes it', async () => {
    const site = await Site.start({ primaries: 2 });
    for (const primary of site.primaries) primary.change((hosts) => hosts.set('a', 1), 10);
    await site.clock.advance(1000);
    expect(site.servedSerial).toBe(10);
    for (const primary of site.primaries) primary.reset(5, new Map([['old', 1]]));
    const { expireAt } = site.status;
    await site.clock.advance(2 * HOUR);
    expect(site.servedSerial).toBe(10);
    expect(site.status.expireAt).toBe(expireAt);
    expect(site.status.warnings?.[0]).toContain('zonewire zone retransfer');
    expect(await site.ask('retransfer')).toEqual({ outcome: 'installed', serial: 5 });
    expect(site.servedSerial).toBe(5);
    expect(site.hosts).toEqual(['old']);
    expect(site.store.diffsFrom(ZONE, 10)).toBeUndefined();
    await site.secondary.stop();
  });

  test('too large: refused with the limit in words', async () => {
    const site = new Site({ config: { zoneMaxSize: 2000 } });
    site.primary.change((hosts) => {
      for (let i = 0; i < 200; i++) hosts.set(`host${i}`, i);
    });
    await site.boot();
    await site.clock.advance(500);
    expect(site.servedSerial).toBeUndefined();
    expect(site.status.lastError?.message).toContain('zone-max-size');
    await site.secondary.stop();
  });

  test('RFC 7314: EXPIRE of a hub shortens what its copy is good for here', async () => {
    const site = new Site();
    site.primary.expire = 1800;
    await site.boot();
    await site.clock.advance(500);
    expect(site.status.expireAt! - site.clock.now()).toBeLessThanOrEqual(1800_000);
    site.primary.expire = 0;
    await site.clock.advance(HOUR);
    expect(site.servedSerial).toBeUndefined();
    site.primary.expire = undefined;
    await site.clock.advance(HOUR);
    expect(site.servedSerial).toBe(1);
    await site.secondary.stop();
  });
});

describe('the disk', () => {
  test('full: the old version stays served, the reason is on the status, later it is tried again', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    const { store } = site;
    const commitDiff = store.commitDiff.bind(store);
    let full = true;
    store.commitDiff = (...args) => (full ? Promise.reject(new Error('ENOSPC: no space left')) : commitDiff(...args));
    site.primary.change((hosts) => hosts.set('a', 1));
    await site.notify();
    await site.clock.advance(1000);
    expect(site.servedSerial).toBe(1);
    expect(site.status.lastError?.message).toContain('the old one stays served: ENOSPC');
    expect(site.status.primaries?.[0].state).toBe('ok');
    full = false;
    await site.clock.advance(TIMERS.retry * 1000);
    expect(site.servedSerial).toBe(2);
    await site.secondary.stop();
  });

  test('another version stored than held (a commit failed half-way): the whole version is stored', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.primary.change((hosts) => hosts.set('a', 1));
    await site.notify();
    await site.clock.advance(1000);
    const builder = new ZoneBuilder(ZONE);
    builder.addRecord(site.primary.soa({ ...site.primary.content, serial: 99 }));
    await site.store.commitImage(ZONE, unwrap(builder.finish()));
    site.primary.change((hosts) => hosts.set('b', 1));
    await site.notify();
    await site.clock.advance(1000);
    expect(site.servedSerial).toBe(3);
    expect((await site.store.load(ZONE))!.version!.serial).toBe(3);
    await site.secondary.stop();
  });

  test('facts that cannot be stored change nothing for the zone', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.store.saveFacts = () => Promise.reject(new Error('ENOSPC'));
    await site.clock.advance(5 * HOUR);
    expect(site.status.state).toBe('serving');
    expect(site.status.expireAt! - site.clock.now()).toBeGreaterThan(22 * HOUR);
    await site.secondary.stop();
  });
});

describe('operation', () => {
  test('a multi-step IXFR keeps its steps, so that a hub can serve them', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    for (let i = 0; i < 5; i++) site.primary.change((hosts) => hosts.set(`h${i}`, i));
    await site.ask('refresh');
    expect(site.servedSerial).toBe(6);
    expect(site.store.diffsFrom(ZONE, 3)).toHaveLength(3);
    expect(site.status.journal).toMatchObject({ depth: 5, oldestSerial: 1 });
    await site.secondary.stop();
  });

  test('a hub turns a whole zone into a difference; others do not spend time on it', async () => {
    for (const notify of [[], [{ id: 'down', addresses: [{ host: '192.0.2.99', port: 53 }] }]]) {
      const site = await Site.start({ config: { notify } });
      await site.clock.advance(1000);
      site.primary.ixfr = 'whole';
      site.primary.change((hosts) => hosts.set('a', 1));
      await site.ask('refresh');
      expect(site.servedSerial).toBe(2);
      expect(site.store.diffsFrom(ZONE, 1)?.length).toBe(notify.length === 0 ? undefined : 1);
      await site.secondary.stop();
    }
  });

  test('changed intervals and primaries take effect at once', async () => {
    const site = await Site.start({ primaries: 2 });
    await site.clock.advance(1000);
    site.secondary.updateConfig({ ...site.config, refreshMaxInterval: 60 });
    expect(site.status.refreshAt! - site.clock.now()).toBeLessThanOrEqual(60_000);
    for (const primary of site.primaries) primary.asked.length = 0;
    site.secondary.updateConfig({ ...site.config, primaries: [site.config.primaries[1]] });
    await site.clock.advance(1000);
    expect(site.primaries[0].asked).toEqual([]);
    expect(site.primaries[1].asked).toEqual(['SOA']);
    await site.secondary.stop();
  });

  test('a removed zone is given up in the middle of a transfer; its data stays for when it comes back', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.primary.change((hosts) => hosts.set('a', 1));
    await site.notify();
    await site.clock.advance(1);
    await site.secondary.removeZone(ZONE);
    await site.clock.advance(10_000);
    expect(site.table.get(ZONE)).toBeUndefined();
    expect(site.clock.pending).toBe(0);
    await site.secondary.addZone(site.config);
    expect(site.servedSerial).toBe(1);
    await site.secondary.removeZone(ZONE, { drop: true });
    expect(await site.store.load(ZONE)).toBeUndefined();
    await site.secondary.stop();
  });

  test('stop gives up what is under way, answers those who wait, and leaves no timer', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.network.faults(ADDRESSES[0], { hang: 1 });
    site.primary.change((hosts) => hosts.set('a', 1));
    const asked = site.secondary.retransfer(ZONE);
    await site.clock.advance(500);
    await site.secondary.stop();
    expect(await asked).toMatchObject({ outcome: 'failed' });
    expect(site.clock.pending).toBe(0);
    const { facts } = (await site.store.load(ZONE))!;
    expect(facts.expireAt).toBe(site.status.expireAt);
  });

  test('a transfer that hangs is given up, and does not keep the zone from expiring', async () => {
    const site = await Site.start({ limits: { idleTimeout: 2 * DAY, transferTimeout: 3 * DAY } });
    await site.clock.advance(1000);
    site.primary.change((hosts) => hosts.set('a', 1));
    site.network.faults(ADDRESSES[0], { hang: 1 });
    await site.notify();
    await site.clock.advance(DAY + HOUR);
    expect(site.status.refreshing).toBe(true);
    expect(site.servedSerial).toBeUndefined();
    await site.secondary.stop();
  });
});

describe('a hub', () => {
  const down = { host: '192.0.2.99', port: 53 };
  const context = (now: number) => ({ transport: 'tcp' as const, peerAddress: down.host, peerPort: 1, now });

  /** The records of a transfer asked of the hub, and the seconds in its EXPIRE. */
  async function transferFrom(site: Site, type: number, serial?: number) {
    const edns = { udpSize: 1232, version: 0, dnssecOk: false, extendedRcode: 0, options: [expireOption()] };
    const authority = serial === undefined ? [] : [site.primary.soa({ ...site.primary.content, serial })];
    const request = encodeMessage({ id: 3, question: [{ name: ZONE, type, class: 1 }], authority, edns });
    const answer = await site.entry.handler.transfer!(unwrap(decodeMessage(request)), context(site.clock.now()));
    if (!('messages' in answer)) return answer;
    const records: number[] = [];
    let expire: number | undefined;
    for await (const bytes of answer.messages) {
      const message = unwrap(decodeMessage(bytes));
      expire ??= readExpire(message.edns);
      records.push(...message.answer.map((record) => record.type));
    }
    return { records, expire };
  }

  test('passes on what it serves: AXFR, IXFR, what is left of EXPIRE (RFC 7314 4), and NOTIFY', async () => {
    const site = await Site.start({ config: { notify: [{ id: 'down', addresses: [down] }] } });
    const { clock, network, primary } = site;
    await clock.advance(1000);
    primary.change((hosts) => hosts.set('a', 1));
    network.sent.length = 0;
    await site.notify();
    await clock.advance(200);
    expect(network.sent).toContain('udp 192.0.2.99:53');
    expect(site.status.notify).toMatchObject([{ id: 'down', address: '192.0.2.99:53' }]);
    await clock.advance(HOUR / 2);
    expect(await transferFrom(site, TYPE.AXFR)).toEqual({
      records: [TYPE.SOA, TYPE.NS, TYPE.A, TYPE.A, TYPE.SOA],
      expire: Math.floor((site.status.expireAt! - clock.now()) / 1000),
    });
    expect(await transferFrom(site, TYPE.IXFR, 1)).toMatchObject({
      records: [TYPE.SOA, TYPE.SOA, TYPE.SOA, TYPE.A, TYPE.SOA],
    });
    expect(await transferFrom(site, TYPE.IXFR, 2)).toMatchObject({ records: [TYPE.SOA] });
    expect(site.secondary.notifyNow(ZONE)).toBe(1);
    await site.secondary.stop();
  });

  test('does not pass on what has expired', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    site.network.faults(ADDRESSES[0], { down: true });
    await site.clock.advance(2 * DAY);
    expect(await transferFrom(site, TYPE.AXFR)).toMatchObject({ rcode: RCODE.SERVFAIL });
    await site.secondary.stop();
  });
});
