import { name, unwrap } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { MAX_IMAGE } from './image.ts';
import { Layer } from './layer.ts';
import { LayerWriter } from './layer-writer.ts';
import { hashName } from './relative-name.ts';

const APEX = name('example.');

function write(writer: LayerWriter, nodes: number): SharedArrayBuffer {
  writer.reserve(16);
  writer.beginNode(APEX, 0, 0, 0, nodes);
  const label = name('n0000000.');
  for (let i = 0; i < nodes; i++) {
    for (let digit = 8, rest = i; digit > 1; digit--, rest = Math.floor(rest / 10)) label[digit] = 0x30 + (rest % 10);
    if (!writer.reserve(32)) throw new Error('no room');
    writer.beginNode(label, 0, label.length - 1, 0, 0);
  }
  return writer.finish({ order: writer.nodes, overlay: false, records: 0, names: nodes + 1, reseed: true })!;
}

describe('LayerWriter', () => {
  it.each([
    ['small, in spare memory', 10],
    ['large, growing in place and copied at the end', 100_000],
    ['large enough to stay where it grew', 600_000],
  ])('%s: every name is found', (_what, nodes) => {
    const buffer = write(new LayerWriter(APEX, 1), nodes);
    expect(buffer.growable).toBe(nodes === 600_000);
    const layer = unwrap(Layer.open(buffer));
    expect(layer.nodes).toBe(nodes + 1);
    for (let i = 0; i < nodes; i += Math.ceil(nodes / 1000)) {
      const label = name(`N${`${i}`.padStart(7, '0')}.`);
      expect(layer.find(hashName(layer.seed, label, 0, 9), label, 0, 9)).toBe(layer.nodeAt(i + 1));
    }
  });

  it('without address space to grow in, it copies, to the same image', () => {
    const copied = write(new LayerWriter(APEX, 1, () => undefined), 200_000);
    expect(copied.growable).toBe(false);
    expect(Buffer.compare(new Uint8Array(copied), new Uint8Array(write(new LayerWriter(APEX, 1), 200_000)))).toBe(0);
  });

  it('the same content is the same image, whatever was in the memory before', () => {
    const image = () => Buffer.from(new Uint8Array(write(new LayerWriter(APEX, 1), 50)));
    const first = image();
    const dirty = new LayerWriter(APEX, 1);
    dirty.reserve(4000);
    dirty.bytes.fill(0xee, dirty.at);
    write(dirty, 3);
    expect(image()).toEqual(first);
  });

  it('does not grow beyond MAX_IMAGE', () => {
    const writer = new LayerWriter(APEX, 1);
    expect(writer.reserve(MAX_IMAGE)).toBe(false);
    expect(writer.reserve(16)).toBe(true);
  });
});
