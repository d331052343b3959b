import { settle } from '@zonewire/testkit';
import { expect, test } from 'vitest';
import { CROWD, Places } from './places.ts';

const never = new AbortController().signal;

function setup(total: number, perAddress?: number) {
  const places = new Places(total, perAddress);
  const running: string[] = [];
  const ends = new Map<string, () => void>();
  const enter = (id: string, address: string, urgent = false, signal = never) =>
    places.run(address, urgent, signal, () => {
      running.push(id);
      return new Promise<void>((resolve) => ends.set(id, resolve));
    });
  const end = async (id: string) => {
    ends.get(id)!();
    await settle();
  };
  return { places, running, enter, end };
}

test('at most so many in all and so many towards one address; another address does not wait behind a busy one', async () => {
  const { places, running, enter, end } = setup(3, 2);
  for (const id of ['a1', 'a2', 'a3', 'b1', 'b2']) void enter(id, id[0]);
  await settle();
  expect(running).toEqual(['a1', 'a2', 'b1']);
  expect(places).toMatchObject({ active: 3, waiting: 2, peakWaiting: 2 });
  await end('b1');
  expect(running).toEqual(['a1', 'a2', 'b1', 'b2']);
  await end('b2');
  expect(running).toHaveLength(4);
  await end('a1');
  expect(running.at(-1)).toBe('a3');
  await end('a2');
  await end('a3');
  expect(places).toMatchObject({ active: 0, waiting: 0 });
});

test('what a change has caused goes ahead of timers, each in order of asking', async () => {
  const { running, enter, end } = setup(1);
  void enter('first', 'a');
  void enter('timer1', 'a');
  void enter('timer2', 'b');
  void enter('change1', 'b', true);
  void enter('change2', 'a', true);
  await settle();
  for (const id of ['first', 'change1', 'change2', 'timer1']) await end(id);
  expect(running).toEqual(['first', 'change1', 'change2', 'timer1', 'timer2']);
});

test('one place in eight, of all and of each address, is for changes: one comes in where timers have taken the others', async () => {
  const { places, running, enter, end } = setup(20, 10);
  for (let i = 0; i < 12; i++) void enter(`a${i}`, 'a');
  for (let i = 0; i < 12; i++) void enter(`b${i}`, 'b');
  await settle();
  expect(running).toHaveLength(18);
  expect(places.isShort('c')).toBe(true);
  void enter('change a', 'a', true);
  void enter('change b', 'b', true);
  void enter('change c', 'c', true);
  await settle();
  expect(running.slice(18)).toEqual(['change a', 'change b']);
  // What it leaves is for the next change, not for a timer.
  await end('change a');
  expect(running.slice(20)).toEqual(['change c']);
  await end('change b');
  await end('change c');
  expect(running).toHaveLength(21);
  await end('a0');
  expect(running.slice(21)).toEqual(['a9']);
  for (const id of [...running.slice(0, 18), 'a9'].filter((id) => id !== 'a0')) await end(id);
  for (const id of running.slice(22)) await end(id);
  expect(places).toMatchObject({ active: 0, waiting: 0 });
});

test('what fails gives its place back; what is aborted leaves the line', async () => {
  const { places, running, enter, end } = setup(1);
  const abort = new AbortController();
  void enter('first', 'a');
  const second = enter('second', 'a', false, abort.signal);
  void enter('third', 'a');
  await settle();
  abort.abort(new Error('stopped'));
  await expect(second).rejects.toThrow('stopped');
  await expect(enter('fourth', 'a', true, abort.signal)).rejects.toThrow('stopped');
  await end('first');
  expect(running).toEqual(['first', 'third']);
  await end('third');
  await expect(places.run('a', true, never, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(places.active).toBe(0);
});

test('it is a crowd when so many want work done, under way or not', async () => {
  const { places, enter, end } = setup(2);
  for (let i = 0; i < CROWD - 1; i++) void enter(`${i}`, 'a');
  await settle();
  expect(places.isCrowded).toBe(false);
  void enter('last', 'b');
  expect(places.isCrowded).toBe(true);
  await end('0');
  expect(places.isCrowded).toBe(false);
});
