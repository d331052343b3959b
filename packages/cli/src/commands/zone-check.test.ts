import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { commandLine } from '../fixtures/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'zonewire-check-'));
const SAMPLES = fileURLToPath(new URL('../../../../demo/zones/', import.meta.url));
const GOOD = '$TTL 60\n@ SOA ns host 7 60 60 600 60\n@ NS ns\nns A 192.0.2.1\n';
const BAD = `${GOOD}www A 192.0.2.300\nfoo BAR x\n`;

afterAll(() => rmSync(folder, { recursive: true }));

async function zonewire(...args: string[]) {
  const { code, out, err } = await commandLine(args);
  return { code, out: out.replaceAll(folder, ''), err: err.replaceAll(folder, '') };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

it('a zone file named after its zone', async () => {
  expect(await zonewire('zone', 'check', file('good.test.zone', GOOD))).toEqual({
    code: 0,
    out: '/good.test.zone: zone good.test. is fine: serial 7, 3 records\n',
    err: '',
  });
});

it('every problem with file:line:column: exit 1', async () => {
  const { code, out, err } = await zonewire('zone', 'check', file('bad.test.zone', BAD));
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(/^error \/bad\.test\.zone:5:7: .*192\.0\.2\.300/);
  expect(err).toMatch(/^error \/bad\.test\.zone:6:5: .*BAR/m);
  expect(err).toMatch(/zone bad\.test\. would be refused: 2 errors\n$/);
});

it('--zone says what the file name does not; includes are followed', async () => {
  mkdirSync(join(folder, 'parts'));
  file('parts/hosts', 'a A 192.0.2.9\n');
  const path = file('db.x', `${GOOD}$INCLUDE parts/hosts\n`);
  expect(await zonewire('zone', 'check', path, '--zone', 'x.test', '-o', 'json')).toMatchObject({ code: 0 });
  const missing = file('missing.test.zone', `${GOOD}$INCLUDE parts/none\n`);
  expect((await zonewire('zone', 'check', missing)).err).toMatch(/missing\.test\.zone:5:\d+: .*parts\/none/);
});

it('zones of a configuration: one by name, or all', async () => {
  const config = file(
    'zw.yaml',
    'server: { listen: ["127.0.0.1:0"], data-dir: d }\nzones:\n  - { domain: good.test., file: good.test.zone }\n  - { domain: bad.test., file: bad.test.zone }\n',
  );
  expect((await zonewire('zone', 'check', 'Good.Test', '-c', config)).code).toBe(0);
  const all = await zonewire('zone', 'check', '-c', config, '-o', 'json');
  expect(all.code).toBe(1);
  expect(JSON.parse(all.out)).toMatchObject([
    { zone: 'good.test.', ok: true, serial: 7, records: 3 },
    { zone: 'bad.test.', ok: false },
  ]);
  expect(await zonewire('zone', 'check', 'other.test', '-c', config)).toMatchObject({
    code: 2,
    err: 'zonewire: /zw.yaml has no zone other.test with a file\n',
  });
});

it('ZONEMD that is wrong is a warning, or a problem where it is required (RFC 8976 4); --dnssec wants signatures', async () => {
  const sealed = file('sealed.test.zone', `${GOOD}@ ZONEMD 7 1 1 ${'00'.repeat(48)}\n`);
  const lenient = await zonewire('zone', 'check', sealed);
  expect(lenient.code).toBe(0);
  expect(lenient.err).toMatch(
    /^warning \/sealed\.test\.zone: the zone is not the one its ZONEMD was made for.* \[zonemd-[a-z-]+\]$/m,
  );
  const config = file(
    'strict.yaml',
    'server: { listen: ["127.0.0.1:0"], data-dir: d }\nzones:\n  - { domain: sealed.test., file: sealed.test.zone, zonemd-verify: require }\n',
  );
  const strict = await zonewire('zone', 'check', 'sealed.test', '-c', config);
  expect(strict.code).toBe(1);
  expect(strict.err).toMatch(/^error .*sealed\.test\.zone: the zone is not verified \(zonemd-verify: require\)/m);
  const unsigned = await zonewire('zone', 'check', file('good.test.zone', GOOD), '--dnssec');
  expect(unsigned.code).toBe(1);
  expect(unsigned.err).toContain('the zone is not signed');
});

it('findings as JSON, each with the name of its check (docs/checks.md)', async () => {
  const path = file('odd.test.zone', `${GOOD}s NS n.s\n@ TXT "v=spf1 -all"\n@ TXT "v=spf1 mx -all"\n`);
  const { code, out } = await zonewire('zone', 'check', path, '-o', 'json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject([
    {
      ok: true,
      serial: 7,
      findings: [
        { check: 'several-spf', severity: 'warning', place: '/odd.test.zone:6:1', name: 'odd.test.' },
        { check: 'missing-glue', severity: 'warning', place: '/odd.test.zone:5:1', name: 's.odd.test.' },
      ],
    },
  ]);
  const bad = await zonewire('zone', 'check', file('bad.test.zone', BAD), '-o', 'json');
  expect(JSON.parse(bad.out)).toMatchObject([
    {
      ok: false,
      findings: [{ check: 'ipv4-invalid', severity: 'error', place: '/bad.test.zone:5:7' }, { check: 'type-unknown' }],
    },
  ]);
});

it('--serial: a zone that is older than the one served', async () => {
  const path = file('good.test.zone', GOOD);
  const older = await zonewire('zone', 'check', path, '--serial', '8');
  expect(older.code).toBe(0);
  expect(older.err).toMatch(/^warning \/good\.test\.zone: .*serial 7 .* is not newer than 8.*\[serial-backwards\]\n$/);
  expect((await zonewire('zone', 'check', path, '--serial', '7')).err).toBe('');
  expect(await zonewire('zone', 'check', path, '--serial', 'x')).toMatchObject({ code: 2 });
});

it('a file that is not there', async () => {
  const { code, err } = await zonewire('zone', 'check', join(folder, 'nowhere.zone'));
  expect(code).toBe(1);
  expect(err).toContain('there is no such file');
});

it.each(['example.test.zone', '2.0.192.in-addr.arpa.zone', 'root.zone'])('the sample zone %s is fine', async (name) => {
  const { code, err } = await zonewire('zone', 'check', join(SAMPLES, name));
  expect([code, err]).toEqual([0, '']);
});
