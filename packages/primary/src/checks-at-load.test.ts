import { type DnsExchange, type Log, ZoneTable } from '@zonewire/nameserver';
import { fail, name } from '@zonewire/shared-protocol';
import { FakeClock } from '@zonewire/testkit';
import { openMemoryStore } from '@zonewire/zone-store';
import { expect, test } from 'vitest';
import { MemoryFiles } from './fixtures/memory-files.ts';
import { Primary } from './primary.ts';

const APEX = name('a.test.');
const text = (serial: number, more: string) =>
  `$TTL 60\n@ SOA ns.b.test. h ${serial} 3600 600 86400 60\n@ NS ns.b.test.\n${more}`;

/** A primary with one zone; what it logs above info is kept as `level check: message`. */
async function start(zone: string) {
  const logged: string[] = [];
  const at = (level: string) => (fields: object, message?: string) => {
    const { check, code } = fields as { check?: string; code?: string };
    logged.push(`${level} ${check ?? code}: ${message}`);
  };
  const log: Log = { debug: () => {}, info: () => {}, warn: at('warn'), error: at('error'), child: () => log };
  const files = new MemoryFiles();
  files.set('/z', zone);
  const client: Pick<DnsExchange, 'exchange'> = { exchange: async () => fail('timeout', 'nobody there') };
  const table = new ZoneTable();
  const clock = new FakeClock();
  const primary = new Primary({ store: openMemoryStore(), table, client, clock, log, files });
  await primary.addZone({ domain: APEX, file: '/z', acl: [], notify: [] });
  return { primary, files, logged, serial: () => table.get(APEX)?.version?.serial };
}

test('warnings are logged with the name of their check, and stand on the status until the file is right', async () => {
  const { primary, files, logged, serial } = await start(text(1, 's NS n.s\nm MX 10 192.0.2.1\n'));
  expect(serial()).toBe(1);
  expect(logged.map((line) => line.split(':')[0])).toEqual(['warn mx-is-address', 'warn missing-glue']);
  expect(primary.status(APEX).warnings).toEqual([
    expect.stringMatching(/^\/z:5:1: m\.a\.test\.: .* \[mx-is-address\]$/),
    expect.stringMatching(/^\/z:4:1: s\.a\.test\.: .* \[missing-glue\]$/),
  ]);
  files.set('/z', text(2, ''));
  await primary.reload(APEX);
  expect(serial()).toBe(2);
  expect(primary.status(APEX).warnings).toBeUndefined();
});

test('errors refuse the file: what is served stays, and the status says why', async () => {
  const { primary, files, logged, serial } = await start(text(1, ''));
  files.set('/z', text(2, 'x CNAME y\nx A 192.0.2.1\nd DNAME e\nf.d A 192.0.2.1\n'));
  await expect(primary.reload(APEX)).rejects.toMatchObject({ code: 'data-below-dname' });
  expect(serial()).toBe(1);
  expect(logged).toEqual([
    expect.stringMatching(/^error data-below-dname: \/z:6:1: d\.a\.test\.: .*\[data-below-dname\] \(and 1 more\)/),
  ]);
  expect(primary.status(APEX)).toMatchObject({ state: 'serving', lastError: { code: 'data-below-dname' } });
});

test('a serial that goes backwards is told', async () => {
  const { primary, files, logged, serial } = await start(text(9, ''));
  files.set('/z', text(8, ''));
  await primary.reload(APEX);
  expect(serial()).toBe(9);
  expect(logged).toEqual([expect.stringMatching(/^warn serial-backwards: \/z: .*8.*9/)]);
});

test('signatures that will not outlive the zone are found by the clock of the node', async () => {
  const times = '20400101000000 20200101000000';
  const { logged } = await start(text(1, `@ RRSIG SOA 8 2 60 ${times} 1 a.test. AAAA\n`));
  expect(logged).toEqual([]);
  const soon = await start(text(1, '@ RRSIG SOA 8 2 60 20200102000000 20200101000000 1 a.test. AAAA\n'));
  expect(soon.logged.map((line) => line.split(':')[0])).toEqual(['warn rrsig-expires-early']);
});
