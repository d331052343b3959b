import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskFiles, readZoneFile } from '@zonewire/primary';
import { ROOT } from '@zonewire/shared-protocol';
import { afterAll, expect, test } from 'vitest';
import { rootZoneHistory } from '../fixtures/root-history.ts';

const folder = mkdtempSync(join(tmpdir(), 'zonewire-good-zones-'));

afterAll(() => rmSync(folder, { recursive: true }));

test('the checks find nothing wrong with the real root zone, on the days it was published', async () => {
  for (const { serial, text } of rootZoneHistory().filter((_, i) => i % 10 === 0)) {
    const path = join(folder, `${serial}.zone`);
    writeFileSync(path, text);
    const [year, month, day] = [`${serial}`.slice(0, 4), `${serial}`.slice(4, 6), `${serial}`.slice(6, 8)].map(Number);
    const now = Date.UTC(year, month - 1, day);
    const read = await readZoneFile(diskFiles, { apex: ROOT, path, zoneMaxSize: 2 ** 31, now });
    if (!read.ok) throw new Error(read.error.message);
    expect(read.value.version.serial).toBe(serial);
    expect(read.value.version.recordCount).toBeGreaterThan(15_000);
    expect(read.value.findings.map(({ check, name }) => `${check} ${name}`)).toEqual([]);
  }
});
