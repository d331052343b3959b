import { decodeMessage, encodeMessage, expireOption, RCODE, readExpire, TYPE, unwrap } from '@zonewire/shared-protocol';
import { describe, expect, test } from 'vitest';
import { ADDRESSES, DAY, HOUR, Site, ZONE } from './fixtures/site.ts';

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

  test('warns at 50, 75 and 90 % of EXPIRE without a word of a primary (RFC 1035 3.3.13)', async () => {
    const site = await Site.start();
    await site.clock.advance(1000);
    const warned = () => (site.status.warnings ?? []).map((warning) => /more than (\d+) %/.exec(warning)?.[1]);
    expect(warned()).toEqual([]);
    site.network.faults(ADDRESSES[0], { down: true });
    const seen = new Set<string | undefined>();
    for (let hour = 0; hour < 25; hour++) {
      await site.clock.advance(DAY / 24);
      for (const part of warned()) seen.add(part);
    }
    expect([...seen]).toEqual(['50', '75', '90']);
    expect(warned()).toEqual([]);
    expect(site.status.state).toBe('expired');
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
