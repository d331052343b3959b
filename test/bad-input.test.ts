import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { dig, digSerial, eventually, feed, freePort, run, startBind, ZonewireNode } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleZone } from './fixtures/zones.ts';
import { SHA256, SHA512 } from './interop/keys.ts';

const ZONE = 'example.test.';

/** DESIGN's table "Bad input gets", row by row, as an outsider sees it. */
describe('bad input gets', () => {
  let node: ZonewireNode;

  beforeAll(async () => {
    node = await ZonewireNode.start({
      keys: [SHA256],
      zones: [
        { name: ZONE, text: sampleZone(7), key: SHA256 },
        { name: 'broken.test.', text: '$ORIGIN broken.test.\n$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS a\na A 1.2.3.400\n' },
        { name: 'absent.test.', primaries: [{ host: '127.0.0.1', port: await freePort() }] },
      ],
    });
  });

  afterAll(async () => {
    await node?.remove();
  });

  const rcodeOf = async (...args: string[]) => (await dig(node, ...args)).match(/status: (\w+)/)?.[1];

  it('malformed packet: FORMERR when a query header can be read, else silence', async () => {
    expect(await exchange(Uint8Array.from([0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 0x0c]))).toMatchObject([
      0x12, 0x34, 0x80, 1,
    ]);
    expect(await exchange(Uint8Array.from([0x12, 0x34, 0, 0]))).toBeUndefined();
    // A response is never answered: two servers would talk for ever.
    expect(
      await exchange(Uint8Array.from([0x12, 0x34, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1])),
    ).toBeUndefined();
    expect(await rcodeOf(ZONE, 'SOA')).toBe('NOERROR');
  });

  it('class, opcode, EDNS version not known: REFUSED, NOTIMP, BADVERS', async () => {
    expect(await rcodeOf('-c', 'HS', ZONE, 'SOA')).toBe('REFUSED');
    expect(await rcodeOf('+opcode=2', ZONE, 'SOA')).toBe('NOTIMP');
    expect(await rcodeOf('+edns=1', '+noednsneg', ZONE, 'SOA')).toBe('BADVERS');
  });

  it('name outside our zones: REFUSED', async () => {
    expect(await rcodeOf('www.elsewhere.example.', 'A')).toBe('REFUSED');
  });

  it('zone that is not loaded: SERVFAIL with an Extended DNS Error, every other zone is served', async () => {
    for (const zone of ['broken.test.', 'absent.test.']) {
      const answer = await dig(node, zone, 'SOA');
      expect(answer, zone).toMatch(/status: SERVFAIL/);
      expect(answer, zone).toMatch(/EDE: /);
    }
    expect(await digSerial(node, ZONE)).toBe(7);
  });

  it('broken zone file: error with file:line:column on the zone status and in the log; the served version stays', async () => {
    const status = await node.status<{ lastError: { message: string } }>('broken.test.');
    expect(status.lastError.message).toContain('broken.test.zone:5:5');
    expect(node.process.output).toContain('broken.test.zone:5:5');
    writeFileSync(node.zoneFile(ZONE), `${sampleZone(8)}\nbad A not-an-address\n`);
    const reload = await node.cli('zone', 'reload', ZONE);
    expect(reload.code).toBe(1);
    expect(reload.output + reload.errors).toMatch(/example\.test\.zone:\d+:\d+/);
    expect(await digSerial(node, ZONE)).toBe(7);
    writeFileSync(node.zoneFile(ZONE), sampleZone(8));
    expect((await node.cli('zone', 'reload', ZONE)).code).toBe(0);
    expect(await digSerial(node, ZONE)).toBe(8);
  });

  it('transfer or update without right: REFUSED; bad TSIG: NOTAUTH with BADKEY or BADSIG', async () => {
    const axfr = (...key: string[]) => dig(node, ...key, ZONE, 'AXFR');
    expect(await axfr()).toMatch(/Transfer failed/);
    const { output } = await feed(
      'nsupdate',
      ['-v'],
      `server 127.0.0.1 ${node.port}\nzone ${ZONE}\nupdate add x.${ZONE} 1 A 1.2.3.4\nsend\n`,
    );
    expect(output).toMatch(/REFUSED/);
    expect(await rcodeOf('-y', `hmac-sha512:${SHA512.name}:${SHA512.secret}`, ZONE, 'SOA')).toBe('NOTAUTH');
    const unknown = await dig(node, '-y', `hmac-sha512:${SHA512.name}:${SHA512.secret}`, ZONE, 'SOA');
    expect(unknown).toMatch(/BADKEY/);
    const forged = await dig(node, '-y', `${SHA256.algorithm}:${SHA256.name}:${SHA512.secret}`, ZONE, 'SOA');
    expect(forged).toMatch(/BADSIG/);
    expect(await rcodeOf('-y', `${SHA256.algorithm}:${SHA256.name}:${SHA256.secret}`, ZONE, 'SOA')).toBe('NOERROR');
  });

  it('broken configuration: at start exit 2 with file:line:column; at reload nothing changes', async () => {
    const good = node.configFile;
    const bad = `${node.folder}/bad.yaml`;
    writeFileSync(bad, 'server:\n  listen: ["127.0.0.1:5399"]\n  data-dir: ./d\n  wrokers: 2\nzones: []\n');
    const started = await run(process.execPath, ['packages/cli/bin/zonewire.mjs', 'run', '-c', bad], true);
    expect(started.code).toBe(2);
    expect(started.stdout + started.stderr).toMatch(/bad\.yaml:4:3/);
    const text = (await import('node:fs')).readFileSync(good, 'utf8');
    writeFileSync(good, text.replace('"zones"', '"zonez"'));
    const before = node.process.output.length;
    node.process.child.kill('SIGHUP');
    await node.process.until('the refusal', () => /zonez/.test(node.process.output.slice(before)));
    expect(await digSerial(node, ZONE)).toBe(8);
    writeFileSync(good, text);
  });

  it('primary gone: answering goes on; SERVFAIL with an Extended DNS Error once expired; back with the same serial', async () => {
    const port = await freePort();
    const text = (serial: number) =>
      `$ORIGIN short.test.\n$TTL 60\n@ SOA a b ${serial} 2 1 4 5\n@ NS a\na A 192.0.2.1\n`;
    let bind = await startBind({ port, zones: [{ name: 'short.test.', text: text(1) }] });
    const secondary = await ZonewireNode.start({
      zones: [
        {
          name: 'short.test.',
          primaries: [bind],
          settings: { 'refresh-min-interval': 1, 'retry-min-interval': 1, 'expire-min-interval': 1 },
        },
      ],
    });
    try {
      await secondary.untilSerial('short.test.', 1);
      await bind.remove();
      expect(await digSerial(secondary, 'short.test.')).toBe(1);
      const expired = await eventually('expiry', async () => {
        const answer = await dig(secondary, 'a.short.test.', 'A');
        return /status: SERVFAIL/.test(answer) && answer;
      });
      expect(expired).toMatch(/EDE: /);
      expect(await secondary.status('short.test.')).toMatchObject({ state: 'expired' });
      bind = await startBind({ port, zones: [{ name: 'short.test.', text: text(1) }] });
      await secondary.untilSerial('short.test.', 1);
    } finally {
      await secondary.remove();
      await bind.remove();
    }
  });

  async function exchange(bytes: Uint8Array): Promise<number[] | undefined> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    socket.send(bytes, node.port, '127.0.0.1');
    const answer = await Promise.race([
      once(socket, 'message').then(([message]) => [...(message as Buffer)]),
      new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 300)),
    ]);
    socket.close();
    return answer?.slice(0, 4).map((octet, index) => (index === 3 ? octet & 15 : octet));
  }
});
