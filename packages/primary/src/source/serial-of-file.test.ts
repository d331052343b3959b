import { describe, expect, test } from 'vitest';
import { APEX, FILE, memory, text } from '../fixtures/world.ts';

describe('the serial of a changed file', () => {
  test.each<[string, number, number, string, RegExp | undefined]>([
    ['raised: taken', 9, 9, 'x A 192.0.2.9', undefined],
    ['raised, nothing else: taken', 9, 9, '', undefined],
    [
      'not raised, content changed: moved forward, said so',
      7,
      8,
      'x A 192.0.2.9',
      /serial 7 is not newer than 7.*served as 8/,
    ],
    [
      'lowered, content changed: moved forward, said so',
      3,
      8,
      'x A 192.0.2.9',
      /serial 3 is not newer than 7.*served as 8/,
    ],
    [
      'lowered, nothing else: nothing happens, said so',
      3,
      7,
      '',
      /serial 3 .* is not newer than 7.*\[serial-backwards\]/,
    ],
    ['2^31 ahead is not newer (RFC 1982 3.2)', 2_147_483_655, 8, 'x A 192.0.2.9', /not newer/],
  ])('%s', async (_, fileSerial, served, more, warning) => {
    const { world, files } = memory(text(7));
    await world.start();
    files.set(FILE, text(fileSerial, more));
    await world.primary.reload(APEX);
    expect(world.serial).toBe(served);
    expect(world.has('x')).toBe(more !== '');
    if (warning === undefined) expect(world.status.warnings).toBeUndefined();
    else expect(world.status.warnings?.[0]).toMatch(warning);
    expect(world.status.file?.serial).toBe(fileSerial);
    // And nothing happens the second time.
    await world.primary.reload(APEX);
    expect(world.serial).toBe(served);
    await world.restart();
    expect(world.serial).toBe(served);
  });

  test('a changed SOA field other than the serial is a change', async () => {
    const { world, files } = memory(text(7));
    await world.start();
    files.set(FILE, text(7).replace('3600', '7200'));
    await world.primary.reload(APEX);
    expect(world.serial).toBe(8);
    expect(world.table.get(APEX)?.version?.soa.refresh).toBe(7200);
  });

  test('a signed zone whose serial was not raised is refused: a moved serial would break its signatures', async () => {
    const signed = (serial: number, more = '') =>
      text(serial, `@ RRSIG SOA 8 2 60 20300101000000 20200101000000 1 example.test. AAAA\n${more}`);
    const { world, files } = memory(signed(7));
    await world.start();
    files.set(FILE, signed(7, 'x A 192.0.2.9'));
    await expect(world.primary.reload(APEX)).rejects.toMatchObject({ code: 'zone-serial-not-newer' });
    expect(world.serial).toBe(7);
    files.set(FILE, signed(8, 'x A 192.0.2.9'));
    await world.primary.reload(APEX);
    expect(world.serial).toBe(8);
  });

  test('many records changed: stored as an image, and still a diff for secondaries', async () => {
    const hosts = (from: number) => Array.from({ length: 200 }, (_, i) => `h${from + i} A 192.0.2.2\n`).join('');
    const { world, files } = memory(text(1, hosts(0)));
    await world.start();
    files.set(FILE, text(2, hosts(150)));
    await world.primary.reload(APEX);
    expect(world.store.diffsFrom(APEX, 1)?.[0]).toMatchObject({ removedCount: 151, addedCount: 151 });
    await world.restart();
    expect(world.has('h349')).toBe(true);
    expect(world.has('h0')).toBe(false);
  });
});
