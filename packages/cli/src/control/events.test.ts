import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fakeNode, NOW, TRANSFER } from './fixtures/fake-node.ts';

const TOKEN = 'for-events';
const node = fakeNode();
const server = node.server(TOKEN);
let url: string;

beforeAll(async () => {
  await server.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}/api/v1`;
});
afterAll(() => server.close());

const headers = { 'X-API-Key': TOKEN };
const get = (path: string, more: object = {}) => fetch(`${url}${path}`, { headers: { ...headers, ...more } });

describe('GET /api/v1/events', () => {
  it('needs the token, as everything does', async () => {
    expect((await fetch(`${url}/events`)).status).toBe(401);
  });

  it('refuses names and kinds that there are not', async () => {
    expect(await (await get('/events?zone=a..b')).json()).toMatchObject({ code: 'name-empty-label' });
    const answer = await get('/events?kind=receipt,recipe');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('"recipe"') });
  });

  it('streams events of the zone and kinds asked for, from Last-Event-ID on; one too many is 503', async () => {
    for (const zone of ['example.test.', 'example.org.', 'example.test.'])
      node.hub.publish({ kind: 'receipt', zone, at: NOW, node: 'fra1', serial: 9 });
    const abort = new AbortController();
    const listen = (path: string, more = {}) =>
      fetch(`${url}${path}`, { headers: { ...headers, ...more }, signal: abort.signal });
    const answer = await listen('/events?zone=Example.Test&kind=receipt,zone', { 'Last-Event-ID': '1' });
    let text = '';
    void (async () => {
      for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) text += chunk;
    })().catch(() => {});
    await vi.waitFor(() => expect(text.match(/^id: \d+\nevent: .*$/gm)).toEqual(['id: 3\nevent: receipt']), 20_000);
    await listen('/events');
    expect((await get('/events')).status).toBe(503);
    expect(await (await get('/events')).json()).toMatchObject({ code: 'too-many-listeners', title: 'Not available' });
    abort.abort();
  });

  it('a Last-Event-ID that is no number counts for nothing', async () => {
    const abort = new AbortController();
    await vi.waitFor(async () => {
      const answer = await fetch(`${url}/events`, {
        headers: { ...headers, 'Last-Event-ID': '1; DROP' },
        signal: abort.signal,
      });
      expect(answer.status).toBe(200);
    }, 20_000);
    abort.abort();
  });

  it('the server closes without waiting for listeners', async () => {
    const other = node.server(TOKEN);
    await other.listen({ host: '127.0.0.1', port: 0 });
    const { port } = other.server.address() as AddressInfo;
    await vi.waitFor(async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/events`, { headers });
      expect(answer.status).toBe(200);
    }, 20_000);
    const closed = once(other.server, 'close');
    await other.close();
    await closed;
  });
});

describe('the clock and transfers', () => {
  it('tells its time', async () => {
    expect(await (await get('/time')).json()).toEqual({ now: NOW });
  });

  it('lists what is under way', async () => {
    expect(await (await get('/transfers')).json()).toEqual({ transfers: [TRANSFER] });
  });
});
