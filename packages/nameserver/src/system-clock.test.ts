import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { systemClock } from './system-clock.ts';

/** As a long garbage collection, or a machine that runs something else. */
function heldUp(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

it('an answer that came while the process was held up is read before the timeout that waits for it', async () => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const seen: string[] = [];
  socket.on('message', () => seen.push('answer'));
  // Thrice: whether timers or sockets come first depends on where in its round the loop is.
  for (let i = 0; i < 3; i++) {
    const over = new Promise<void>((resolve) =>
      systemClock.setTimeout(() => {
        seen.push('timeout');
        resolve();
      }, 50),
    );
    socket.send('here', socket.address().port, '127.0.0.1');
    heldUp(100);
    await over;
  }
  socket.close();
  expect(seen).toEqual(['answer', 'timeout', 'answer', 'timeout', 'answer', 'timeout']);
});

it('a cleared timer does not fire, also when it was late already', async () => {
  const fired: string[] = [];
  const timers = ['first', 'second'].map((name) => systemClock.setTimeout(() => fired.push(name), 5));
  setTimeout(() => systemClock.clearTimeout(timers[1]), 5);
  setImmediate(() => systemClock.clearTimeout(timers[0]));
  heldUp(60);
  await sleep(30);
  expect(fired).toEqual([]);
  systemClock.clearTimeout(undefined);
});

it('a timer of which is said so does not keep the process alive', () => {
  const module = new URL('./system-clock.ts', import.meta.url).href;
  const script = `(await import('${module}')).systemClock.setTimeout(() => {}, 60_000).unref();`;
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 10_000 });
  expect(status).toBe(0);
});
