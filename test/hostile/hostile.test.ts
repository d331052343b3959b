import { expect, it } from 'vitest';
import { siege } from './siege.ts';

it('a node under 4,000 malformed messages to it and from its primary: nothing breaks in it, and it is what it was (RFC 1035 4.1.1, RFC 3597 3)', async () => {
  const { failures, udp, tcp, fromPrimary, answers, transfers } = await siege(4_000, 20_261_121);
  expect(failures).toEqual([]);
  expect(udp + tcp + fromPrimary).toBeGreaterThanOrEqual(4_000);
  // It is worth nothing where one of the ways is not gone.
  for (const count of [answers, tcp, fromPrimary, transfers]) expect(count).toBeGreaterThan(20);
}, 300_000);
