import { name, nameKey } from '@zonewire/shared-protocol';
import { dig, run } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleTable, KEY, rule } from './fixtures/zones.ts';
import { type ListenAddress, Nameserver } from './nameserver.ts';
import { silentLog } from './ports.ts';
import { systemClock } from './system-clock.ts';

/** Real clients against the server: dig and kdig (which have parsers of their own), drill, dnsperf. */
describe.each(['dgram', 'batched'] as const)('real clients, UDP %s', (udp) => {
  let server: Nameserver;
  let to: ListenAddress;
  const keyArgument = `hmac-sha256:k.test:${Buffer.from(KEY.secret).toString('base64')}`;

  beforeAll(async () => {
    const zones = exampleTable();
    zones.add({ apex: name('loading.test.'), acl: [rule(['notify'])], role: 'secondary', handler: {} });
    server = new Nameserver({
      listen: [{ host: '127.0.0.1', port: 0 }],
      zones,
      keys: () => new Map([[nameKey(KEY.name), KEY]]),
      identity: 'fra1',
      version: 'Zonewire 0.1',
      clock: systemClock,
      log: silentLog,
      udp,
    });
    await server.start();
    to = server.addresses[0];
  });
  afterAll(() => server?.stop());

  const kdig = async (...args: string[]) =>
    (await run('kdig', [`@${to.host}`, '-p', String(to.port), '+retry=0', '+time=3', ...args])).stdout;

  it('dig: a plain answer, without complaints', async () => {
    const out = await dig(to, '+norec', 'WWW.example.test.', 'A');
    expect(out).toMatch(/status: NOERROR/);
    expect(out).toMatch(/flags: qr aa;/);
    expect(out).toMatch(/WWW\.example\.test\.\s+300\s+IN\s+A\s+192\.0\.2\.1/);
    expect(out).not.toMatch(/WARNING|malformed|FORMERR/i);
  });

  it('dig: EDNS, NSID, the cookie ignored, DO mirrored', async () => {
    const out = await dig(to, '+nsid', '+dnssec', '+cookie', 'www.example.test.', 'A');
    expect(out).toMatch(/EDNS: version: 0, flags: do; udp: 1232/);
    expect(out).toMatch(/NSID: 66 72 61 31 \("fra1"\)/);
  });

  it('dig: NSID and the version of the zone, in one answer (RFC 9660)', async () => {
    const out = await dig(to, '+nsid', '+ednsopt=19', 'www.example.test.', 'A');
    expect(out).toMatch(/NSID: 66 72 61 31 \("fra1"\)/);
    // Two labels, type 0 (SOA-SERIAL), serial 2026.
    expect(out).toMatch(/(OPT=19|ZONEVERSION): 02 00 00 00 07 ea/);
  });

  it('dig: EXPIRE on SOA, keepalive over TCP', async () => {
    expect(await dig(to, '+expire', 'example.test.', 'SOA')).toMatch(/EXPIRE: 86400/);
    expect(await dig(to, '+tcp', '+keepalive', 'example.test.', 'SOA')).toMatch(/TCP[- ]KEEPALIVE: 10\.0 sec/i);
  });

  it('dig: unknown EDNS version, option and opcode; header-only questions', async () => {
    expect(await dig(to, '+edns=5', '+noednsnegotiation', 'www.example.test.', 'A')).toMatch(/status: BADVERS/);
    expect(await dig(to, '+ednsopt=65001:ab', 'www.example.test.', 'A')).toMatch(/status: NOERROR/);
    expect(await dig(to, '+opcode=2', 'www.example.test.', 'A')).toMatch(/status: NOTIMP/);
    expect(await dig(to, '+header-only')).toMatch(/status: FORMERR/);
  });

  it('dig: truncated over UDP, whole over TCP', async () => {
    const truncated = await dig(to, '+ignore', '+noedns', 'big.example.test.', 'TXT');
    expect(truncated).toMatch(/flags: qr aa tc/);
    const whole = await dig(to, 'big.example.test.', 'TXT');
    expect(whole).toMatch(/Truncated, retrying in TCP mode/);
    expect(whole).toMatch(/ANSWER: 1,/);
  });

  it('dig: outside our zones, not loaded', async () => {
    expect(await dig(to, 'elsewhere.')).toMatch(/status: REFUSED[\s\S]*EDE: 20 \(Not Authoritative\)/);
    expect(await dig(to, 'www.loading.test.')).toMatch(
      /status: SERVFAIL[\s\S]*EDE: 14 \(Not Ready\): \(zone loading\.test\. not yet loaded\)/,
    );
  });

  it('dig: CHAOS', async () => {
    expect(await dig(to, '+short', 'id.server.', 'TXT', 'CH')).toBe('"fra1"\n');
    expect(await dig(to, '+short', 'version.bind.', 'TXT', 'CH')).toBe('"Zonewire 0.1"\n');
  });

  it('dig: TSIG over UDP and TCP, and a wrong secret', async () => {
    for (const transport of ['+notcp', '+tcp']) {
      const out = await dig(to, transport, '+norec', '-y', keyArgument, 'www.example.test.', 'A');
      expect(out).toMatch(/status: NOERROR[\s\S]*TSIG PSEUDOSECTION[\s\S]*NOERROR/);
      expect(out).not.toMatch(/Couldn't verify|WARNING/);
    }
    const wrong = await dig(to, '-y', 'hmac-sha256:k.test:AAAA', 'www.example.test.', 'A');
    expect(wrong).toMatch(/status: NOTAUTH[\s\S]*BADSIG/);
  });

  it('kdig: the same through another parser', async () => {
    expect(await kdig('+nsid', '+dnssec', 'www.example.test.', 'A')).toMatch(
      /status: NOERROR[\s\S]*NSID: [\s\S]*"fra1"/,
    );
    expect(await kdig('+tcp', 'many.example.test.', 'A')).toMatch(/ANSWER: 41;/);
    expect(await kdig('-y', keyArgument, 'www.example.test.', 'A')).toMatch(/TSIG PSEUDOSECTION[\s\S]*NOERROR/);
    expect(await kdig('+keepopen', '+tcp', 'www.example.test.', 'A', 'mail.example.test.', 'MX')).toMatch(
      /MX\s+10 mx\.example/,
    );
  });

  it('drill: the same through a third one', async () => {
    const out = await run('drill', ['-p', String(to.port), 'alias.example.test.', `@${to.host}`, 'A']);
    expect(out.stdout).toMatch(/rcode: NOERROR[\s\S]*CNAME\s+www\.example\.test\.[\s\S]*A\s+192\.0\.2\.1/);
  });

  it('dnsperf: nothing lost of 20,000 queries over UDP, nor over pipelined TCP', async () => {
    const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs');
    const folder = mkdtempSync('/tmp/zonewire-dnsperf-');
    try {
      const file = `${folder}/queries`;
      const owners = ['www', 'alias', 'nothing', 'x.wild', 'a.sub'];
      writeFileSync(file, Array.from({ length: 20_000 }, (_, i) => `${owners[i % 5]}.example.test. A\n`).join(''));
      const common = ['-s', to.host, '-p', String(to.port), '-d', file, '-e', '-q', '50'];
      const udp = await run('dnsperf', [...common, '-n', '1']);
      expect(udp.stdout).toMatch(/Queries lost:\s+0 /);
      expect(udp.stdout).toMatch(/Queries completed:\s+20000 /);
      const tcp = await run('dnsperf', [...common, '-m', 'tcp', '-c', '4', '-n', '1', '-Q', '20000']);
      expect(tcp.stdout).toMatch(/Queries completed:\s+20000 /);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
