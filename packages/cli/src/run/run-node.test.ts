import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dig, digSerial, run, ZonewireNode } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const COMMAND = fileURLToPath(new URL('../../bin/zonewire.mjs', import.meta.url));
const KEY = {
  name: 'k.example.',
  algorithm: 'hmac-sha256',
  secret: 'em9uZXdpcmUtdGVzdC1rZXktMDEyMzQ1Njc4OTAxMjM=',
};

function zoneText(zone: string, serial: number, more = ''): string {
  return `$ORIGIN ${zone}\n$TTL 60\n@ SOA ns.${zone} host.${zone} ${serial} 60 60 600 60\n@ NS ns.${zone}\nns A 192.0.2.1\n${more}`;
}

describe('zonewire run', () => {
  let node: ZonewireNode;
  const api = <T>(path: string, init?: RequestInit) => node.api<T>(path, init);
  const patch = (rrsets: object[]) =>
    api('/api/v1/zones/a.test.', {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ rrsets }),
    });

  beforeAll(async () => {
    node = await ZonewireNode.start({
      identity: 'n1',
      keys: [KEY],
      zones: [
        { name: 'a.test.', text: zoneText('a.test.', 1), key: KEY },
        { name: 'broken.test.', text: 'this is no zone\n' },
      ],
    });
  }, 60_000);

  afterAll(() => node?.remove());

  /** Signals the node and waits until its log says so. */
  async function hup(until: RegExp): Promise<string> {
    const before = node.process.output.length;
    node.process.child.kill('SIGHUP');
    await node.process.until(String(until), () => until.test(node.process.output.slice(before)));
    return node.process.output.slice(before);
  }

  it('serves what it can, and says what it cannot', async () => {
    expect(await digSerial(node, 'a.test.')).toBe(1);
    expect(node.process.output).toMatch(/"msg":"ready: 1 of 2 zones served, DNS 127\.0\.0\.1:\d+, control http:/);
    expect(await dig(node, 'broken.test.', 'SOA')).toMatch(/status: SERVFAIL/);
    const status = await node.cli('zone', 'status', 'broken.test.');
    expect(status.code).toBe(1);
    expect(status.output).toMatch(/broken\.test\.zone:1:\d+/);
    expect((await node.cli('node', 'status')).output).toContain('2 zones: 1 serving, 1 failed');
  });

  it('SIGHUP takes a changed zone file and a new zone without dropping a query', async () => {
    let asking = true;
    const failures: string[] = [];
    const asked = (async () => {
      while (asking) if ((await digSerial(node, 'a.test.')) === undefined) failures.push('no answer');
    })();
    writeFileSync(node.zoneFile('a.test.'), zoneText('a.test.', 2));
    const config = JSON.parse(readFileSync(node.configFile, 'utf8'));
    writeFileSync(node.zoneFile('b.test.'), zoneText('b.test.', 5));
    config.zones.push({ domain: 'b.test.', file: node.zoneFile('b.test.') });
    config.server.identity = 'n2';
    writeFileSync(node.configFile, JSON.stringify(config));
    const log = await hup(/configuration read again/);
    asking = false;
    await asked;
    expect(failures).toEqual([]);
    expect(await digSerial(node, 'a.test.')).toBe(2);
    expect(await digSerial(node, 'b.test.')).toBe(5);
    expect(log).toContain('server.identity has changed: it takes effect at the next start');
    expect(log).toMatch(/"added":1,"removed":0,"reconfigured":0,"reloaded":1,"failed":1/);
  });

  it('SIGHUP with a broken zone file: the error with its place, the old version stays', async () => {
    writeFileSync(node.zoneFile('a.test.'), zoneText('a.test.', 3, 'bad A 1.2.3.400\n'));
    expect(await hup(/configuration read again/)).toMatch(/a\.test\.zone:6:7/);
    expect(await digSerial(node, 'a.test.')).toBe(2);
    writeFileSync(node.zoneFile('a.test.'), zoneText('a.test.', 2));
  });

  it('SIGHUP with a broken configuration: every error with its place, nothing changes', async () => {
    const good = readFileSync(node.configFile, 'utf8');
    const config = JSON.parse(good);
    config.zones = config.zones.slice(1);
    config.zonez = [];
    config.acls[0].action = ['everything'];
    writeFileSync(node.configFile, JSON.stringify(config, null, 2));
    const log = await hup(/nothing has changed: 2 errors/);
    expect(log).toMatch(/zonewire\.yaml:\d+:\d+: unknown key \\"zonez\\"/);
    expect(log).toMatch(/zonewire\.yaml:\d+:\d+: action must be one of/);
    const reload = await node.cli('zone', 'reload');
    writeFileSync(node.configFile, good);
    expect(reload.code).toBe(2);
    expect(reload.errors).toMatch(/zonewire\.yaml:\d+:\d+: unknown key "zonez"[\s\S]*nothing has changed/);
    expect(await digSerial(node, 'a.test.')).toBe(2);
  });

  it('a zone that is no longer configured is refused; configured again it is back as it was', async () => {
    const good = readFileSync(node.configFile, 'utf8');
    const config = JSON.parse(good);
    config.zones = config.zones.filter(({ domain }: { domain: string }) => domain !== 'b.test.');
    writeFileSync(node.configFile, JSON.stringify(config));
    await hup(/configuration read again/);
    expect(await dig(node, 'b.test.', 'SOA')).toMatch(/status: REFUSED/);
    writeFileSync(node.configFile, good);
    expect((await node.cli('zone', 'reload')).output).toContain('b.test.: added');
    expect(await digSerial(node, 'b.test.')).toBe(5);
  });

  it('PATCH changes RRsets, all or none; freeze refuses it; export shows it', async () => {
    const added = {
      name: 'www.a.test.',
      type: 'A',
      ttl: 60,
      changetype: 'REPLACE',
      records: ['192.0.2.7', '192.0.2.8'],
    };
    expect(await patch([added])).toMatchObject({ zone: 'a.test.', serial: 3 });
    expect((await dig(node, '+short', 'www.a.test.', 'A')).trim().split('\n').sort()).toEqual([
      '192.0.2.7',
      '192.0.2.8',
    ]);
    await expect(
      patch([
        { ...added, name: 'x.a.test.' },
        { ...added, type: 'MX' },
      ]),
    ).rejects.toThrow(/422/);
    expect(await dig(node, '+short', 'x.a.test.', 'A')).toBe('');
    expect((await node.cli('zone', 'freeze', 'a.test.')).code).toBe(0);
    await expect(patch([{ ...added, changetype: 'DELETE', records: [] }])).rejects.toThrow(/409.*frozen/);
    expect((await node.cli('zone', 'thaw', 'a.test.')).code).toBe(0);
    const { output, code } = await node.cli('zone', 'export', 'a.test.');
    expect(code).toBe(0);
    expect(output).toMatch(/^\$ORIGIN a\.test\.\n[\s\S]*192\.0\.2\.7/);
  });

  it('counts what it did under its public names', async () => {
    await dig(node, '-y', `${KEY.algorithm}:${KEY.name}:${KEY.secret}`, 'a.test.', 'AXFR');
    await dig(node, '+opcode=NOTIFY', '+norec', 'a.test.', 'SOA');
    await dig(node, '+opcode=UPDATE', '+norec', 'a.test.', 'SOA');
    await dig(node, 'a.test.', 'AXFR');
    await dig(node, 'broken.test.', 'AXFR');
    const metrics = await (await fetch(`${node.controlUrl}/metrics`)).text();
    expect(metrics).toMatch(/^zonewire_xfr_requests_total\{xfrtype="any",direction="out",result="refused"\} 1$/m);
    expect(metrics).toMatch(/^zonewire_xfr_requests_total\{xfrtype="any",direction="out",result="not-loaded"\} 1$/m);
    expect(metrics).toMatch(/^zonewire_updates_total\{result="REFUSED"\} 1$/m);
    expect(metrics).toMatch(/^zonewire_notifies_total\{direction="in",result="ok"\} 0$/m);
    expect(metrics).toMatch(/^zonewire_notify_waiting 0$/m);
    expect(metrics).toMatch(/^zonewire_exchanges_total\{result="waited"\} 0$/m);
    expect(metrics).toMatch(/^zonewire_notifies_total\{direction="in",result="refused"\} 1$/m);
    expect(metrics).toMatch(/^zonewire_queries_total\{transport="udp",type="SOA"\} [1-9]/m);
    expect(metrics).toMatch(/^zonewire_responses_total\{rcode="SERVFAIL"\} [1-9]/m);
    expect(metrics).toMatch(/^zonewire_xfr_requests_total\{xfrtype="axfr",direction="out",result="ok"\} 1$/m);
    expect(metrics).toMatch(/^zonewire_zone_serial\{zone="a\.test\."\} 3$/m);
    expect(metrics).toMatch(/^zonewire_zones\{role="primary",state="failed"\} 1$/m);
  });

  it('the control API answers on loopback only to loopback names', async () => {
    const { stdout } = await run('curl', ['-s', '-H', 'Host: evil.example', `${node.controlUrl}/api/v1/zones`]);
    expect(JSON.parse(stdout)).toMatchObject({ status: 421 });
  });

  it('a second node cannot take its port, nor its data: exit 2 and what to do', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'zonewire-second-'));
    const config = join(folder, 'second.yaml');
    const start = async (server: object, control?: object) => {
      writeFileSync(config, JSON.stringify({ server, ...(control ? { control } : {}) }));
      const { stdout, code } = await run(process.execPath, [COMMAND, 'run', '-c', config], true);
      return [code, stdout];
    };
    const listen = ['127.0.0.1:0'];
    const dns = await start({ listen: [`127.0.0.1:${node.port}`], 'data-dir': 'd' });
    expect(dns).toEqual([
      2,
      expect.stringMatching(new RegExp(`not started: 127\\.0\\.0\\.1:${node.port} .* is taken`)),
    ]);
    const control = await start({ listen, 'data-dir': 'd' }, { listen: `127.0.0.1:${node.controlPort}` });
    expect(control).toEqual([
      2,
      expect.stringMatching(new RegExp(`not started: 127\\.0\\.0\\.1:${node.controlPort} is taken`)),
    ]);
    const data = await start({ listen, 'data-dir': join(node.folder, 'data') });
    expect(data).toEqual([2, expect.stringContaining('not started: ')]);
    expect(data[1]).toMatch(/"code":"store-in-use"/);
    rmSync(folder, { recursive: true });
  });

  it('SIGTERM ends it with exit code 0; started again it serves what was acknowledged', async () => {
    expect(await node.stop()).toBe(0);
    expect(node.process.output).toMatch(/"msg":"stopped"/);
    await node.run();
    expect(await digSerial(node, 'a.test.')).toBe(3);
    expect(await dig(node, '+short', 'id.server', 'CH', 'TXT')).toContain('n2');
  });
});

it('a node started with an ipc channel stops when its starter is gone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'zonewire-ipc-'));
  const config = join(folder, 'n.yaml');
  writeFileSync(config, JSON.stringify({ server: { listen: ['127.0.0.1:0'], 'data-dir': 'd' } }));
  const child = spawn(process.execPath, [COMMAND, 'run', '-c', config], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const started = await Promise.race([once(child.stdout!, 'data'), ended.then(() => undefined)]);
  expect(started, 'it ended at once').toBeDefined();
  child.stdout!.resume();
  child.disconnect();
  expect(await ended).toEqual([0, null]);
  rmSync(folder, { recursive: true });
});
