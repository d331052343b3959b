import { name, unwrap } from '@zonewire/shared-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyWithPolicy } from '../diff/apply.ts';
import { ZoneDiff } from '../diff/zone-diff.ts';
import { records, soa, zone } from '../fixtures/zone-text.ts';
import { H, IMAGE_FORMAT } from './image.ts';
import { Layer } from './layer.ts';
import { verifyImage } from './verify.ts';

const base = zone(
  'a A 192.0.2.1\na A 192.0.2.2\nb.c CNAME a\nsub NS ns.sub\nns.sub A 192.0.2.3' +
    '\nb.c NSEC sub CNAME\nsub NSEC example. NS\n0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 0 0 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3ton A',
);
const changed = unwrap(
  applyWithPolicy(
    base,
    ZoneDiff.build(name('example.'), [soa(1), ...records('b.c CNAME a')], [soa(2), ...records('x.y TXT z')]),
    () => 1,
  ),
);

function copy(buffer: SharedArrayBuffer, length = buffer.byteLength): SharedArrayBuffer {
  const out = new SharedArrayBuffer(length);
  new Uint8Array(out).set(new Uint8Array(buffer, 0, Math.min(length, buffer.byteLength)));
  return out;
}

function withWord(buffer: SharedArrayBuffer, word: number, value: number): SharedArrayBuffer {
  const out = copy(buffer);
  new Int32Array(out)[word] = value;
  return out;
}

const damaged = { ok: false, error: { code: 'image-damaged' } };

describe('opening an image', () => {
  const [buffer] = base.layers;

  it('cut anywhere it is refused', () => {
    for (let length = 0; length < buffer.byteLength; length += 4)
      expect(Layer.open(copy(buffer, length))).toMatchObject(damaged);
  });

  it('longer than it says it is fine: a growable buffer may be', () => {
    expect(Layer.open(copy(buffer, buffer.byteLength + 100)).ok).toBe(true);
  });

  it('a format of the future is named', () => {
    expect(Layer.open(withWord(buffer, H.format, IMAGE_FORMAT + 1))).toMatchObject({
      ok: false,
      error: { code: 'image-format-unknown' },
    });
  });

  it.each(Object.entries(H).filter(([field]) => !['format', 'seed', 'overlay', 'records', 'names'].includes(field)))(
    'header field %s wrong is refused, by open or by verifyImage',
    (_field, word) => {
      for (const value of [-1, 0, 3, 0x7fff_ffff]) {
        if (new Int32Array(buffer)[word] === value) continue;
        // A longer probe than needed does no harm; a shorter one hides names.
        if (word === H.longestProbe && value === 3) continue;
        expect(verifyImage(withWord(buffer, word, value)), `${value}`).toMatchObject(damaged);
      }
    },
  );
});

describe('verifyImage', () => {
  it('finds nothing wrong with bases and overlays', () => {
    for (const buffer of [...base.layers, ...changed.layers])
      expect(verifyImage(buffer)).toEqual({ ok: true, value: undefined });
  });

  it('whatever is changed, it comes to an end without throwing', () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...changed.layers), fc.nat(), fc.integer(), (buffer, at, value) => {
        const words = buffer.byteLength >>> 2;
        if (!verifyImage(withWord(buffer, at % words, value)).ok) refused++;
      }),
      { numRuns: 3000 },
    );
    // Addresses, TTLs and letters of a name may be anything.
    expect(refused).toBeGreaterThan(1500);
  });

  it.each([
    ['another number of records', H.records],
    ['another number of names', H.names],
  ])('a base with %s than it says is refused', (_what, word) => {
    expect(verifyImage(withWord(base.layers[0], word, 99))).toMatchObject(damaged);
  });

  it('two names exchanged in the order are noticed', () => {
    const words = new Int32Array(base.layers[0]);
    const order = words[H.orderStart] >>> 2;
    const swapped = withWord(base.layers[0], order + 1, words[order + 2]);
    new Int32Array(swapped)[order + 2] = words[order + 1];
    expect(verifyImage(swapped)).toMatchObject(damaged);
  });

  it.each([
    ['nsec', H.nsecNodes, 0],
    ['nsec (its prefix)', H.nsecNodes, 1],
    ['nsec (its prefix’s end)', H.nsecNodes, 5],
    ['nsec3', H.nsec3Nodes, 6],
    ['nsec3 (its hash)', H.nsec3Nodes, 7],
  ])('another name in the section %s is noticed', (_what, count, before) => {
    const words = new Int32Array(base.layers[0]);
    const at = (words[H.orderStart] >>> 2) + words[H.nodes] + before;
    expect(words[count]).toBeGreaterThan(0);
    expect(verifyImage(withWord(base.layers[0], at, words[H.heapStart]))).toMatchObject(damaged);
  });

  it('a wrong number of children is noticed', () => {
    const words = new Int32Array(base.layers[0]);
    const apex = words[H.heapStart] >>> 2;
    expect(verifyImage(withWord(base.layers[0], apex + 1, words[apex + 1] + 1))).toMatchObject(damaged);
  });
});
