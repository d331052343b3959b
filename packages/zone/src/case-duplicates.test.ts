import { nameToText, typeToText } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { withoutCaseDuplicates } from './case-duplicates.ts';
import { dump, zone } from './fixtures/zone-text.ts';

function without(text: string) {
  const { version, dropped } = withoutCaseDuplicates(zone(text));
  return {
    records: dump(version).slice(1),
    dropped: dropped.map(({ name, type }) => `${nameToText(name)} ${typeToText(type)}`),
  };
}

describe('records that differ in the case of a name only (RFC 4034 6.3, RFC 2181 5)', () => {
  it('one of them stays', () => {
    expect(without('a MX 10 b\na MX 10 B\na MX 20 b\nz NS x\nz NS X')).toEqual({
      records: [
        'a.example. 300 IN MX 10 B.example.',
        'a.example. 300 IN MX 20 b.example.',
        'z.example. 300 IN NS X.example.',
      ],
      dropped: ['a.example. MX', 'z.example. NS'],
    });
  });

  it('also in a large RRset, and below another letter of the owner', () => {
    const many = Array.from({ length: 40 }, (_, i) => `a NS n${i}\nA NS N${i}`).join('\n');
    const { records, dropped } = without(many);
    expect(records).toHaveLength(40);
    expect(dropped).toEqual(['a.example. NS']);
  });

  it('text, and names that keep their case (RFC 6840 5.1), stay as they are', () => {
    const text = 'a TXT x\na TXT X\nb SVCB 1 t\nb SVCB 1 T\nc NAPTR 1 1 "s" "x" "" .\nc NAPTR 1 1 "S" "x" "" .';
    const version = zone(text);
    expect(withoutCaseDuplicates(version)).toEqual({ version, dropped: [] });
  });

  it('a zone without them is the same object', () => {
    const version = zone('a MX 10 b\na MX 10 c\na NS b');
    expect(withoutCaseDuplicates(version).version).toBe(version);
  });
});
