import { expect, it } from 'vitest';
import { changeId, parseChangeId } from './change-id.ts';

it.each([
  ['example.test.', 0],
  ['.', 0xffff_ffff],
  ['a~1.example.test.', 7],
  ['0/25.2.0.192.in-addr.arpa.', 2026112101],
])('%s at serial %i comes back as it was', (zone, serial) => {
  expect(parseChangeId(changeId({ zone, serial }))).toEqual({ ok: true, value: { zone, serial } });
});

it('takes a name in capitals and without the final dot', () => {
  expect(parseChangeId('Example.TEST~8')).toEqual({ ok: true, value: { zone: 'example.test.', serial: 8 } });
});

it.each([
  '',
  '~',
  '~8',
  'example.test.',
  'example.test.~',
  'example.test.~-1',
  'example.test.~8x',
  'example.test.~4294967296',
  'example.test.~00000000008',
  `${'a'.repeat(2_000)}~1`,
])('refuses %j', (id) => {
  expect(parseChangeId(id)).toMatchObject({ ok: false, error: { code: 'change-id-malformed' } });
});
