import { name, parseRecords, recordToText, unwrap } from '@zonewire/shared-protocol';
import { expect, it } from 'vitest';
import { applyDiff, compact, diffVersions, ZoneBuilder, ZoneVersion } from './mod.ts';

function build(text: string) {
  const b = new ZoneBuilder(name('example.'));
  for (const r of parseRecords(`$ORIGIN example.\n$TTL 300\n${text}`)) b.addRecord(r);
  return unwrap(b.finish());
}
it('smoke', () => {
  const v1 = build(
    '@ SOA ns.example. h.example. 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\nb.a A 192.0.2.3\nz TXT x\nb.a A 192.0.2.2\nz A 1.2.3.4',
  );
  const v2 = build('@ SOA ns.example. h.example. 2 2 3 4 5\n@ NS ns\nns A 192.0.2.1\nc.d A 192.0.2.3\nz A 1.2.3.4');
  console.log([...v1.records()].map(recordToText).join('\n'), v1.nameCount, v1.recordCount);
  const d = diffVersions(v1, v2);
  const v3 = unwrap(applyDiff(v1, d));
  expect(v3.digest()).toBe(v2.digest());
  expect(v3.nameCount).toBe(v2.nameCount);
  expect(compact(v3).digest()).toBe(v2.digest());
  expect(unwrap(ZoneVersion.open(v3.layers)).recordCount).toBe(v2.recordCount);
  const back = unwrap(applyDiff(v3, diffVersions(v3, v1)));
  expect(back.digest()).toBe(v1.digest());
});
