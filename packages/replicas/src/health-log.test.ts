import { type Log, silentLog } from '@zonewire/nameserver';
import { expect, it } from 'vitest';
import { FIRST_AFTER, HealthLog, SAME_AFTER } from './health-log.ts';

it('a secondary that is down for ten thousand zones is one line, and how many there were the next time', () => {
  const lines: string[] = [];
  const write = (_fields: object, message: string) => void lines.push(message);
  const log: Log = { ...silentLog, warn: write, info: write };
  const healthLog = new HealthLog(log);
  const health = { state: 'unreachable', since: 0, reason: 'It does not answer.', next: 'See it.' } as const;
  for (let i = 0; i < 10_000; i++) healthLog.changed(`z${i}.test.`, 'fra1', 'in-sync', health, 5);
  healthLog.changed('z.test.', 'sin1', 'in-sync', health, 5);
  healthLog.changed('z.test.', 'fra1', 'unknown', { ...health, state: 'in-sync' }, 5);
  healthLog.changed('z.test.', 'fra1', 'in-sync', health, 5 + SAME_AFTER);
  expect(lines).toEqual([
    'fra1 is unreachable for z0.test.: It does not answer. See it.',
    'sin1 is unreachable for z.test.: It does not answer. See it.',
    'fra1 is unreachable for z.test. (and 9999 more zones before): It does not answer. See it.',
  ]);
});

it('the trouble of a start is said when it has lasted, that of what was well at once', () => {
  const lines: string[] = [];
  const write = (_fields: object, message: string) => void lines.push(message);
  const healthLog = new HealthLog({ ...silentLog, warn: write, info: write });
  const health = { state: 'unreachable', since: 0, reason: 'It does not answer.', next: '' } as const;
  const well = { ...health, state: 'in-sync' } as const;
  for (const secondary of ['fra1', 'sin1', 'gone']) healthLog.changed('z.test.', secondary, 'unknown', health, 1_000);
  healthLog.changed('z.test.', 'fra1', 'unreachable', { ...health, state: 'unknown' }, 2_000);
  healthLog.changed('z.test.', 'fra1', 'unknown', well, 3_000);
  healthLog.changed('z.test.', 'sin1', 'unreachable', { ...health, state: 'refusing', reason: 'It refuses.' }, 4_000);
  healthLog.forget('z.test.', 'gone');
  healthLog.look(999 + FIRST_AFTER);
  expect(lines).toEqual([]);
  healthLog.look(1_000 + FIRST_AFTER);
  healthLog.look(2_000 + FIRST_AFTER);
  expect(lines).toEqual(['sin1 is refusing for z.test.: It refuses.']);
  healthLog.changed('z.test.', 'fra1', 'in-sync', health, 50_000);
  healthLog.changed('z.test.', 'fra1', 'unreachable', well, 51_000);
  expect(lines.slice(1)).toEqual([
    'fra1 is unreachable for z.test.: It does not answer.',
    'fra1 is in-sync for z.test.: It does not answer.',
  ]);
});
