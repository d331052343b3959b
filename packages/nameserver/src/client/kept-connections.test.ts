import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeMessage, name, TYPE, unwrap } from '@zonewire/shared-protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { framed, MessageFramer } from '../framing/message-framer.ts';
import { silentLog } from '../ports.ts';
import { systemClock } from '../system-clock.ts';
import { DnsClient, type TransferOpenOptions } from './dns-client.ts';
import { KEPT_CONNECTIONS } from './tcp-connections.ts';

const closers: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const REQUEST = encodeMessage({ id: 7, question: [{ name: name('z.test.'), type: TYPE.AXFR, class: 1 }] });
const ANSWER = encodeMessage({ id: 7, qr: true, question: [{ name: name('z.test.'), type: TYPE.AXFR, class: 1 }] });
const newClient = () => new DnsClient({ clock: systemClock, log: silentLog, random: () => {} });

/** A server that answers every request by `answer`; counts its connections. */
async function server(answer: (socket: Socket, request: number, connection: number) => void) {
  const sockets: Socket[] = [];
  const listening = createServer((socket) => {
    sockets.push(socket);
    const connection = sockets.length;
    let requests = 0;
    const framer = new MessageFramer();
    socket.on('error', () => {});
    socket.on('data', (chunk) =>
      framer.push(chunk as Uint8Array, () => {
        answer(socket, ++requests, connection);
        return true;
      }),
    );
  }).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    listening.close();
  });
  const { port } = listening.address() as { port: number };
  return { to: { host: '127.0.0.1', port }, sockets };
}

function transfer(client: DnsClient, to: { host: string; port: number }, options: Partial<TransferOpenOptions> = {}) {
  return client.openTransfer(REQUEST, to, { onMessage: () => 'done', ...options });
}

describe('connections are kept (RFC 7766 6.2.1)', () => {
  it('one request after the other goes over one connection', async () => {
    const { to, sockets } = await server((socket) => socket.write(framed(ANSWER)));
    const client = newClient();
    for (let i = 0; i < 5; i++) unwrap(await transfer(client, to));
    expect(sockets).toHaveLength(1);
  });

  it('requests at the same time have connections of their own, of which so many are kept', async () => {
    const { to, sockets } = await server((socket) => setTimeout(() => socket.write(framed(ANSWER)), 30));
    const client = newClient();
    const many = KEPT_CONNECTIONS + 5;
    await Promise.all(Array.from({ length: many }, async () => unwrap(await transfer(client, to))));
    expect(sockets).toHaveLength(many);
    await sleep(50);
    expect(sockets.filter((socket) => !socket.destroyed)).toHaveLength(KEPT_CONNECTIONS);
  });

  it('one that the peer has closed at rest is replaced without a failure', async () => {
    const { to, sockets } = await server((socket) => {
      socket.write(framed(ANSWER));
      setTimeout(() => socket.end(), 20);
    });
    const client = newClient();
    unwrap(await transfer(client, to));
    await sleep(60);
    unwrap(await transfer(client, to));
    expect(sockets).toHaveLength(2);
  });

  it('one that the peer closes when it is used again, too', async () => {
    const { to, sockets } = await server((socket, request) =>
      request === 1 ? socket.write(framed(ANSWER)) : socket.destroy(),
    );
    const client = newClient();
    for (let i = 0; i < 3; i++) unwrap(await transfer(client, to));
    expect(sockets).toHaveLength(3);
  });

  it('so is a new one that the peer closes without a word, as a process does that a reload has replaced (RFC 7766 6.2.4)', async () => {
    const { to, sockets } = await server((socket, _request, connection) =>
      connection === 1 ? socket.destroy() : socket.write(framed(ANSWER)),
    );
    unwrap(await transfer(newClient(), to));
    expect(sockets).toHaveLength(2);
  });

  it('but a peer that closes two of them, or one in the middle of an answer, has failed', async () => {
    const silent = await server((socket) => socket.destroy());
    expect((await transfer(newClient(), silent.to)).ok).toBe(false);
    expect(silent.sockets).toHaveLength(2);
    const broken = await server((socket) => socket.end(framed(ANSWER).subarray(0, 20)));
    expect((await transfer(newClient(), broken.to)).ok).toBe(false);
    expect(broken.sockets).toHaveLength(1);
  });

  it.each<[string, Partial<TransferOpenOptions>, Uint8Array[]]>([
    ['that was stopped in the middle of an answer', { onMessage: () => 'stop' }, [ANSWER, ANSWER]],
    ['with more behind the end of the answer', {}, [ANSWER, ANSWER]],
  ])('a connection %s is not used again', async (_, options, messages) => {
    const { to, sockets } = await server((socket) => socket.write(Buffer.concat(messages.map(framed))));
    const client = newClient();
    await transfer(client, to, options);
    await transfer(client, to, options);
    expect(sockets).toHaveLength(2);
  });

  it('what a peer sends without being asked ends the connection', async () => {
    const { to, sockets } = await server((socket) => {
      socket.write(framed(ANSWER));
      setTimeout(() => socket.write(framed(ANSWER)), 20);
    });
    const client = newClient();
    unwrap(await transfer(client, to));
    await sleep(60);
    unwrap(await transfer(client, to));
    expect(sockets).toHaveLength(2);
  });
});
