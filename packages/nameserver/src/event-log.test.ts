import { name, type Problem } from '@zonewire/shared-protocol';
import { describe, expect, it, vi } from 'vitest';
import { EventLog, MAX_LINES, REMEMBERED, REPEAT_AFTER } from './event-log.ts';
import { contextOf, KEY, rule } from './fixtures/zones.ts';
import { silentLog } from './ports.ts';
import type { ZoneEntry } from './zone-table.ts';

const entry: ZoneEntry = {
  apex: name('z.test.'),
  version: undefined,
  state: 'loading',
  expireAt: undefined,
  acl: [rule(['update'], KEY)],
  role: 'primary',
  handler: {},
};
const problem: Problem = { code: 'tsig-bad-signature', message: 'the signature is wrong' };

function eventLog() {
  const warn = vi.fn();
  const time = { now: 1_000_000 };
  return { warn, time, events: new EventLog({ ...silentLog, warn }, { now: () => time.now }) };
}

const from = (peerAddress: string) => ({ ...contextOf(), peerAddress });

describe('EventLog', () => {
  it('says once what a peer would have needed, and later how often it came back', () => {
    const { warn, time, events } = eventLog();
    for (let i = 0; i < 5; i++) events.aclRefused(entry, 'update', from('10.0.0.1'));
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0][1]).toBe(
      'update of z.test. refused to 10.0.0.1 without a key; update is allowed by acl keyed (from 127.0.0.0/8, with key k.test.)',
    );
    time.now += REPEAT_AFTER;
    events.aclRefused(entry, 'update', from('10.0.0.1'));
    expect(warn).toHaveBeenCalledTimes(2);
    expect(warn.mock.calls[1][0]).toMatchObject({ suppressed: 4 });
  });

  it('other peers, zones and events have lines of their own', () => {
    const { warn, events } = eventLog();
    events.aclRefused(entry, 'update', from('10.0.0.1'));
    events.aclRefused(entry, 'update', from('10.0.0.2'));
    events.aclRefused({ ...entry, apex: name('y.test.') }, 'update', from('10.0.0.1'));
    events.tsigRefused(problem, from('10.0.0.1'));
    expect(warn).toHaveBeenCalledTimes(4);
  });

  it('forged addresses fill neither the log nor the memory', () => {
    const { warn, time, events } = eventLog();
    const flood = 10 * REMEMBERED;
    for (let i = 0; i < flood; i++) events.tsigRefused(problem, from(`10.0.${i >> 8}.${i & 255}`));
    expect(warn).toHaveBeenCalledTimes(MAX_LINES);
    time.now += REPEAT_AFTER;
    events.tsigRefused(problem, from('10.9.9.9'));
    expect(warn.mock.calls[MAX_LINES]).toEqual([
      { omitted: flood - MAX_LINES },
      expect.stringContaining(`${flood - MAX_LINES} more lines`),
    ]);
    expect(warn).toHaveBeenCalledTimes(MAX_LINES + 2);
  });

  it('a clock set back does not silence it', () => {
    const { warn, time, events } = eventLog();
    events.tsigRefused(problem, from('10.0.0.1'));
    time.now -= 10 * REPEAT_AFTER;
    events.tsigRefused(problem, from('10.0.0.1'));
    expect(warn).toHaveBeenCalledTimes(2);
  });
});
