import { expect, it } from 'vitest';
import { SSE_EVENT_MAX, SseReader } from './sse-reader.ts';

const TEXT =
  'retry: 2000\nid: 9\n\n:\n\nid: 10\nevent: receipt\ndata: {"a":1}\n\n: a comment\ndata:one\ndata: two\r\n\r\nevent: gap\ndata\n\n';
const EVENTS = [
  { event: 'receipt', data: '{"a":1}', id: '10' },
  { event: 'message', data: 'one\ntwo', id: '10' },
  { event: 'gap', data: '', id: '10' },
];

it('reads events, passes over comments, remembers the id', () => {
  const reader = new SseReader();
  expect(reader.push('id: 9\n\n')).toEqual([]);
  expect(reader.lastId).toBe('9');
  expect(new SseReader().push(TEXT)).toEqual(EVENTS);
});

it('whatever the pieces they come in', () => {
  for (let size = 1; size < 20; size++) {
    const reader = new SseReader();
    const events = [];
    for (let at = 0; at < TEXT.length; at += size) events.push(...reader.push(TEXT.slice(at, at + size)));
    expect(events).toEqual(EVENTS);
  }
});

it('an event that has no end is refused, in one line and in many', () => {
  const line = new SseReader();
  expect(() => line.push('x'.repeat(SSE_EVENT_MAX + 1))).toThrow(/more than 262144 characters/);
  const lines = new SseReader();
  expect(() => lines.push(`data: ${'x'.repeat(98)}\n`.repeat(SSE_EVENT_MAX / 100))).toThrow(/more than 262144/);
});
