import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { dig, eventually, freePort, type PeerKey, ZonewireNode } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleZone } from '../fixtures/zones.ts';

const ZONE = 'example.test.';
const KEY: PeerKey = {
  name: 'xfr.example.',
  algorithm: 'hmac-sha256',
  secret: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ=',
};
const SECRET = 'thirty-two octets of a secret !!';
const root = fileURLToPath(new URL('../..', import.meta.url));

interface Progress {
  readonly state: string;
  readonly serial: number;
  readonly secondaries: readonly {
    readonly id: string;
    readonly wanted: boolean;
    readonly answered: boolean;
    readonly lagMs?: number;
  }[];
}

describe('a change is waited for at a primary with two secondaries', () => {
  let primary: ZonewireNode;
  let secondaries: ZonewireNode[];
  const received: { readonly signature: unknown; readonly timestamp: unknown; readonly body: string }[] = [];
  const receiver = createServer(async (request, response) => {
    const { headers } = request;
    const body = await text(request);
    response.end();
    received.push({ signature: headers['zonewire-signature'], timestamp: headers['zonewire-timestamp'], body });
  });
  const alertsOf = (node: ZonewireNode): string[] =>
    received
      .flatMap(({ body }) => JSON.parse(body).events as { event: string; secondary: string }[])
      .filter(({ secondary }) => secondary === idOf(node))
      .map(({ event }) => event);
  const idOf = (node: ZonewireNode) => `remote-${node.port}-${KEY.algorithm}`;

  beforeAll(async () => {
    const ports = [await freePort(), await freePort()];
    primary = await ZonewireNode.start({
      keys: [KEY],
      zones: [
        { name: ZONE, text: sampleZone(1), key: KEY, notify: ports.map((port) => ({ host: '127.0.0.1', port })) },
      ],
    });
    const start = (port: number) =>
      ZonewireNode.start({ port, keys: [KEY], zones: [{ name: ZONE, key: KEY, primaries: [primary] }] });
    secondaries = await Promise.all(ports.map(start));
    await Promise.all(secondaries.map((node) => node.untilSerial(ZONE, 1)));
  });

  afterAll(async () => {
    receiver.closeAllConnections();
    receiver.close();
    for (const node of [primary, ...(secondaries ?? [])]) await node?.remove();
  });

  const change = (address: string) =>
    primary.api<{ changeId: string; serial: number }>(`/api/v1/zones/${ZONE}`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        rrsets: [{ name: `new.${ZONE}`, type: 'A', ttl: 60, changetype: 'REPLACE', records: [address] }],
      }),
    });
  const changeState = (id: string, query: string) => primary.api<Progress>(`/api/v1/changes/${id}?${query}`);

  /** A script of deploy/recipes, as an operator runs it on the primary's host. */
  const recipe = (script: string, args: readonly string[], environment: Record<string, string> = {}) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const env = {
        PATH: process.env.PATH,
        ZONEWIRE_CONTROL: primary.controlUrl,
        ZONEWIRE_COMMAND: `${process.execPath} ${join(root, 'packages/cli/bin/zonewire.mjs')}`,
        ACME_ZONE: 'example.test',
        ...environment,
      };
      execFile(join(root, 'deploy/recipes', script), args, { env }, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), out, err }),
      );
    });
  const challenges = (node: ZonewireNode, name: string) => dig(node, '+short', name, 'TXT');

  it('the answer comes when both have it, with the lag of each', async () => {
    const { changeId, serial } = await change('192.0.2.101');
    const { state, secondaries: each } = await changeState(changeId, 'wait=all&timeout=30');
    expect(state).toBe('done');
    for (const node of secondaries) expect(await dig(node, '+short', `new.${ZONE}`, 'A')).toBe('192.0.2.101\n');
    expect(each.map(({ id, answered }) => [id, answered])).toEqual(secondaries.map((node) => [idOf(node), true]));
    for (const { lagMs } of each) expect(lagMs).toBeGreaterThan(0);
    const waited = await primary.cli('wait', ZONE, '--serial', String(serial));
    expect([waited.code, waited.errors]).toEqual([0, '']);
    expect(waited.output).toContain(`serial ${serial} of ${ZONE}: waiting for all 2`);
    expect(waited.output).toContain('done: 2 of 2 have it');
  });

  it('recipe: an ACME challenge by nsupdate, as lego and dehydrated call it, is at every secondary when the hook returns', async () => {
    const keyFile = join(primary.folder, 'acme.key');
    writeFileSync(keyFile, `key "${KEY.name}" { algorithm ${KEY.algorithm}; secret "${KEY.secret}"; };\n`, {
      mode: 0o600,
    });
    const name = '_acme-challenge.www.example.test';
    const settings = { ACME_KEY_FILE: keyFile, ACME_PORT: String(primary.port) };
    const present = (...args: string[]) => recipe('acme-dns01.sh', args, settings);
    expect(await present('present', name, 'first_value-1')).toMatchObject({ code: 0, err: '' });
    const dehydrated = await present('deploy_challenge', 'www.example.test', 'a file', 'second_value-2');
    expect(dehydrated).toMatchObject({ code: 0, err: '' });
    for (const node of secondaries)
      expect((await challenges(node, name)).split('\n').sort()).toEqual(['', '"first_value-1"', '"second_value-2"']);
    await recipe('acme-dns01.sh', ['cleanup', name, 'first_value-1'], settings);
    expect(await challenges(primary, name)).toBe('"second_value-2"\n');
  });

  it('recipe: the same by the API, as certbot calls it', async () => {
    const certbot = { CERTBOT_DOMAIN: '*.example.test', CERTBOT_VALIDATION: 'certbot_value' };
    expect(await recipe('acme-dns01.sh', ['present'], certbot)).toMatchObject({ code: 0, err: '' });
    for (const node of secondaries)
      expect(await challenges(node, '_acme-challenge.example.test')).toBe('"certbot_value"\n');
    expect(await recipe('acme-dns01.sh', ['cleanup'], certbot)).toMatchObject({ code: 0, err: '' });
    expect(await challenges(primary, '_acme-challenge.example.test')).toBe('');
  });

  it.each([
    [['present', 'a.example.test', 'x" 1\nupdate delete example.test.'], 'not the value of a challenge'],
    [['present', 'a"b.example.test', 'x'], 'not the name of a challenge'],
    [['present', 'a.example.test', ''], 'not the value of a challenge'],
    [['publish'], 'use: acme-dns01.sh'],
  ])('recipe: %j is refused before anything is changed', async (args, words) => {
    const { code, err } = await recipe('acme-dns01.sh', args);
    expect([code, err]).toEqual([2, expect.stringContaining(words)]);
  });

  it('recipe: a zone file from CI is checked, loaded, and at every secondary at the end; a broken one changes nothing', async () => {
    const file = join(primary.folder, 'from-ci.zone');
    writeFileSync(file, sampleZone(1_000, 'ci A 192.0.2.200\n'));
    const before = primary.readZoneFile(ZONE);
    // Dynamic updates were made meanwhile: the file would lose them, so the node does not take it.
    const refused = await recipe('deploy-zone.sh', [ZONE, file]);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('is as it was')]);
    expect(primary.readZoneFile(ZONE)).toBe(before);
    // Freezing writes them into the file, which CI takes up; here it is simply replaced.
    for (const action of ['freeze', 'thaw']) await primary.api(`/api/v1/zones/${ZONE}/${action}`, { method: 'POST' });
    expect(await recipe('deploy-zone.sh', ['example.test', file])).toMatchObject({ code: 0, err: '' });
    for (const node of secondaries) expect(await dig(node, '+short', `ci.${ZONE}`, 'A')).toBe('192.0.2.200\n');
    writeFileSync(file, sampleZone(1_001, 'broken A 192.0.2.300\n'));
    const broken = await recipe('deploy-zone.sh', [ZONE, file]);
    expect([broken.code, broken.out + broken.err]).toEqual([1, expect.stringMatching(/from-ci\.zone:\d+:\d+/)]);
    expect(primary.readZoneFile(ZONE)).toContain('192.0.2.200');
  });

  it('places and webhooks of the configuration are taken at a reload', async () => {
    const config = JSON.parse(readFileSync(primary.configFile, 'utf8'));
    const [here, gone] = secondaries;
    const places = new Map([here, gone].map((node, i) => [idOf(node), ['Frankfurt', 'Singapore'][i]]));
    for (const remote of config.remotes) remote.place = { label: places.get(remote.id), latitude: 0, longitude: 0 };
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    const on = ['behind', 'unreachable', 'recovered'];
    config.webhooks = [{ id: 'pager', url, 'secret-file': './hook.secret', on, hold: 1 }];
    writeFileSync(join(primary.folder, 'hook.secret'), `${SECRET}\n`, { mode: 0o600 });
    writeFileSync(primary.configFile, JSON.stringify(config));
    await primary.api('/api/v1/node/reload', { method: 'POST' });
    const { changeId } = await change('192.0.2.103');
    const { state, secondaries: each } = await changeState(changeId, 'wait=singapore&timeout=30');
    expect([state, each.map(({ wanted }) => wanted)]).toEqual(['done', [false, true]]);
  });

  it('one that is gone is named with the reason, the other is there; the id outlives the primary, and all is well when it is back', async () => {
    const [here, gone] = secondaries;
    await gone.stop();
    const { changeId, serial } = await change('192.0.2.102');
    const waited = await primary.cli('wait', ZONE, '--serial', String(serial), '--timeout', '2');
    expect(waited.code).toBe(1);
    expect(waited.output).toMatch(new RegExp(`${idOf(here)} answered after .* \\(serial ${serial}\\)`));
    expect(waited.errors).toContain(`missing of ${changeId}:`);
    expect(waited.errors).toMatch(new RegExp(`  ${idOf(gone)} \\(127\\.0\\.0\\.1:${gone.port}\\) \\w+: \\w+`));
    expect((await changeState(changeId, `wait=${idOf(here)}`)).state).toBe('done');
    await eventually('the webhook is told', () => alertsOf(gone).length > 0);
    expect(alertsOf(gone)[0]).toMatch(/^(behind|unreachable)$/);
    expect(alertsOf(here)).toEqual([]);
    await primary.stop();
    const before = received.length;
    await primary.run();
    expect((await changeState(changeId, 'wait=all&timeout=1')).state).toBe('timed-out');
    await eventually('what is still wrong is told anew', () => received.length > before);
    const waiting = changeState(changeId, 'wait=all&timeout=60');
    await gone.run();
    expect((await waiting).state).toBe('done');
    expect(await dig(gone, '+short', `new.${ZONE}`, 'A')).toBe('192.0.2.102\n');
    await eventually('the webhook is told that it is well', () => alertsOf(gone).at(-1) === 'recovered');
    for (const { signature, timestamp, body } of received)
      expect(signature).toBe(`sha256=${createHmac('sha256', SECRET).update(`${timestamp}.${body}`).digest('hex')}`);
  });
});
