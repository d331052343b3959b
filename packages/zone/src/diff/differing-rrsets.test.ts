import { nameToText, typeToText } from '@zonewire/shared-protocol';
import { expect, it } from 'vitest';
import { zone } from '../fixtures/zone-text.ts';
import type { ZoneVersion } from '../version.ts';
import { applyDiff } from './apply.ts';
import { diffVersions } from './diff-versions.ts';
import { differingRRsets } from './differing-rrsets.ts';

function differing(here: ZoneVersion, there: ZoneVersion, limit = 10, names = 1): string[] {
  const steps = differingRRsets(here, there, limit, names);
  for (;;) {
    const step = steps.next();
    if (!step.done) continue;
    return step.value.map(({ name, type, how }) => `${nameToText(name)} ${typeToText(type)} ${how}`);
  }
}

const HERE = zone('@ NS ns\nns A 192.0.2.1\na TXT x\nwww A 192.0.2.1\nwww A 192.0.2.2\nwww TXT t\nz A 192.0.2.9');

it('what is missing, only there, or another, in canonical order (RFC 4034 6.1)', () => {
  const there = zone('@ NS ns\nns A 192.0.2.1\nb TXT x\nwww A 192.0.2.1\nwww 60 TXT t\nwww AAAA ::1\nz A 192.0.2.9');
  expect(differing(HERE, there)).toEqual([
    'a.example. TXT missing',
    'b.example. TXT extra',
    'www.example. A other',
    'www.example. TXT other',
    'www.example. AAAA extra',
  ]);
  expect(differing(HERE, there, 2)).toEqual(['a.example. TXT missing', 'b.example. TXT extra']);
  expect(differing(HERE, zone('@ NS ns\nns A 192.0.2.1'))).toHaveLength(4);
});

it('the case of names and the order of records do not count (RFC 4034 6.2), as they do not in the digest', () => {
  const lower = zone('@ NS NS\nns A 192.0.2.1\na.b NS x.y\na.b NS b.\nm MX 5 host');
  const upper = zone('@ NS ns\nNS A 192.0.2.1\nA.B NS X.Y\nA.B NS B.\nM MX 5 HOST');
  expect(upper.digest()).toBe(lower.digest());
  expect(differing(lower, upper)).toEqual([]);
});

it('versions of several layers are read as one', () => {
  const there = zone('@ NS ns\nns A 192.0.2.1\na TXT x\nwww A 192.0.2.1\nwww A 192.0.2.2\nwww TXT t\ny A 192.0.2.8');
  const layered = applyDiff(HERE, diffVersions(HERE, there));
  expect(layered.ok && differing(HERE, layered.value)).toEqual(['y.example. A extra', 'z.example. A missing']);
  expect(layered.ok && differing(there, layered.value)).toEqual([]);
});
