import { expect, test } from 'vitest';
import { MemoryFiles } from '../fixtures/memory-files.ts';
import type { FilePort } from './file-port.ts';
import { readOnce } from './read-once.ts';

class CountedFiles extends MemoryFiles {
  stamps = 0;

  override stamp(path: string) {
    this.stamps++;
    return super.stamp(path);
  }
}

function setUp(text: string): { files: CountedFiles; once: FilePort } {
  const files = new CountedFiles();
  files.set('a.zone', text);
  return { files, once: readOnce(files) };
}

test('a file is stamped once and read once, whoever asks', async () => {
  const { files, once } = setUp('one');
  const stamp = await once.stamp('a.zone');
  const [a, b] = [await once.read('a.zone'), once.readSync('a.zone')];
  expect(await once.stamp('a.zone')).toBe(stamp);
  expect([a, b].map(({ content }) => new TextDecoder().decode(content))).toEqual(['one', 'one']);
  expect([files.stamps, files.reads]).toEqual([1, 1]);
});

test('changed in between: what was read belongs to its stamp, and the next load sees the change', async () => {
  const { files, once } = setUp('one');
  const { stamp } = await once.read('a.zone');
  files.set('a.zone', 'other');
  expect((await once.read('a.zone')).stamp).toEqual(stamp);
  expect(await readOnce(files).stamp('a.zone')).not.toEqual(stamp);
});

test('large contents are not held', async () => {
  const { files, once } = setUp('x'.repeat(256 * 1024 + 1));
  await once.read('a.zone');
  await once.read('a.zone');
  expect(files.reads).toBe(2);
});

test('a file that is not there: said each time', async () => {
  const { once } = setUp('one');
  expect(await once.stamp('b.zone')).toBeUndefined();
  await expect(once.read('b.zone')).rejects.toThrow('ENOENT');
  expect(() => once.readSync('b.zone')).toThrow('ENOENT');
});
