import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { name } from '@zonewire/shared-protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { MemoryFiles } from '../fixtures/memory-files.ts';
import { diskFiles } from './disk-files.ts';
import { readZoneFile } from './read-zone-file.ts';
import { parseCounters } from './threaded-parse.ts';
import { findingText } from './zone-file.ts';

const APEX = name('a.test.');
const HEAD = '$TTL 60\n@ SOA ns.b.test. h 1 3600 600 86400 60\n@ NS ns.b.test.\n';
const folder = mkdtempSync(join(tmpdir(), 'zonewire-read-'));

afterAll(() => rmSync(folder, { recursive: true }));

function request(path: string, zoneMaxSize = Number.MAX_SAFE_INTEGER) {
  return { apex: APEX, path, zoneMaxSize, now: 0 };
}

async function found(text: string): Promise<string[]> {
  const files = new MemoryFiles();
  files.set('/z', text);
  const read = await readZoneFile(files, request('/z'));
  const { findings } = read.ok ? read.value : read.error;
  return findings.map(({ severity, check, place }) => `${severity} ${check} ${place}`);
}

function file(path: string, text: string): string {
  writeFileSync(join(folder, path), text);
  return join(folder, path);
}

describe('what is seen while text becomes a version', () => {
  it.each([
    ['@ 60 NS ns.b.test.\n', ['error zone-no-soa /z']],
    [`${HEAD}@ SOA ns.b.test. h 2 3600 600 86400 60\n`, ['error zone-two-soas /z:4:1']],
    [`${HEAD}@ SOA NS.b.test. h 1 3600 600 86400 60\n`, ['error zone-two-soas /z:4:1']],
    [`${HEAD}x SOA ns.b.test. h 1 3600 600 86400 60\n`, ['error zone-soa-not-at-apex /z:4:1']],
    [`${HEAD}x A 192.0.2.1\nb.test. A 192.0.2.1\n`, ['error owner-out-of-zone /z:5:1']],
    [`${HEAD}x MX 10 m\nx MX 10 M\n`, ['warning record-in-other-case /z:4:1']],
    [`${HEAD}x CNAME y\nx A 192.0.2.1\n@ NS x\n`, ['error ns-is-cname /z:3:1', 'error cname-and-other-data /z:4:1']],
    [`${HEAD}x 2147483648 A 192.0.2.1\n`, ['warning ttl-above-limit /z:4:1']],
    [HEAD, []],
  ])('%j', async (text, expected) => {
    expect(await found(text)).toEqual(expected);
  });

  it('a finding is one line with its place, owner and check', async () => {
    const files = new MemoryFiles();
    files.set('/z', `${HEAD}s NS n.s\n`);
    const read = await readZoneFile(files, request('/z'));
    expect(read.ok && read.value.findings.map(findingText)).toEqual([
      '/z:4:1: s.a.test.: the server n.s.a.test. lies below the delegation it serves, and has no A or AAAA record here; add its glue (RFC 9471) [missing-glue]',
    ]);
  });
});

describe('on a thread', () => {
  const hosts = (count: number) => Array.from({ length: count }, (_, i) => `h${i} A 192.0.2.${i % 250}\n`).join('');

  /** What comes of a file, and how many were read on threads for it. */
  async function read(path: string, options?: { threads?: boolean }, zoneMaxSize?: number) {
    const before = parseCounters.onThread;
    const result = await readZoneFile(diskFiles, request(path, zoneMaxSize), options);
    return { result, onThread: parseCounters.onThread - before };
  }

  it('a large file is read there, with the same version, seal and findings as here', async () => {
    const path = file('large', `${HEAD}s NS n.s\n$INCLUDE part\n${hosts(20_000)}`);
    file('part', 'p MX 10 q\nq CNAME r\n');
    const there = await read(path);
    const here = await read(path, { threads: false });
    expect([there.onThread, here.onThread]).toEqual([1, 0]);
    if (!there.result.ok || !here.result.ok) throw new Error('refused');
    const { version, seal, findings } = there.result.value;
    expect(version.recordCount).toBe(20_005);
    expect(version.digest()).toBe(here.result.value.version.digest());
    expect(findings.map(({ check }) => check)).toEqual(['mx-is-cname', 'missing-glue']);
    expect({ seal, findings }).toEqual({ seal: here.result.value.seal, findings: here.result.value.findings });
    expect(seal.stamps).toHaveLength(2);
  });

  it('a small one is not', async () => {
    expect((await read(file('small', `${HEAD}${hosts(100)}`))).onThread).toBe(0);
  });

  it('one that includes or generates much is read again there', async () => {
    file('much', hosts(20_000));
    const includes = await read(file('includes', `${HEAD}$INCLUDE much\n`));
    expect(includes).toMatchObject({ onThread: 1, result: { value: { version: { recordCount: 20_002 } } } });
    const generates = await read(file('generates', `${HEAD}$GENERATE 1-20000 g$ A 192.0.2.1\n`));
    expect(generates).toMatchObject({ onThread: 1, result: { value: { version: { recordCount: 20_002 } } } });
  });

  it('what is wrong comes back with its place', async () => {
    const { result, onThread } = await read(file('wrong', `${HEAD}${hosts(20_000)}x A 192.0.2.300\ny FOO x\n`));
    expect(onThread).toBe(1);
    expect(result).toMatchObject({ ok: false, error: { code: 'ipv4-invalid' } });
    expect(!result.ok && result.error.findings.map(({ place }) => place)).toEqual([
      join(folder, 'wrong:20004:5'),
      join(folder, 'wrong:20005:3'),
    ]);
    const cname = await read(file('cname', `${HEAD}${hosts(20_000)}h7 CNAME x\n`));
    expect(cname.result).toMatchObject({ error: { code: 'cname-and-other-data' } });
  });

  it('zone-max-size counts there too', async () => {
    const { result, onThread } = await read(join(folder, 'large'), {}, 100_000);
    expect([onThread, result]).toMatchObject([1, { ok: false, error: { code: 'zone-too-large' } }]);
  });

  it('several at once: all are read, two at a time', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => read(join(folder, 'large'))));
    expect(all.map(({ result }) => result.ok)).toEqual([true, true, true, true, true]);
  });

  it('a folder in the place of a file', async () => {
    const { result } = await read(folder);
    expect(!result.ok && result.error.message).toContain(
      `cannot read the zone file ${folder}: it is a folder; name the file in it`,
    );
  });

  it('a file that is gone meanwhile is told as one that is not there', async () => {
    const { result } = await read(join(folder, 'nowhere'));
    expect(result).toMatchObject({ ok: false, error: { code: 'zone-file-unreadable' } });
  });

  it('this thread works a small part of the time that parsing takes', async () => {
    const path = file('huge', `${HEAD}${hosts(300_000)}`);
    await read(path);
    const cpu = async (options: { threads?: boolean }) => {
      const before = process.threadCpuUsage();
      await read(path, options);
      const { user, system } = process.threadCpuUsage(before);
      return user + system;
    };
    const there = await cpu({});
    const here = await cpu({ threads: false });
    expect(there).toBeLessThan(here / 3);
  });
});
