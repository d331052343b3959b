import { eventually } from '@zonewire/testkit';
import { afterEach, expect, it } from 'vitest';
import { fakeNode, PRIMARY_ZONE } from './fixtures/fake-node.ts';

const HOST = { host: '127.0.0.1:8053' };
const ID = 'example.test.~2026112102';

const node = fakeNode();
const server = node.server();
const get = (url: string) => server.inject({ url, headers: HOST });

afterEach(() => expect(node.waiting.size).toBe(0));

it('says at once how far a change has come, and why one is missing', async () => {
  const answer = await get(`/api/v1/changes/${ID}`);
  expect(answer.json()).toMatchObject({
    id: ID,
    zone: 'example.test.',
    serial: 2026112102,
    state: 'pending',
    wait: 'all',
    needed: 2,
    answered: 1,
    here: 2026112102,
    secondaries: [
      { id: 'fra1', answered: true, serial: 2026112102, state: 'in-sync' },
      {
        id: 'sin1',
        answered: false,
        serial: 2026112100,
        state: 'unreachable',
        reason: '127.0.0.1:5302 does not answer over UDP for 50 min.',
      },
    ],
  });
});

it('a serial long past is everywhere', async () => {
  expect((await get('/api/v1/changes/example.test.~2026112000')).json()).toMatchObject({ state: 'done', answered: 2 });
});

it('waits: for one that has it, for one that does not come in time', async () => {
  expect((await get(`/api/v1/changes/${ID}?wait=fra1`)).json()).toMatchObject({ state: 'done', needed: 1 });
  const late = await get(`/api/v1/changes/${ID}?wait=quorum&timeout=0.05`);
  expect([late.statusCode, late.json().state]).toEqual([200, 'timed-out']);
  const progress = await get(`/api/v1/changes/${ID}?wait=all&timeout=60&more-than=0`);
  expect(progress.json()).toMatchObject({ state: 'pending', answered: 1 });
});

it.each([
  ['/api/v1/changes/nonsense', 400, 'change-id-malformed'],
  ['/api/v1/changes/example.test.~4294967296', 400, 'change-id-malformed'],
  ['/api/v1/changes/other.test.~1', 404, 'zone-unknown'],
  [`/api/v1/changes/${ID}?wait=gru1`, 404, 'secondary-unknown'],
  [`/api/v1/changes/${ID}?wait=all&timeout=-1`, 400, 'request-invalid'],
  [`/api/v1/changes/${ID}?wait=all&timeout=soon`, 400, 'request-invalid'],
  [`/api/v1/changes/${ID}?wait=`, 400, 'request-invalid'],
  ['/api/v1/changes/example.org.~8?wait=all', 409, 'nobody-to-wait-for'],
])('%s: %i %s', async (url, status, code) => {
  expect((await get(url)).json()).toMatchObject({ status, code });
});

it('ends with the client', async () => {
  const listening = fakeNode();
  const api = listening.server();
  const url = await api.listen({ host: '127.0.0.1', port: 0 });
  const client = new AbortController();
  const asked = fetch(`${url}/api/v1/changes/${ID}?wait=all&timeout=300`, { signal: client.signal });
  const cut = expect(asked).rejects.toThrow();
  await eventually('it waits', () => listening.waiting.size === 1);
  client.abort();
  await cut;
  await eventually('nobody waits', () => listening.waiting.size === 0);
  expect(listening.waiting.counters).toMatchObject({ gone: 1, timedOut: 0 });
  await api.close();
});

it('a reload says what to wait for', async () => {
  const answer = await server.inject({ method: 'POST', url: '/api/v1/zones/example.test./reload', headers: HOST });
  expect(answer.json()).toMatchObject({ zone: PRIMARY_ZONE.zone, serial: 7, changeId: 'example.test.~7' });
});
