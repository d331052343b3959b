import { describe, expect, test } from 'vitest';
import { readDiff, readHead, readImage, readMessage } from './messages.ts';

const HEAD = { zone: 'a.test.', serial: 7, checkedAt: 1, expireAt: 2, nextAt: 3, failures: 0 };

describe('what stands in Redis may be anything', () => {
  test('a head, a want, a none', () => {
    expect(readMessage(JSON.stringify({ kind: 'head', node: 'n', head: HEAD }))).toMatchObject({ head: HEAD });
    expect(readMessage('{"kind":"want","node":"n","zone":"a.test.","serial":7}')).toMatchObject({ serial: 7 });
    expect(readMessage('{"kind":"none","node":"n","zone":"a.test."}')).toMatchObject({ kind: 'none' });
  });

  test('the head of another zone is not ours', () => {
    expect(readHead(JSON.stringify(HEAD), 'a.test.')).toEqual(HEAD);
    expect(readHead(JSON.stringify(HEAD), 'b.test.')).toBeUndefined();
    expect(readHead(null, 'a.test.')).toBeUndefined();
  });

  test.each([
    '',
    'null',
    '[]',
    '7',
    '{',
    '{"kind":"head"}',
    '{"kind":"head","node":"n","head":[]}',
    '{"kind":"x","node":"n","zone":"z"}',
  ])('not a message: %s', (text) => {
    expect(readMessage(text)).toBeUndefined();
    expect(readHead(text, 'a.test.')).toBeUndefined();
    expect(readDiff(text)).toBeUndefined();
    expect(readImage(text, 7)).toBeUndefined();
  });

  test.each([
    { serial: -1 },
    { serial: 2 ** 32 },
    { serial: 1.5 },
    { serial: '7' },
    { checkedAt: null },
    { expireAt: -5 },
    { nextAt: '3' },
    { failures: undefined },
    { zone: 3 },
  ])('a head with %o is none', (wrong) => {
    expect(readHead(JSON.stringify({ ...HEAD, ...wrong }), 'a.test.')).toBeUndefined();
  });

  test('an image of another serial, with pieces that are no texts', () => {
    const image = { serial: 7, bytes: 10, pieces: ['a'] };
    expect(readImage(JSON.stringify(image), 7)).toMatchObject(image);
    expect(readImage(JSON.stringify(image), 8)).toBeUndefined();
    expect(readImage(JSON.stringify({ ...image, pieces: [1] }), 7)).toBeUndefined();
  });
});
