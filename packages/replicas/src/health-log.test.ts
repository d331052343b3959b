import { type Log, silentLog } from '@zonewire/nameserver';
import { expect, it } from 'vitest';
import { HealthLog, SAME_AFTER } from './health-log.ts';

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
