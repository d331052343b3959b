import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplicaEvent, ReplicaPage, SerialTimes } from '@zonewire/replicas';
import {
  type Address,
  EventListener,
  eventually,
  freePort,
  type Peer,
  servedSerial,
  startBind,
  startNsd,
  ZonewireNode,
} from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleZone } from '../fixtures/zones.ts';

const ZONE = 'example.test.';

type SecondaryName = 'site' | 'bind' | 'nsd';

describe('the truth about a site of ours, a BIND and an NSD', () => {
  let primary: ZonewireNode;
  let site: ZonewireNode;
  const peers: Peer[] = [];
  const ports = { site: 0, bind: 0, nsd: 0 };
  const names = ['site', 'bind', 'nsd'] as const;
  let events: EventListener<ReplicaEvent>;

  beforeAll(async () => {
    for (const name of names) ports[name] = await freePort();
    const notify = names.map((name) => ({ host: '127.0.0.1', port: ports[name] }));
    primary = await ZonewireNode.start({ zones: [{ name: ZONE, text: sampleZone(1), notify }] });
    const zones = [{ name: ZONE, primaries: [primary] }];
    site = await ZonewireNode.start({ port: ports.site, zones });
    peers.push(await startBind({ port: ports.bind, zones }), await startNsd({ port: ports.nsd, zones }));
    for (const name of names) await untilAnswers(name, 1);
    await eventually('all in sync', async () => (await health()).every((state) => state === 'in-sync'));
    events = await EventListener.of(primary);
  }, 120_000);

  afterAll(async () => {
    await events?.close();
    for (const peer of peers) await peer.remove();
    for (const node of [primary, site]) await node?.remove();
  });

  const at = (name: SecondaryName): Address => ({ host: '127.0.0.1', port: ports[name] });
  const idOf = (name: SecondaryName) => `remote-${ports[name]}`;
  const replicas = async () => (await primary.api<ReplicaPage>('/api/v1/replicas')).zones[0].replicas;
  const health = async () => (await replicas()).map((replica) => replica.health.state);

  const untilAnswers = (name: SecondaryName, serial: number) =>
    eventually(
      `${name} answers with serial ${serial}`,
      async () => (await servedSerial(at(name), ZONE)) === serial,
      60_000,
    );

  const change = (text: string) =>
    primary.api<{ serial: number }>(`/api/v1/zones/${ZONE}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        rrsets: [{ name: `new.${ZONE}`, type: 'TXT', ttl: 60, changetype: 'REPLACE', records: [`"${text}"`] }],
      }),
    });

  it('one that is stopped is named within 2 s of the first probe that fails, and in sync when it is back', async () => {
    const [bind] = peers;
    await bind.stop();
    const { serial } = await change('while BIND is down');
    const toUnreachable = (event: ReplicaEvent) =>
      event.kind === 'health' && event.secondary === idOf('bind') && event.to.state === 'unreachable';
    await eventually('named', async () => events.heard.some(toUnreachable));
    // NOTIFYs that nobody answers count as probes do, and leave with the commit: two of them may be quicker than any probe.
    const failed =
      events.heard.find((event) => event.kind === 'probe-failed' && event.secondary === idOf('bind')) ??
      events.heard.find((event) => event.kind === 'committed' && event.serial === serial);
    expect(events.heard.find(toUnreachable)!.at - failed!.at).toBeLessThanOrEqual(2_000);
    const { output, code } = await primary.cli('lag');
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`${idOf('bind')} .*unreachable .*does not answer over UDP`));
    expect(output).toContain(`${idOf('bind')} ${ZONE}: See whether the server runs`);
    const { entries } = await primary.api<{ entries: object[] }>('/api/v1/notify-queue');
    expect(entries).toMatchObject([{ zone: ZONE, secondary: idOf('bind'), serial }]);
    await bind.run();
    await eventually('in sync again', async () => (await health()).every((state) => state === 'in-sync'));
    expect(await primary.api('/api/v1/notify-queue')).toEqual({ total: 0, entries: [] });
  }, 120_000);

  it('the times survive a restart, kill -9 too, and whoever missed a change meanwhile is told (RFC 1996 3.6)', async () => {
    await events.close();
    const [, nsd] = peers;
    await nsd.stop();
    const { serial } = await change('while NSD is down');
    await untilAnswers('site', serial);
    const written = async () =>
      (await primary.api<{ buckets: { count: number }[] }>('/api/v1/lag/history')).buckets.length > 0;
    await eventually('the history is written', written);
    await sleep(1_500);
    await primary.stop('SIGKILL');
    await nsd.run();
    await primary.run();
    await untilAnswers('nsd', serial);
    await eventually('all in sync', async () => (await health()).every((state) => state === 'in-sync'));
    const { serials } = await primary.api<{ serials: SerialTimes[] }>(`/api/v1/zones/${ZONE}/timeline?limit=10`);
    expect(serials.map((one) => one.serial)).toEqual([serial, serial - 1]);
    expect(seen(serials[0].secondaries, 'site')?.answeredAt).toBeGreaterThan(0);
  }, 120_000);

  function seen(secondaries: SerialTimes['secondaries'], name: SecondaryName) {
    return secondaries.find(({ id }) => id === idOf(name));
  }
});
