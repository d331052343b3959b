import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReplicaPage, ReplicaView } from '@zonewire/replicas';
import {
  eventually,
  freePort,
  type Peer,
  run,
  servedSerial,
  startBind,
  startNsd,
  startPowerDnsSqlite,
  ZonewireNode,
} from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleZone } from '../fixtures/zones.ts';

const ZONE = 'example.test.';
/** NSD gives nobody this one. */
const CLOSED = 'closed.test.';
const VENDORS = ['nsd', 'pdns', 'bind'] as const;
type Vendor = (typeof VENDORS)[number];
const START = { bind: startBind, nsd: startNsd, pdns: startPowerDnsSqlite };

/** As from a backup that somebody has edited. */
const altered = (serial: number) =>
  sampleZone(serial, 'planted A 192.0.2.66').replace('web A 192.0.2.10', 'web A 192.0.2.99');

describe('secondaries of other vendors with the same serial and other content', () => {
  let primary: ZonewireNode;
  const ports = {} as Record<Vendor, number>;
  const peers = {} as Record<Vendor, Peer>;

  beforeAll(async () => {
    for (const vendor of VENDORS) ports[vendor] = await freePort();
    const notify = VENDORS.map((vendor) => ({ host: '127.0.0.1', port: ports[vendor] }));
    primary = await ZonewireNode.start({
      zones: [
        { name: ZONE, text: sampleZone(1), notify },
        { name: CLOSED, text: sampleZone(1, '', CLOSED), notify: [{ host: '127.0.0.1', port: ports.nsd }] },
      ],
      replicas: { 'compare-interval': '1s' },
    });
    const zone = { name: ZONE, primaries: [primary] };
    const closed = { name: CLOSED, primaries: [primary], transfers: false };
    await Promise.all(
      VENDORS.map(async (vendor) => {
        const zones = vendor === 'nsd' ? [zone, closed] : [zone];
        peers[vendor] = await START[vendor]({ port: ports[vendor], zones });
      }),
    );
    await eventually('all in sync', async () => (await all()).every(({ health }) => health.state === 'in-sync'));
  }, 120_000);

  afterAll(async () => {
    for (const peer of Object.values(peers)) await peer.remove();
    await primary?.remove();
  });

  const idOf = (vendor: Vendor) => `remote-${ports[vendor]}`;
  const all = async () =>
    (await primary.api<ReplicaPage>('/api/v1/replicas')).zones.flatMap(({ replicas }) => replicas);
  const view = async (vendor: Vendor, zone = ZONE): Promise<ReplicaView> => {
    const { replicas } = await primary.api<{ replicas: ReplicaView[] }>(`/api/v1/zones/${zone}/replicas`);
    return replicas.find(({ id }) => id === idOf(vendor))!;
  };
  const until = (vendor: Vendor, what: string, holds: (replica: ReplicaView) => boolean) =>
    eventually(`${vendor} is ${what}`, async () => holds(await view(vendor)));

  async function serve(vendor: Vendor, text: string): Promise<void> {
    const peer = peers[vendor];
    await peer.stop();
    await peer.restore(ZONE, text);
    await peer.run();
  }

  it('copies are found to be the same; one that refuses AXFR is no trouble, and says so', async () => {
    for (const vendor of VENDORS) await until(vendor, 'compared', ({ comparison }) => comparison?.result === 'same');
    const { output, code } = await primary.cli('zone', 'compare', ZONE);
    expect(code, output).toBe(0);
    for (const vendor of VENDORS) expect(output).toMatch(new RegExp(`${idOf(vendor)} +same +1 +all \\d+ records`));
    const refusal = await primary.cli('zone', 'compare', CLOSED, idOf('nsd'));
    expect(refusal).toMatchObject({
      code: 1,
      output: expect.stringContaining('refuses AXFR to this primary (REFUSED)'),
    });
    const { health, comparison } = await view('nsd', CLOSED);
    expect(health.state).toBe('in-sync');
    expect(comparison?.result).toBe('refused');
    expect(comparison!.nextAt! - comparison!.at).toBeGreaterThan(20 * 3_600_000);
    expect((await primary.cli('zone', 'status', CLOSED)).output).toContain('cannot be compared: it refuses AXFR');
  }, 120_000);

  it('an altered copy is diverged by itself, with what differs; the others are not', async () => {
    await serve('bind', altered(1));
    await until('bind', 'diverged', ({ health }) => health.state === 'diverged');
    const { health, serial } = await view('bind');
    expect(serial).toBe(1);
    expect(health.reason).toContain(`planted.${ZONE} A is only there, web.${ZONE} A is another there`);
    expect(health.next).toContain('rndc retransfer');
    for (const vendor of ['nsd', 'pdns'] as const) expect((await view(vendor)).health.state).toBe('in-sync');
    const { output, code } = await primary.cli('lag');
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`${idOf('bind')} .*diverged .*planted`));
    const metrics = await (await fetch(`${primary.controlUrl}/metrics`)).text();
    expect(metrics).toMatch(/zonewire_replication_comparisons_total\{result="different"\} [1-9]/);
  }, 120_000);

  it('it stays so when it follows a change (RFC 1995): differences are applied to what is there', async () => {
    await primary.rewrite(ZONE, sampleZone(2));
    await until('bind', 'at serial 2', ({ serial }) => serial === 2);
    await until('bind', 'compared', ({ comparison }) => comparison?.serial === 2);
    expect((await view('bind')).health).toMatchObject({
      state: 'diverged',
      reason: expect.stringContaining('planted'),
    });
  }, 120_000);

  it('after a restart of the primary, kill -9 too, it is compared first', async () => {
    await primary.stop('SIGKILL');
    // By itself it would have its turn in six hours.
    const settings = readFileSync(primary.configFile, 'utf8');
    expect(settings).toContain('compare-interval');
    writeFileSync(primary.configFile, settings.replace(/("?compare-interval"?: *"?)1s/, '$16h'));
    await primary.run();
    await until('bind', 'diverged', ({ health }) => health.state === 'diverged');
    expect((await view('nsd')).comparison).toBeUndefined();
  }, 120_000);

  it('once the whole zone is transferred anew it is well, without being asked', async () => {
    await run('rndc', ['-c', join(peers.bind.folder, 'rndc.conf'), 'retransfer', ZONE]);
    await until('bind', 'in sync', ({ health }) => health.state === 'in-sync');
    expect((await view('bind')).comparison).toMatchObject({ result: 'same', serial: 2 });
    expect(await servedSerial({ host: '127.0.0.1', port: ports.bind }, ZONE)).toBe(2);
  }, 120_000);
});
