import { expect, it } from 'vitest';
import { createLog } from './log.ts';

function logged(text: boolean, act: (log: ReturnType<typeof createLog>) => void): string {
  let lines = '';
  const to = {
    write: (line: string) => {
      lines += line;
    },
  };
  act(createLog({ level: 'info', text, colours: false }, to));
  return lines;
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
    });
    expect(line).toContain('[secret]');
    expect(line).not.toMatch(/TTT|83/);
  }
});
