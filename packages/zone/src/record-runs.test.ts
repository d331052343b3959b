import { name, parseRecords } from '@zonewire/shared-protocol';
import { describe, expect, test } from 'vitest';
import { ZoneBuilder } from './builder.ts';
import { recordRuns, versionOfRuns } from './record-runs.ts';

const APEX = name('example.test.');
const LARGE = 2 ** 30;

function zone(hosts: number) {
  const lines = Array.from({ length: hosts }, (_, i) => `h${i} 300 IN A 192.0.2.${i % 250}\nh${i} 300 IN TXT "${i}"`);
  const head = '$ORIGIN example.test.\n@ 300 IN SOA ns hostmaster 7 60 30 600 60\n@ 300 IN NS ns\n';
  const builder = new ZoneBuilder(APEX);
  for (const record of parseRecords(head + lines.join('\n'))) builder.addRecord(record);
  const built = builder.finish();
  if (!built.ok) throw new Error(built.error.message);
  return built.value;
}

describe('a version as record runs', () => {
  test.each([0, 1, 2_000])('built again with %i hosts it is the same', (hosts) => {
    const version = zone(hosts);
    const runs = [...recordRuns(version, 4_096)];
    expect(runs.length).toBeGreaterThan(hosts > 1 ? 10 : 0);
    const again = versionOfRuns(APEX, runs, LARGE);
    expect(again.ok && again.value.digest()).toBe(version.digest());
  });

  test('too large for its zone: refused while it is built', () => {
    const again = versionOfRuns(APEX, recordRuns(zone(2_000), 4_096), 10_000);
    expect(!again.ok && again.error.code).toBe('zone-too-large');
  });

  test('cut anywhere, or with any octet altered: a result, never an exception', () => {
    const run = [...recordRuns(zone(3), 65_536)][0];
    for (let end = 0; end < run.length; end++) versionOfRuns(APEX, [run.subarray(0, end)], LARGE);
    for (let at = 0; at < run.length; at++) {
      const altered = run.slice();
      altered[at] ^= 0xff;
      versionOfRuns(APEX, [altered], LARGE);
    }
    const cut = versionOfRuns(APEX, [run.subarray(0, run.length - 1)], LARGE);
    expect(!cut.ok && cut.error.code).toBe('runs-damaged');
  });
});
