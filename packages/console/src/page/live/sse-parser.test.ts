import { expect, it } from 'vitest';
import { SseParser } from './sse-parser.ts';

const STREAM =
  ': hello\n\nevent: health\nid: 7\ndata: {"a":\ndata: 1}\n\r\nid: 8\rdata:x\r\r: keep-alive\n\nevent: none\n\n';
const EVENTS = [
  { event: 'health', data: '{"a":\n1}' },
  { event: 'message', data: 'x' },
];

it('gives the same events however the stream is cut', () => {
  for (let size = 1; size <= STREAM.length; size++) {
    const parser = new SseParser();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) events.push(...parser.push(STREAM.slice(at, at + size)));
    expect(events, `in pieces of ${size}`).toEqual(EVENTS);
    expect(parser.lastId).toBe('8');
  }
});

it('does not gather without end', () => {
  const line = 'x'.repeat(600_000);
  const parser = new SseParser();
  parser.push(`data: ${line}`);
  expect(() => parser.push(line)).toThrow(/too long/);
  const lines = new SseParser();
  lines.push(`data: ${line}\n`);
  expect(() => lines.push(`data: ${line}\n`)).toThrow(/too long/);
});
