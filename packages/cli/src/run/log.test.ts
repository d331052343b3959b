import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { COMPOSED_WITHIN_MS, createLog, WAITING_LINES } from './log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function written(text: boolean) {
  const lines: string[] = [];
  const log = createLog({ level: 'info', text, colours: false }, { write: (line) => void lines.push(line) });
  return { log, lines };
}

function logged(text: boolean, act: (log: ReturnType<typeof createLog>) => void): string {
  const { log, lines } = written(text);
  act(log);
  vi.advanceTimersByTime(COMPOSED_WITHIN_MS);
  return lines.join('');
}

it('JSON: one object a line with time, level, fields and message', () => {
  const line = logged(false, (log) => log.child({ zone: 'a.test.' }).warn({ serial: 7 }, 'odd'));
  const { time, ...rest } = JSON.parse(line);
  expect(rest).toEqual({ level: 'warn', zone: 'a.test.', serial: 7, msg: 'odd' });
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

it('text: what a person reads, fields behind the sentence, terminal escapes made harmless', () => {
  const line = logged(true, (log) => log.info({ zone: 'a.test.', peer: 'x y', n: [1] }, 'sent \u001b[2J to them'));
  expect(line).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} info {2}sent \\u\{1b\}\[2J to them {2}zone=a\.test\. {2}peer="x y" {2}n=\[1\]\n$/,
  );
  expect(logged(true, (log) => log.debug({}, 'not shown'))).toBe('');
});

it('errors come with their stack', () => {
  const line = logged(true, (log) => log.error({ err: new TypeError('broken') }, 'failed'));
  expect(line).toMatch(/error failed\n {4}TypeError: broken\n {4} {4}at /);
});

it('secrets are never written, wherever they stand', () => {
  const key = { id: 'k.', secret: new Uint8Array([83, 83, 83]) };
  for (const text of [false, true]) {
    const line = logged(text, (log) => {
      log.info(
        { key, remote: { key }, token: 'TTT', headers: { authorization: 'Bearer TTT', 'x-api-key': 'TTT' } },
        'm',
      );
      log.child({ secret: 'TTT' }).info({}, 'm');
      log.child({ deep: { a: [{ b: { c: [{ mac: ['TTT'] }] } }] } }).warn({}, 'm');
      log.error({ err: Object.assign(new Error('e'), { token: 'TTT', at: { secret: 'TTT' } }) }, 'm');
    });
    // A text shows the stack of an error only.
    expect(line.match(/\[secret\]/g)).toHaveLength(text ? 7 : 9);
    expect(line).not.toMatch(/TTT|83/);
  }
});

it('a text that reads like a secret is a text', () => {
  const line = logged(false, (log) => log.info({ text: '"token":"x"' }, 'the "secret": y'));
  expect(JSON.parse(line)).toMatchObject({ text: '"token":"x"', msg: 'the "secret": y' });
});

it('lines are composed a moment later, in order, with the time at which they were said; trouble at once, behind what came before', () => {
  const { log, lines } = written(false);
  const said = Date.now();
  const times = () => lines.map((line) => Date.parse(JSON.parse(line).time) - said);
  log.info({}, 'one');
  vi.advanceTimersByTime(1);
  log.child({ zone: 'a.test.' }).info({}, 'two');
  expect(lines).toEqual([]);
  vi.advanceTimersByTime(COMPOSED_WITHIN_MS);
  expect(times()).toEqual([0, 1]);
  log.info({}, 'three');
  log.warn({}, 'four');
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['one', 'two', 'three', 'four']);
});

it('no more wait than a bounded number of lines', () => {
  const { log, lines } = written(false);
  for (let i = 0; i < WAITING_LINES; i++) log.info({ i }, 'm');
  expect(lines).toHaveLength(WAITING_LINES);
});

it('what waits is written when the process ends', () => {
  const { log, lines } = written(false);
  log.info({}, 'last words');
  for (const listener of process.listeners('exit').slice(0, 1)) listener.call(process, 0);
  expect(lines).toHaveLength(1);
});
