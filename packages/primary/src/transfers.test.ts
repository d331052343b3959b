import { connect } from 'node:net';
import {
  CLASS,
  encodeMessage,
  name,
  nameToText,
  parseRecords,
  type ResourceRecord,
  recordToText,
  type TsigKey,
  TYPE,
} from '@zonewire/shared-protocol';
import { dig, run } from '@zonewire/testkit';
import type { ZoneVersion } from '@zonewire/zone';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALGORITHMS, KEYS as keys } from './fixtures/keys.ts';
import { MemoryFiles } from './fixtures/memory-files.ts';
import { allow, type PrimaryNode, startPrimaryNode } from './fixtures/primary-node.ts';

/** Zones leave this primary as dig, kdig and drill see it: over real sockets, signed and not. */
const ZONE = name('example.test.');
const KEYED = name('keyed.test.');
const HOSTS = 20_000;
const hosts = Array.from({ length: HOSTS }, (_, i) => `h${i} A 10.${i >> 16}.${(i >> 8) & 255}.${i & 255}\n`).join('');
const TEXT = `$TTL 60\n@ SOA ns h 1 3600 600 86400 60\n@ NS ns\nns A 192.0.2.1\nTeXt TXT "a b" "\\200\\""\n${hosts}`;

let node: PrimaryNode;

beforeAll(async () => {
  const files = new MemoryFiles();
  node = await startPrimaryNode({ files, keys });
  files.set('/zone', TEXT);
  const keyed = keys.map((key) => allow(['transfer'], key.name));
  await node.primary.addZone({ domain: ZONE, file: '/zone', acl: [allow(['transfer'])], notify: [] });
  await node.primary.addZone({ domain: KEYED, file: '/zone', acl: keyed, notify: [] });
  for (let n = 0; n < 3; n++) await change([`new${n} 60 A 192.0.2.${n}`]);
});

afterAll(() => node.stop());

async function change(add: readonly string[]): Promise<number> {
  const updates = parseRecords(add.join('\n'), ZONE).map((record) => ({ kind: 'add' as const, ...record }));
  return (await node.primary.commit(ZONE, { updates })).serial;
}

function version(zone = ZONE): ZoneVersion {
  return node.table.get(zone)!.version!;
}

/** The records of a transfer as text tools print it, in canonical text, the closing SOA left out. */
function records(output: string): string[] {
  const lines = output.split('\n').filter((line) => /\sIN\s/.test(line) && !line.startsWith(';'));
  const parsed = parseRecords(lines.join('\n'));
  expect(parsed[0].type).toBe(TYPE.SOA);
  expect(recordToText(parsed[parsed.length - 1])).toBe(recordToText(parsed[0]));
  return parsed.slice(0, -1).map(recordToText).sort();
}

function expected(zone = ZONE): string[] {
  return [...version(zone).records()].map(recordToText).sort();
}

function digKey({ name: keyName, algorithm, secret }: TsigKey): string {
  return `${algorithm}:${nameToText(keyName)}:${Buffer.from(secret).toString('base64')}`;
}

