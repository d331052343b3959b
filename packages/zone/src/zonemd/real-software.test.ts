import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordToText } from '@zonewire/shared-protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { records, zoneOf } from '../fixtures/zone-text.ts';
import { verifyZonemd } from './zonemd.ts';

/** The same zones before `ldns-verify-zone -Z`: same verdict. */
const ZONE = `
  @   86400 SOA  ns1 admin 2018031900 1800 900 604800 86400
  @   86400 NS   ns1
  @   86400 NS   ns2
  ns1 3600  A    203.0.113.63
  ns2 3600  AAAA 2001:db8::63
`;
const SHA384 = '1 1 c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c';
const WRONG384 = `1 1 ${'00'.repeat(48)}`;
const WRONG512 = `1 2 ${'00'.repeat(64)}`;
const PRIVATE = `1 240 ${'00'.repeat(24)}`;
const at = (serial: number, ...digests: string[]) =>
  digests.map((digest) => `@ 86400 ZONEMD ${serial} ${digest}`).join('\n');

const VALIDATOR = ['ldns-verify-zone', '-Z'];

const CASES: readonly [string, string, string][] = [
  ['the right one', at(2018031900, SHA384), 'verified'],
  ['a wrong one', at(2018031900, WRONG384), 'failed'],
  ['another serial', at(2018031901, SHA384), 'failed'],
  ['a record more', `${at(2018031900, SHA384)}\nmore A 192.0.2.1`, 'failed'],
  ['another TTL', `${at(2018031900, SHA384)}\nns1 60 A 203.0.113.63`, 'failed'],
  ['the right one and a wrong one of SHA-512', at(2018031900, SHA384, WRONG512), 'verified'],
  ['the right one and a private one', at(2018031900, SHA384, PRIVATE), 'verified'],
  ['the right one twice, once wrong', at(2018031900, SHA384, WRONG384), 'failed'],
  ['a private one alone', at(2018031900, PRIVATE), 'unsupported'],
  ['none', '', 'absent'],
];

const folder = mkdtempSync(join(tmpdir(), 'zonewire-zonemd-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the verdict of ldns-verify-zone (RFC 8976 4)', () => {
  it.each(CASES)('%s', (_what, more, result) => {
    const version = zoneOf(records(`${ZONE}\n${more}`));
    expect(verifyZonemd(version).result).toBe(result);
    const file = join(folder, 'zone');
    writeFileSync(file, `${[...version.records()].map(recordToText).join('\n')}\n`);
    const [command, ...args] = [...VALIDATOR, file];
    const run = spawnSync(command, args, { encoding: 'utf8' });
    if (run.error !== undefined) throw run.error;
    expect(run.status === 0, run.stdout + run.stderr).toBe(result === 'verified');
  });
});
