import { name } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { hashedLabel, hashForNsec3 } from './nsec3-hash.ts';

/** RFC 5155 Appendix A: salt aabbccdd, 12 iterations. */
const EXAMPLES = {
  'example.': '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom',
  'a.example.': '35mthgpgcu1qg68fab165klnsnk3dpvl',
  'ai.example.': 'gjeqe526plbf1g8mklp59enfd789njgi',
  'ns1.example.': '2t7b4g4vsa5smi47k61mv5bv1a22bojr',
  'ns2.example.': 'q04jkcevqvmu85r014c7dkba38o0ji5r',
  'w.example.': 'k8udemvp1j2f7eg6jebps17vp3n8i58h',
  '*.w.example.': 'r53bq7cc2uvmubfu5ocmm6pers9tk9en',
  'x.w.example.': 'b4um86eghhds6nea196smvmlo4ors995',
  'y.w.example.': 'ji6neoaepv8b5o6k4ev33abha8ht9fgc',
  'x.y.w.example.': '2vptu5timamqttgl4luu9kg21e0aor3s',
  'xx.example.': 't644ebqk9bibcna874givr6joj62mlhv',
  '2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.': 'kohar7mbb8dc2ce8a9qvl8hon4k53uhi',
};

describe('the hash of NSEC3', () => {
  it.each(Object.entries(EXAMPLES))('%s is %s (RFC 5155 5, Appendix A)', (text, expected) => {
    const wire = name(text.toUpperCase());
    hashForNsec3(Uint8Array.of(0xaa, 0xbb, 0xcc, 0xdd), 12, wire, 0, wire.length);
    expect(Buffer.from(hashedLabel.subarray(1)).toString()).toBe(expected);
  });

  it('a wildcard is hashed as the name it is (RFC 5155 7.2.1)', () => {
    const wire = name('x.w.example.');
    hashForNsec3(Uint8Array.of(0xaa, 0xbb, 0xcc, 0xdd), 12, wire, 2, wire.length, true);
    expect(Buffer.from(hashedLabel.subarray(1)).toString()).toBe(EXAMPLES['*.w.example.']);
  });
});
