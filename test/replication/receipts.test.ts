import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dig, ZonewireNode } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sampleZone } from '../fixtures/zones.ts';

const ZONE = 'example.test.';
const ODD = 'odd.test.';
const AHEAD = 90_000;
/** A machine whose clock is wrong. */
const SHIFTED = ['--import', `data:text/javascript,const now = Date.now; Date.now = () => now() + ${AHEAD};`];
const TOKEN = 'the-token-of-a-secondary';

interface View {
  readonly id: string;
  readonly serial?: number;
  readonly health: { readonly state: string; readonly reason: string };
  readonly nodes?: readonly { readonly node: string; readonly serial: number }[];
  readonly expiry?: { readonly at: number; readonly source: string };
  readonly skewMs?: number;
  readonly receiptTrouble?: string;
}

interface Times {
  readonly serial: number;
  readonly committedAt: number;
  readonly secondaries: readonly (Record<string, number> & { readonly id: string })[];
}

/**
 * A primary that follows two secondaries: one whose clock is ahead, and one whose token it does not have. The first has another zone from
 * somebody else, who says the same serial and means something else.
 */
describe('receipts', () => {
  let other: ZonewireNode;
  let primary: ZonewireNode;
  let ahead: ZonewireNode;
  let closed: ZonewireNode;

  beforeAll(async () => {
    const control = { token: TOKEN };
    const zones = [{ name: ZONE, primaries: [] }];
    [ahead, closed] = await Promise.all([
      ZonewireNode.prepare({ identity: 'fra1', execArgv: SHIFTED, control, zones }),
      ZonewireNode.prepare({ identity: 'sin1', control, zones }),
    ]);
    const token = (node: ZonewireNode, text: string) => {
      const file = join(node.folder, 'its.token');
      writeFileSync(file, text, { mode: 0o600 });
      return { control: { url: node.controlUrl, 'token-file': file } };
    };
    const zone = (name: string, extra: string) => ({ name, text: sampleZone(1, extra, name) });
    [other, primary] = await Promise.all([
      ZonewireNode.start({ zones: [zone(ODD, 'host A 192.0.2.66\n')] }),
      ZonewireNode.start({
        remotes: { [ahead.port]: token(ahead, TOKEN), [closed.port]: token(closed, 'not-its-token') },
        zones: [
          { ...zone(ZONE, ''), notify: [ahead, closed] },
          { ...zone(ODD, 'host A 192.0.2.1\n'), notify: [ahead] },
        ],
      }),
    ]);
    ahead.configure({
      identity: 'fra1',
      control,
      zones: [
        { name: ZONE, primaries: [primary] },
        { name: ODD, primaries: [other] },
      ],
    });
    closed.configure({ identity: 'sin1', control, zones: [{ name: ZONE, primaries: [primary] }] });
    await Promise.all([ahead.run(), closed.run()]);
    await Promise.all([ahead.untilSerial(ZONE, 1), closed.untilSerial(ZONE, 1), ahead.untilSerial(ODD, 1)]);
  });

  afterAll(async () => {
    for (const node of [other, primary, ahead, closed]) await node?.remove();
  });

  const views = async (zone: string) => {
    const { replicas } = await primary.api<{ replicas: readonly View[] }>(`/api/v1/zones/${zone}/replicas`);
    const of = (node: ZonewireNode) => replicas.find(({ id }) => id === `remote-${node.port}`);
    return { ahead: of(ahead), closed: of(closed) };
  };
  const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 60_000, interval: 100 });

  it('a clock that is 90 s ahead is shown, and is in no time of the timeline', async () => {
    await until(async () => {
      const { skewMs, expiry } = (await views(ZONE)).ahead!;
      expect(Math.abs((skewMs ?? 0) - AHEAD)).toBeLessThan(2_000);
      expect(expiry?.source).toBe('receipt');
      // SOA EXPIRE is a day.
      expect(Math.abs(expiry!.at - Date.now() - 86_400_000)).toBeLessThan(60_000);
    });
    const before = Date.now();
    await primary.rewrite(ZONE, sampleZone(2));
    await until(async () => {
      const { serials } = await primary.api<{ serials: readonly Times[] }>(`/api/v1/zones/${ZONE}/timeline`);
      const { serial, committedAt, secondaries } = serials[0];
      expect(serial).toBe(2);
      const its = secondaries.find(({ id }) => id === `remote-${ahead.port}`)!;
      for (const moment of ['transferredAt', 'verifiedAt', 'answeredAt']) {
        expect(its[moment], moment).toBeGreaterThan(before - 2_000);
        expect(its[moment], moment).toBeLessThan(Date.now() + 2_000);
      }
      expect(its.lagMs).toBeLessThan(AHEAD / 2);
      expect(committedAt).toBeGreaterThanOrEqual(before);
    });
  });

  it('a token that is wrong is said once, in the log and in the view; probes go on', async () => {
    await until(async () => {
      const { receiptTrouble, health, serial, skewMs } = (await views(ZONE)).closed!;
      expect(receiptTrouble).toMatch(/refuses the token \(HTTP 401\)/);
      expect([health.state, serial, skewMs]).toEqual(['in-sync', 2, undefined]);
    });
    const said = () => primary.process.output.match(/its receipts cannot be followed at .*refuses the token/g) ?? [];
    await until(async () => expect(said()).toHaveLength(1));
  });

  it('the same serial and other content: diverged', async () => {
    await until(async () => {
      const { health } = (await views(ODD)).ahead!;
      expect(health.state).toBe('diverged');
      expect(health.reason).toMatch(/serial 1 .*its receipt has the digest/);
    });
    expect((await views(ZONE)).ahead?.health.state).toBe('in-sync');
  });

  it('dig shows which node answers, and from which version (RFC 5001, RFC 9660)', async () => {
    const out = await dig(ahead, '+nsid', '+ednsopt=19', ZONE, 'SOA');
    expect(out).toMatch(/NSID: .*\("fra1"\)/);
    expect(out).toMatch(/(OPT=19|ZONEVERSION): 02 00 00 00 00 02/);
    expect((await views(ZONE)).ahead?.nodes).toMatchObject([{ node: 'fra1', serial: 2 }]);
  });

  it('a secondary that comes back is followed again, with what it did meanwhile', async () => {
    await ahead.stop('SIGKILL');
    await until(async () => expect((await views(ZONE)).ahead?.receiptTrouble).toBeDefined());
    await primary.rewrite(ZONE, sampleZone(3));
    await ahead.run();
    await until(async () => {
      const { receiptTrouble, serial, health } = (await views(ZONE)).ahead!;
      expect([receiptTrouble, serial, health.state]).toEqual([undefined, 3, 'in-sync']);
    });
  });
});
