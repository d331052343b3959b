import { expect, it } from 'vitest';
import { fakeNode, NOW } from './fixtures/fake-node.ts';

const server = fakeNode().server();
const get = async (url: string) => {
  const answer = await server.inject({ method: 'GET', url: `/api/v1${url}`, headers: { host: '127.0.0.1:8053' } });
  return [answer.statusCode, answer.json()];
};

it('pages of zones with their secondaries: what is no number, state or limit is refused with its name', async () => {
  expect(await get('/replicas')).toMatchObject([
    200,
    { total: 1, zones: [{ replicas: [{ health: { state: 'in-sync' } }, {}] }] },
  ]);
  expect(await get('/replicas?offset=7&limit=10&health=behind')).toMatchObject([200, { zones: [] }]);
  expect(await get('/replicas?health=bad')).toMatchObject([400, { code: 'request-invalid' }]);
  expect(await get('/replicas?limit=100000')).toMatchObject([400, { errors: [{ path: 'limit' }] }]);
});

it('timeline of a zone that is here', async () => {
  const secondaries = [{ id: 'example.test.', answeredAt: NOW, lagMs: 3 }];
  expect(await get('/zones/Example.test./timeline?limit=9')).toEqual([
    200,
    { zone: 'example.test.', serials: [{ serial: 9, committedAt: NOW, secondaries }] },
  ]);
  expect(await get('/zones/nowhere.test./timeline')).toMatchObject([404, { code: 'zone-unknown' }]);
});

it('history of lag, a day of it unless told', async () => {
  expect(await get('/lag/history')).toMatchObject([200, { buckets: [{ secondary: 'fra1', count: 24 }] }]);
  expect(await get('/lag/history?hours=2')).toMatchObject([200, { buckets: [{ count: 2 }] }]);
  expect(await get('/lag/history?hours=-2')).toMatchObject([400, {}]);
});

it('the NOTIFY queue, in pages', async () => {
  expect(await get('/notify-queue')).toMatchObject([200, { total: 1, entries: [{ secondary: 'sin1', attempts: 2 }] }]);
  expect(await get('/notify-queue?offset=1')).toMatchObject([200, { total: 1, entries: [] }]);
});
