import { setTimeout as sleep } from 'node:timers/promises';
import { CLASS, unwrap } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { decode, query } from '../fixtures/queries.ts';
import { CHAOS, chaos, client, closers, serve, TestConnection, until } from '../fixtures/serving.ts';
import { framed } from '../framing/message-framer.ts';

describe('TCP (RFC 7766)', () => {
  it('octet by octet', async () => {
    const { to } = await serve();
    const connection = await TestConnection.open(to);
    connection.socket.setNoDelay(true);
    for (const octet of framed(CHAOS)) {
      connection.socket.write(Uint8Array.of(octet));
      await sleep(1);
    }
    await connection.until(() => connection.received.length === 1);
    expect(decode(connection.received[0]).answer.length).toBe(1);
  });

  it('pipelined queries are all answered (6.2.1.1)', async () => {
    const { to } = await serve();
    const connection = await TestConnection.open(to);
    connection.send(...Array.from({ length: 300 }, (_, id) => query('id.server.', 'TXT', { id }, CLASS.CH)));
    await connection.until(() => connection.received.length === 300);
    expect(connection.received.map((m) => decode(m).id)).toEqual(Array.from({ length: 300 }, (_, i) => i));
  });

  it('one that waits for a handler does not hold up the others (6.2.1.1, 7)', async () => {
    let release = () => {};
    const { to } = await serve(
      {},
      {
        notify: () =>
          new Promise((resolve) => {
            release = () => resolve(0);
          }),
      },
    );
    const connection = await TestConnection.open(to);
    connection.send(query('z.test.', 'SOA', { opcode: 4, id: 1 }), query('id.server.', 'TXT', { id: 2 }, CLASS.CH));
    await connection.until(() => connection.received.length === 1);
    release();
    await connection.until(() => connection.received.length === 2);
    expect(connection.received.map((m) => decode(m).id)).toEqual([2, 1]);
  });

  it('takes only so many requests at once that wait for a handler (tcpInFlight)', async () => {
    const waiting: (() => void)[] = [];
    let peak = 0;
    let under = 0;
    const { server, to } = await serve(
      { tcpInFlight: 4 },
      {
        notify: () => {
          peak = Math.max(peak, ++under);
          return new Promise((resolve) =>
            waiting.push(() => {
              under--;
              resolve(0);
            }),
          );
        },
      },
    );
    const connection = await TestConnection.open(to);
    connection.send(...Array.from({ length: 20 }, (_, id) => query('z.test.', 'SOA', { opcode: 4, id })));
    await connection.until(() => waiting.length === 4);
    await sleep(30);
    expect(waiting.length).toBe(4);
    expect(server.counters.tcp.throttled).toBeGreaterThan(0);
    while (connection.received.length < 20) {
      waiting.shift()?.();
      await sleep(2);
    }
    expect(peak).toBe(4);
    expect(connection.received.length).toBe(20);
  });

  it('a half-closed connection gets all its answers, then the end', async () => {
    const { to } = await serve({}, { notify: () => sleep(60, 0) });
    const connection = await TestConnection.open(to);
    connection.send(query('z.test.', 'SOA', { opcode: 4 }), CHAOS);
    connection.socket.end();
    await connection.until(() => connection.isClosed);
    expect(connection.received.length).toBe(2);
  });

  it('idle connections are closed (tcpIdleTimeout), also those that drip octets (6.2.3)', async () => {
    const { server, to } = await serve({ tcpIdleTimeout: 150 });
    const silent = await TestConnection.open(to);
    const used = await TestConnection.open(to);
    const dripping = await TestConnection.open(to);
    const timer = setInterval(() => {
      dripping.socket.write(Uint8Array.of(1));
      used.send(CHAOS);
    }, 50);
    closers.push(() => clearInterval(timer));
    await silent.until(() => silent.isClosed && dripping.isClosed);
    await sleep(200);
    expect(used.isClosed).toBe(false);
    expect(server.counters.tcp.idleClosed).toBe(2);
  });

  it('at tcpPerClient the one idle for longest makes room (6.2.2)', async () => {
    const { server, to } = await serve({ tcpPerClient: 3 });
    const connections: TestConnection[] = [];
    for (let i = 0; i < 3; i++) {
      connections.push(await TestConnection.open(to));
      await sleep(5);
    }
    connections[0].send(CHAOS);
    await connections[0].until(() => connections[0].received.length === 1);
    const fourth = await TestConnection.open(to);
    fourth.send(CHAOS);
    await fourth.until(() => fourth.received.length === 1);
    await connections[1].until(() => connections[1].isClosed);
    expect([connections[0].isClosed, connections[2].isClosed]).toEqual([false, false]);
    expect(server.counters.tcp).toMatchObject({ evicted: 1, refused: 0, accepted: 4, open: 3 });
  });

  it('at tcpConnections, when all are busy, the new one is turned away (6.2.2)', async () => {
    const { server, to } = await serve({ tcpConnections: 2, stopGrace: 50 }, { notify: () => new Promise(() => {}) });
    const busy = [await TestConnection.open(to), await TestConnection.open(to)];
    for (const connection of busy) connection.send(query('z.test.', 'SOA', { opcode: 4 }));
    await until(() => server.counters.opcodes[4] === 2);
    const third = await TestConnection.open(to);
    await third.until(() => third.isClosed);
    expect(server.counters.tcp).toMatchObject({ refused: 1, evicted: 0, open: 2 });
    expect(busy.some((connection) => connection.isClosed)).toBe(false);
  });

  it('a message that is no request ends the connection', async () => {
    const { server, to } = await serve();
    const connection = await TestConnection.open(to);
    connection.send(CHAOS, Uint8Array.of(1, 2, 3), CHAOS);
    await connection.until(() => connection.isClosed);
    expect(server.counters.tcp.malformedClosed).toBe(1);
  });

  it('connections that are reset do no harm', async () => {
    const { server, to } = await serve();
    for (let i = 0; i < 20; i++) {
      const connection = await TestConnection.open(to);
      connection.send(CHAOS, CHAOS);
      connection.socket.resetAndDestroy();
    }
    await until(() => server.counters.tcp.open === 0);
    expect(unwrap(await client.exchange(chaos, to, { timeout: 2000, transport: 'tcp' })).message.rcode).toBe(0);
  });

  describe('a peer that does not read', () => {
    const big = new Uint8Array(16_000);
    big.set(query('z.test.', 'AXFR', { qr: true }));

    it('a transfer waits for it, is not buffered, and is closed after tcpStallTimeout', async () => {
      let pulled = 0;
      let ended = false;
      const messages = (function* () {
        try {
          for (;;) {
            pulled++;
            yield big;
          }
        } finally {
          ended = true;
        }
      })();
      const { server, to } = await serve(
        { tcpStallTimeout: 300, tcpWriteBuffer: 64 * 1024 },
        { transfer: () => ({ messages }) },
      );
      const connection = await TestConnection.open(to);
      connection.socket.pause();
      connection.send(query('z.test.', 'AXFR'));
      await sleep(200);
      const before = pulled;
      await sleep(60);
      // The system's socket buffers took some megabytes, we wait with a few messages.
      expect(pulled).toBe(before);
      await until(() => ended);
      expect(server.counters).toMatchObject({ transfersBroken: 1, tcp: { stallClosed: 1 } });
    });

    it('a slow reader gets everything', async () => {
      const count = 600;
      const { server, to } = await serve(
        { tcpStallTimeout: 300 },
        {
          transfer: () => ({ messages: Array.from({ length: count }, () => big) }),
        },
      );
      const connection = await TestConnection.open(to);
      connection.send(query('z.test.', 'AXFR'));
      const timer = setInterval(() => {
        connection.socket.pause();
        setTimeout(() => connection.socket.resume(), 10);
      }, 20);
      closers.push(() => clearInterval(timer));
      await connection.until(() => connection.received.length === count, 10_000);
      expect(server.counters.tcp.stallClosed).toBe(0);
    });

    it('queries are not read any more when their answers pile up (tcpWriteBuffer)', async () => {
      const { server, to } = await serve({ tcpWriteBuffer: 10_000, tcpStallTimeout: 300 });
      const connection = await TestConnection.open(to);
      connection.socket.pause();
      const flood = Buffer.concat(Array.from({ length: 2000 }, () => framed(query('big.example.test.', 'TXT'))));
      const timer = setInterval(() => {
        if (connection.socket.writableLength === 0) connection.socket.write(flood);
      }, 5);
      closers.push(() => clearInterval(timer));
      await until(() => server.counters.tcp.stallClosed === 1);
      expect(server.counters.tcp.throttled).toBeGreaterThan(0);
    });
  });
});
