import { expect, test } from 'vitest';
import { OutboundWindow } from './outbound-window.ts';

function exchanges() {
  const started: string[] = [];
  const finish: (() => void)[] = [];
  const exchange = (name: string) => () => {
    started.push(name);
    return new Promise<void>((resolve) => finish.push(resolve));
  };
  return { started, finish, exchange };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('at most a window of exchanges runs to one host; changes go ahead of timers; hosts do not wait for each other', async () => {
  const window = new OutboundWindow(2);
  const { started, finish, exchange } = exchanges();
  for (const name of ['a1', 'a2']) window.run('a', false, exchange(name));
  for (const name of ['a3-timer', 'a4-timer']) window.run('a', false, exchange(name));
  for (const name of ['a5-change', 'a6-change']) window.run('a', true, exchange(name));
  window.run('b', false, exchange('b1'));
  expect(started).toEqual(['a1', 'a2', 'b1']);
  expect(window.peakWaiting).toBe(4);
  while (finish.length > 0) {
    finish.shift()!();
    await settle();
  }
  expect(started).toEqual(['a1', 'a2', 'b1', 'a5-change', 'a6-change', 'a3-timer', 'a4-timer']);
});

test('an exchange that throws frees its place', async () => {
  const window = new OutboundWindow(1);
  const { started, exchange } = exchanges();
  window.run('a', false, () => Promise.reject(new Error('x')));
  window.run('a', false, exchange('next'));
  await settle();
  expect(started).toEqual(['next']);
});
