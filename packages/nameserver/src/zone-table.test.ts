import { name, nameToText } from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import { describe, expect, it } from 'vitest';
import { ZoneTable } from './zone-table.ts';

const version = { serial: 7 } as ZoneVersion;

function tableOf(...zones: string[]): ZoneTable {
  const table = new ZoneTable();
  for (const zone of zones) table.add({ apex: name(zone), acl: [], role: 'primary', handler: {} });
  return table;
}

function find(table: ZoneTable, text: string): string | undefined {
  const entry = table.find(name(text));
  return entry && nameToText(entry.apex);
}

describe('ZoneTable', () => {
  it('finds the longest match, whatever the case (RFC 1034 4.3.2 step 2)', () => {
    const table = tableOf('example.', 'sub.example.', 'other.test.');
    expect(find(table, 'a.b.EXAMPLE.')).toBe('example.');
    expect(find(table, 'Sub.Example.')).toBe('sub.example.');
    expect(find(table, 'x.sub.example.')).toBe('sub.example.');
    expect(find(table, 'xsub.example.')).toBe('example.');
    expect(find(table, 'test.')).toBeUndefined();
    expect(find(table, '.')).toBeUndefined();
  });

  it('the root zone matches everything else', () => {
    const table = tableOf('.', 'example.');
    expect(find(table, '.')).toBe('.');
    expect(find(table, 'a.test.')).toBe('.');
    expect(find(table, 'a.example.')).toBe('example.');
  });

  it('looks only at the given part of the array', () => {
    const bytes = Uint8Array.from([...new Uint8Array(12), ...name('www.example.'), 1, 2]);
    const table = tableOf('example.');
    expect(table.find(bytes, 12, bytes.length - 2)?.apex).toEqual(name('example.'));
  });

  it('keeps its answers through thousands of additions and removals', () => {
    const table = new ZoneTable();
    const present = new Set<number>();
    let random = 1;
    for (let i = 0; i < 20_000; i++) {
      random = (Math.imul(random, 1103515245) + 12345) & 0x7fffffff;
      const zone = (random >>> 8) % 3000;
      const apex = name(zone % 3 === 0 ? `z${zone}.` : `z${zone}.deep.test.`);
      if (present.delete(zone)) table.remove(apex);
      else {
        present.add(zone);
        table.add({ apex, acl: [], role: 'secondary', handler: {} });
      }
    }
    expect(table.size).toBe(present.size);
    expect([...table.entries()].length).toBe(present.size);
    for (let zone = 0; zone < 3000; zone++) {
      const apex = zone % 3 === 0 ? `z${zone}.` : `z${zone}.deep.test.`;
      expect(find(table, `www.${apex}`)).toBe(present.has(zone) ? apex : undefined);
    }
    for (const zone of present) table.remove(name(zone % 3 === 0 ? `z${zone}.` : `z${zone}.deep.test.`));
    expect(table.size).toBe(0);
    expect(find(table, 'z1.deep.test.')).toBeUndefined();
  });

  it('loading, serving, expired, renewed', () => {
    const table = tableOf('example.');
    const entry = table.get(name('EXAMPLE.'))!;
    expect(entry.state).toBe('loading');
    table.renew(name('example.'), 5);
    expect(entry.state).toBe('loading');
    table.publish(name('example.'), version, 1000);
    expect(entry).toMatchObject({ state: 'serving', expireAt: 1000, version });
    table.expire(name('example.'));
    expect(entry).toMatchObject({ state: 'expired', version });
    table.renew(name('example.'), 2000);
    expect(entry).toMatchObject({ state: 'serving', expireAt: 2000 });
    table.publish(name('example.'), version);
    expect(entry.expireAt).toBeUndefined();
  });

  it('refuses a second zone of the same name and changes to zones it does not have', () => {
    const table = tableOf('example.');
    expect(() => table.add({ apex: name('Example.'), acl: [], role: 'primary', handler: {} })).toThrow(
      expect.objectContaining({ code: 'zone-already-served' }),
    );
    expect(() => table.publish(name('test.'), version)).toThrow(expect.objectContaining({ code: 'zone-not-served' }));
    table.remove(name('test.'));
  });
});
