import type { AskedComparison } from '@zonewire/replicas';
import { ZonewireError } from '@zonewire/shared-protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fakeNode, NOW } from '../control/fixtures/fake-node.ts';
import { commandLine } from '../fixtures/command-line.ts';

const node = fakeNode();
const server = node.server();
let url = '';
let result: AskedComparison[] | ZonewireError = [];

beforeAll(async () => {
  node.ports.replication.compare = async (zone, secondary) => {
    node.calls.push(`compare ${zone} ${secondary}`);
    if (result instanceof ZonewireError) throw result;
    return result;
  };
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(() => server.close());

const zonewire = (args: string) => commandLine(args, { environment: { ZONEWIRE_CONTROL: url }, now: NOW });

const same = { secondary: 'fra1', at: NOW, result: 'same', serial: 7, reason: 'all 4 records are the same' } as const;
const receipts = { secondary: 'ams1', at: NOW, result: 'receipts', reason: 'its receipts tell it' } as const;

it('all copies the same, or told by receipts: exit 0', async () => {
  result = [same, receipts];
  const { code, out } = await zonewire('zone compare Example.test');
  expect(code).toBe(0);
  expect(out).toMatch(/fra1 +same +7 +all 4 records are the same/);
  expect(out).toMatch(/ams1 +receipts +- +its receipts/);
  expect(node.calls.at(-1)).toBe('compare example.test. undefined');
});

it.each(['different', 'refused', 'failed', 'behind'] as const)('one that is %s: exit 1', async (what) => {
  result = [same, { ...same, secondary: 'sin1', result: what, reason: 'as \u001b[2Jit is' }];
  const { code, out } = await zonewire('zone compare example.test. sin1');
  expect(code).toBe(1);
  expect(out).toMatch(new RegExp(`sin1 +${what} +7 +as .*it is`));
  expect(out).not.toContain('\u001b');
  expect(node.calls.at(-1)).toBe('compare example.test. sin1');
});

it('JSON; nobody is notified; which zone; what the node refuses', async () => {
  result = [same];
  expect(JSON.parse((await zonewire('zone compare example.test. -o json')).out)).toEqual({
    zone: 'example.test.',
    comparisons: [same],
  });
  result = [];
  expect(await zonewire('zone compare example.test.')).toMatchObject({
    code: 0,
    out: expect.stringContaining('nobody'),
  });
  expect(await zonewire('zone compare')).toMatchObject({ code: 2 });
  expect(await zonewire('zone compare nowhere.test.')).toMatchObject({ code: 1 });
  result = new ZonewireError('comparisons-too-many', 'more than 1000 comparisons are asked for');
  expect(await zonewire('zone compare example.test.')).toMatchObject({ code: 1 });
  const answer = await fetch(`${url}/api/v1/zones/example.test./compare`, { method: 'POST' });
  expect(answer.status).toBe(503);
});
