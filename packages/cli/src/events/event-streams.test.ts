import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { FakeClock } from '@zonewire/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EventHub } from './event-hub.ts';
import { EVENT_STREAM_LIMITS, type EventStreamLimits, EventStreams, type Wanted } from './event-streams.ts';
import type { NodeEvent } from './node-event.ts';

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const end of cleanUp.splice(0)) end();
});

const event = (zone: string, at = 0, more: object = {}): NodeEvent => ({
  kind: 'zone',
  zone,
  at,
  role: 'secondary',
  what: 'expired',
  ...more,
});

async function setup({ kept = 100, ...limits }: Partial<EventStreamLimits> & { kept?: number } = {}) {
  const clock = new FakeClock();
  const hub = new EventHub({ firstId: 1_000, kept });
  const streams = new EventStreams({ hub, clock, limits });
  const wanted: Wanted[] = [];
  const server: Server = createServer((_, response) => {
    const open = streams.open(wanted.shift() ?? {});
    if (open === undefined) response.writeHead(503).end();
    else open(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const { port } = server.address() as AddressInfo;

  /** A client that reads everything. */
  const listen = async (want: Wanted = {}) => {
    wanted.push(want);
    const abort = new AbortController();
    cleanUp.push(() => abort.abort());
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: abort.signal });
    const heard = { status: response.status, type: response.headers.get('content-type'), text: '', ended: false };
    void (async () => {
      try {
        for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) heard.text += chunk;
      } catch {
        // Aborted or cut off.
      }
      heard.ended = true;
    })();
    return { heard, stop: () => abort.abort() };
  };
  /** A client that asks and then takes nothing. */
  const hang = async () => {
    const socket = connect(port, '127.0.0.1');
    cleanUp.push(() => socket.destroy());
    await once(socket, 'connect');
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await vi.waitFor(() => expect(streams.listeners).toBe(1), 20_000);
    return socket;
  };
  return { clock, hub, streams, listen, hang };
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000 });

describe('EventStreams', () => {
  it('tells what happens, with kind and id, to everybody; then frees the place', async () => {
    const { hub, streams, listen } = await setup();
    const [one, two] = [await listen(), await listen()];
    hub.publish(event('a.test.', 7));
    const text = `id: 1000\nevent: zone\ndata: ${JSON.stringify(event('a.test.', 7))}\n\n`;
    for (const { heard } of [one, two]) await until(() => expect(heard.text).toBe(`retry: 2000\nid: 999\n\n${text}`));
    expect(one.heard).toMatchObject({ status: 200, type: 'text/event-stream; charset=utf-8' });
    expect([streams.listeners, hub.listeners]).toEqual([2, 2]);
    one.stop();
    await until(() => expect([streams.listeners, hub.listeners]).toEqual([1, 1]));
  });

  it('only of one zone, only of some kinds', async () => {
    const { hub, listen } = await setup();
    const zone = await listen({ zone: 'b.test.' });
    const kinds = await listen({ kinds: new Set(['receipt'] as const) });
    hub.publish(event('a.test.'));
    hub.publish(event('b.test.'));
    hub.publish({ kind: 'receipt', zone: 'c.test.', at: 1, node: 'x', serial: 1 });
    await until(() => expect(zone.heard.text.match(/id: \d+\nevent/g)).toEqual(['id: 1001\nevent']));
    await until(() => expect(kinds.heard.text.match(/id: \d+\nevent/g)).toEqual(['id: 1002\nevent']));
  });

  it('goes on after the last event that a client has had', async () => {
    const { hub, listen } = await setup();
    for (let i = 0; i < 5; i++) hub.publish(event('a.test.', i));
    const { heard } = await listen({ after: 1_002 });
    await until(() => expect(heard.text.match(/"at":\d/g)).toEqual(['"at":3', '"at":4']));
  });

  it('says that there is a gap when that is not possible, and goes on from now', async () => {
    const { hub, listen } = await setup({ kept: 3 });
    for (let i = 0; i < 9; i++) hub.publish(event('a.test.', i));
    const { heard } = await listen({ after: 1_002 });
    expect(hub.counters.gaps).toBe(1);
    hub.publish(event('a.test.', 9));
    await until(() =>
      expect(heard.text).toBe(
        'event: gap\ndata: {"kind":"gap","after":1002}\n\nretry: 2000\nid: 1008\n\n' +
          `id: 1009\nevent: zone\ndata: ${JSON.stringify(event('a.test.', 9))}\n\n`,
      ),
    );
  });

  it('a comment every 15 s keeps the connection alive', async () => {
    const { clock, listen } = await setup();
    const { heard } = await listen();
    await until(() => expect(clock.pending).toBe(1));
    await clock.advance(EVENT_STREAM_LIMITS.keepAlive);
    await until(() => expect(heard.text).toBe('retry: 2000\nid: 999\n\n:\n\n'));
  });

  it('turns away who comes beyond the limit of listeners', async () => {
    const { streams, listen } = await setup({ listeners: 2 });
    await listen();
    const second = await listen();
    expect((await listen()).heard.status).toBe(503);
    expect(streams.counters).toMatchObject({ opened: 2, refused: 1 });
    second.stop();
    await until(() => expect(streams.listeners).toBe(1));
    expect((await listen()).heard.status).toBe(200);
  });

  const LARGE = { message: 'x'.repeat(10_000) };

  it('a listener that takes nothing has so much waiting and no more; the ring goes past it and it is closed, the others hear all', async () => {
    const { hub, streams, listen, hang } = await setup({ kept: 50 });
    await hang();
    const { heard } = await listen();
    let told = 0;
    // The kernel's buffers take some MB before anything waits here.
    while (streams.counters.tooSlow === 0 && told < 20_000) {
      hub.publish(event('a.test.', told++, LARGE));
      if (told % 20 === 0)
        await until(() => expect(heard.text.slice(-10_200).includes(`"at":${told - 1},`)).toBe(true));
    }
    expect(streams.counters.tooSlow).toBe(1);
    await until(() => expect(streams.listeners).toBe(1));
    hub.publish(event('last.test.'));
    await until(() => expect(heard.text.slice(-200).includes('last.test.')).toBe(true));
  }, 120_000);

  it('a listener that takes nothing for a minute while something waits for it is closed', async () => {
    const { clock, hub, streams, hang } = await setup({ kept: 100_000 });
    await hang();
    for (let told = 0; told < 3_000; told++) {
      hub.publish(event('a.test.', told, LARGE));
      if (told % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await clock.advance(EVENT_STREAM_LIMITS.stalled - EVENT_STREAM_LIMITS.keepAlive);
    expect(streams.listeners).toBe(1);
    await clock.advance(2 * EVENT_STREAM_LIMITS.keepAlive);
    await until(() => expect(streams.listeners).toBe(0));
    expect(streams.counters.tooSlow).toBe(1);
    expect(clock.pending).toBe(0);
  }, 60_000);

  it('the limits are 64 listeners, 256 KiB waiting, a minute', () => {
    expect(EVENT_STREAM_LIMITS).toEqual({ listeners: 64, waiting: 262_144, keepAlive: 15_000, stalled: 60_000 });
  });
});
