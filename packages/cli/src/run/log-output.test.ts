import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@zonewire/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lineOutput } from './log-output.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zonewire-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('lines come in order, together, soon after', async () => {
  const path = join(folder, 'log');
  const out = lineOutput({ fd: openSync(path, 'w') });
  out.write('one\n');
  out.write('two\n');
  expect(readFileSync(path, 'utf8')).toBe('');
  await eventually('both lines', () => readFileSync(path, 'utf8') === 'one\ntwo\n');
  out.write('three\n');
  await eventually('the third', () => readFileSync(path, 'utf8') === 'one\ntwo\nthree\n');
});

it('a reader that sleeps: what waits is bounded; when it reads again, the log says how much is missing', async () => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const out = lineOutput({ fd, waitingOctets: 100_000 });
  const line = `${'x'.repeat(999)}\n`;
  for (let i = 0; i < 1_000; i++) out.write(line);
  const block = Buffer.alloc(1 << 20);
  let text = '';
  await eventually('the warning', () => {
    try {
      text += block.toString('utf8', 0, readSync(fd, block));
    } catch {
      // Nothing there yet.
    }
    return text.includes('dropped');
  });
  const kept = text.split('\n').filter((one) => `${one}\n` === line).length;
  const { dropped } = JSON.parse(text.split('\n').find((one) => one.includes('dropped'))!);
  expect(kept + dropped).toBe(1_000);
  expect(kept).toBeLessThan(300);
  closeSync(fd);
});