describe('AXFR (RFC 5936)', () => {
  test('dig gets every record as it is', async () => {
    const output = await dig(node.address, '+noall', '+answer', 'example.test.', 'AXFR');
    expect(records(output)).toEqual(expected());
  });

  test('kdig and drill too', async () => {
    const { host, port } = node.address;
    const kdig = await run('kdig', [`@${host}`, '-p', `${port}`, 'example.test.', 'AXFR']);
    expect(records(kdig.stdout)).toEqual(expected());
    const drill = await run('drill', ['-p', `${port}`, `@${host}`, 'example.test.', 'AXFR']);
    expect(records(drill.stdout)).toEqual(expected());
  });

  test.each(ALGORITHMS)('RFC 8945 5.3.1: a stream signed with %s, checked by dig', async (algorithm) => {
    const key = keys[ALGORITHMS.indexOf(algorithm)];
    const output = await dig(node.address, '-y', digKey(key), '+onesoa', 'keyed.test.', 'AXFR');
    expect(output).not.toMatch(/WARNING|could not be validated|failed/);
    expect(output).toMatch(/XFR size: \d+ records \(messages [1-9]\d/);
    const lines = output.split('\n').filter((line) => /\sIN\s/.test(line) && !line.startsWith(';'));
    expect(lines).toHaveLength(version(KEYED).recordCount);
  });

  test('a stream checked by kdig', async () => {
    const { host, port } = node.address;
    const { stdout } = await run('kdig', [`@${host}`, '-p', `${port}`, '-y', digKey(keys[2]), 'keyed.test.', 'AXFR']);
    expect(stdout).not.toMatch(/;; (WARNING|ERROR)/);
    expect(records(stdout)).toEqual(expected(KEYED));
  });

  test('what no acl allows is refused', async () => {
    expect(await dig(node.address, 'keyed.test.', 'AXFR')).toContain('Transfer failed');
    expect(await dig(node.address, '-y', digKey(keys[0]), 'example.test.', 'AXFR')).toContain('Transfer failed');
  });
});

describe('IXFR (RFC 1995)', () => {
  const answer = async (serial: number, ...more: string[]): Promise<ResourceRecord[]> => {
    const output = await dig(node.address, '+noall', '+answer', ...more, 'example.test.', `IXFR=${serial}`);
    return parseRecords(output);
  };

  test('the sequences from the serial on', async () => {
    const current = version().serial;
    const got = await answer(current - 3);
    expect(got.filter(({ type }) => type === TYPE.SOA)).toHaveLength(2 + 2 * 3);
    expect(got.filter(({ type }) => type === TYPE.A).map(recordToText)).toEqual(
      [0, 1, 2].map((n) => recordToText(parseRecords(`new${n} 60 A 192.0.2.${n}`, ZONE)[0])),
    );
  });

  test('up to date, or newer: the SOA alone', async () => {
    for (const serial of [version().serial, version().serial + 5]) expect(await answer(serial)).toHaveLength(1);
  });

  test('a serial that the journal does not know: the whole zone', async () => {
    expect(await answer(0)).toHaveLength(version().recordCount + 1);
  });

  test('over UDP: in one packet when it fits, else the SOA alone', async () => {
    const current = version().serial;
    expect(await answer(current - 1, '+notcp')).toHaveLength(1 + 2 + 1 + 1);
    expect(await answer(0, '+notcp')).toHaveLength(1);
  });
});

test('no transfer is left open, everything is counted', () => {
  const { counters, slots } = node.transfers;
  expect(slots.active).toBe(0);
  expect(counters).toMatchObject({
    axfr: 3 + ALGORITHMS.length + 1,
    axfrStyle: 1,
    ixfr: 2,
    upToDate: 2,
    retryOverTcp: 1,
    aborted: 0,
  });
});

test('a client that goes away in the middle of a large zone frees its place and the version', async () => {
  // More than the buffers of both sockets hold.
  const text = `"${'x'.repeat(250)}" `.repeat(14);
  const files = new MemoryFiles();
  files.set('/large', `${TEXT}${Array.from({ length: 6_000 }, (_, i) => `t${i} TXT ${text}\n`).join('')}`);
  const large = await startPrimaryNode({ files });
  await large.primary.addZone({ domain: ZONE, file: '/large', acl: [allow(['transfer'])], notify: [] });
  const { counters, slots } = large.transfers;
  const query = encodeMessage({ id: 1, question: [{ name: ZONE, type: TYPE.AXFR, class: CLASS.IN }] });
  const socket = connect(large.address.port, large.address.host, () => {
    socket.write(Buffer.concat([Buffer.of(query.length >> 8, query.length & 255), query]));
  });
  socket.once('data', () => socket.destroy());
  await expect.poll(() => counters.aborted, { timeout: 5_000 }).toBe(1);
  expect(slots.active).toBe(0);
  await large.stop();
});
