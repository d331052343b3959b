import { name, type ResourceRecord } from '@zonewire/shared-protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { records, soa, zoneOf } from '../fixtures/zone-text.ts';
import { checkZone } from './check-zone.ts';
import { ZONE_CHECKS } from './registry.ts';

const OWNERS = ['@', 'a', 'b.a', '_dmarc', 's._domainkey', '_domainkey', 'x._dmarc.a', '*.a'].map((owner) =>
  owner === '@' ? name('example.') : name(`${owner}.example.`),
);
const [NS] = records('@ NS ns.elsewhere.test.');
const TXT = 16;

const words = fc.constantFrom(
  'v=spf1',
  'v=DMARC1',
  'v=DKIM1',
  'p=',
  'p=none',
  ';',
  ' ',
  '=',
  'include:',
  'a.example',
  'redirect=',
  'k=ed25519',
  'rua=',
  'mailto:',
  '%{i}',
);
const text = fc.array(fc.oneof(words, fc.string({ maxLength: 8 })), { maxLength: 20 }).map((parts) => {
  const octets = Buffer.from(parts.join(''), 'latin1').subarray(0, 255);
  return Uint8Array.of(octets.length, ...octets);
});
/** Names, texts and anything at all as the data of types that the checks look into. */
const record: fc.Arbitrary<ResourceRecord> = fc.record({
  name: fc.constantFrom(...OWNERS),
  type: fc.constantFrom(TXT, TXT, TXT, 2, 5, 15, 33, 39, 43),
  class: fc.constant(1),
  ttl: fc.nat(3),
  rdata: fc.oneof(text, fc.uint8Array({ maxLength: 40 }), fc.constantFrom(...OWNERS)),
});

it('data of any octets gives findings of the registry, never an exception', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 12 }), fc.nat(), (all, now) => {
      for (const finding of checkZone(zoneOf([soa(1), NS, ...all]), { now })) {
        const check = ZONE_CHECKS[finding.code as keyof typeof ZONE_CHECKS];
        expect(finding.severity).toBe(check?.severity);
      }
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 2000) },
  );
});

it('a text of thousands of tags is read', () => {
  const tags = Array.from({ length: 12_000 }, (_, i) => `t${i}=`).join(';');
  const strings = tags.match(/.{1,250}/g)!.map((part) => `"${part}"`);
  const version = zoneOf([soa(1), NS, ...records(`s._domainkey TXT ${strings.slice(0, 250).join(' ')}`)]);
  expect(checkZone(version).map(({ code }) => code)).toEqual(['dkim-malformed']);
});
