import { RCODE } from '@zonewire/shared-protocol';
import { describe, expect, test } from 'vitest';
import { Site } from './fixtures/site.ts';

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
