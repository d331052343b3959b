import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from './free-port.ts';

/** Draws each number of a fixed row in turn: two processes that draw the same row want the same ports. */
function row(): () => number {
  let drawn = 0;
  return () => (drawn++ % 1000) / 1000;
}

test('a port is given once, whichever process asks', async () => {
  const program = `import { freePort } from ${JSON.stringify(new URL('./free-port.ts', import.meta.url).href)};
let drawn = 0;
const ports = [];
while (ports.length < 20) ports.push(await freePort('127.0.0.1', () => (drawn++ % 1000) / 1000));
console.log(JSON.stringify(ports));
setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(other.stdout, 'data');
    const theirs = JSON.parse(String(line)) as number[];
    const random = row();
    const ours: number[] = [];
    while (ours.length < 20) ours.push(await freePort('127.0.0.1', random));
    expect(new Set([...ours, ...theirs]).size).toBe(40);
  } finally {
    other.kill();
  }
});

test.each(['udp', 'tcp'])('a port that somebody has for %s is not given', async (transport) => {
  const port = 10_000 + Math.floor(0.777 * 22_768) + (transport === 'udp' ? 0 : 1);
  const holder =
    transport === 'udp' ? createSocket('udp4').bind(port, '127.0.0.1') : createServer().listen(port, '127.0.0.1');
  await once(holder, 'listening');
  const draws = [port, port + 2].map((wanted) => (wanted - 10_000 + 0.5) / 22_768);
  expect(await freePort('127.0.0.1', () => draws.shift()!)).toBe(port + 2);
  holder.close();
});
