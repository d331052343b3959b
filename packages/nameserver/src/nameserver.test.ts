import { randomFillSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLASS, name, nameKey, RCODE, TYPE, unwrap, ZonewireError } from '@zonewire/shared-protocol';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DnsClient } from './client/dns-client.ts';
import { decode, query } from './fixtures/queries.ts';
import { exampleTable, KEY, rule } from './fixtures/zones.ts';
import { framed, MessageFramer } from './framing/message-framer.ts';
import type { NameserverLimits } from './limits.ts';
import { type ListenAddress, Nameserver } from './nameserver.ts';
import { silentLog, systemClock } from './ports.ts';
import type { ZoneHandler } from './zone-handler.ts';

const client = new DnsClient({ clock: systemClock, log: silentLog, random: (out) => randomFillSync(out) });
const chaos = { question: [{ name: name('id.server.'), type: TYPE.TXT, class: CLASS.CH }] };
const CHAOS = query('id.server.', 'TXT', {}, CLASS.CH);

/** A loopback address of our own: nobody else's ports are in the way. */
const OWN_HOST = `127.${(process.pid >> 8) & 255}.${process.pid & 255}.9`;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The UDP listener under test; both pass the same tests. */
let udp: 'dgram' | 'batched' = 'dgram';
const LISTENERS = ['dgram', 'batched'] as const;

async function serve(
  limits: Partial<NameserverLimits> = {},
  handler: ZoneHandler = {},
  listen: ListenAddress[] = [{ host: '127.0.0.1', port: 0 }],
): Promise<{ server: Nameserver; to: ListenAddress }> {
  const zones = exampleTable();
  zones.add({
    apex: name('z.test.'),
    version: zones.get(name('example.test.'))!.version,
    acl: [rule(['notify', 'transfer'])],
    role: 'primary',
    handler,
  });
  const server = new Nameserver({
    listen,
    zones,
    keys: () => new Map([[nameKey(KEY.name), KEY]]),
    identity: 'here',
    version: false,
    limits,
    clock: systemClock,
    log: silentLog,
    udp,
    workers: 2,
  });
  await server.start();
  closers.push(() => server.stop());
  return { server, to: server.addresses[0] };
}

class TestConnection {
  readonly socket: Socket;
  readonly received: Uint8Array[] = [];
  isClosed = false;
  constructor(to: ListenAddress) {
    this.socket = connect({ host: to.host, port: to.port, allowHalfOpen: true });
    const framer = new MessageFramer();
    this.socket.on('data', (chunk: Buffer) => framer.push(chunk, (m) => this.received.push(m.slice()) > 0));
    this.socket.on('error', () => {});
    this.socket.on('end', () => {
      this.isClosed = true;
    });
    this.socket.on('close', () => {
      this.isClosed = true;
    });
    closers.push(() => this.socket.destroy());
  }
  static async open(to: ListenAddress): Promise<TestConnection> {
    const connection = new TestConnection(to);
    await once(connection.socket, 'connect');
    return connection;
  }
  send(...messages: Uint8Array[]): void {
    this.socket.write(Buffer.concat(messages.map(framed)));
  }
  async until(condition: () => boolean, ms = 3000): Promise<void> {
    const deadline = Date.now() + ms;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`not within ${ms} ms; ${this.received.length} received`);
      await sleep(5);
    }
  }
}

const until = async (condition: () => boolean) => {
  for (let i = 0; i < 600 && !condition(); i++) await sleep(5);
  expect(condition()).toBe(true);
};

describe.each(LISTENERS)('Nameserver, UDP %s', (listener) => {
  beforeAll(() => {
    udp = listener;
  });

  it('answers over UDP and TCP, IPv4 and IPv6, on the same port', async () => {
    const { server } = await serve({}, {}, [
      { host: '127.0.0.1', port: 0 },
      { host: '::1', port: 0 },
    ]);
    expect(server.addresses.length).toBe(2);
    for (const to of server.addresses)
      for (const transport of ['udp', 'tcp'] as const) {
        const result = unwrap(await client.exchange(chaos, to, { timeout: 2000, transport }));
        expect(result.message.answer.length).toBe(1);
      }
    // Threads tell what they counted every half second.
    await until(() => server.counters.queries.udp[TYPE.TXT] === 2);
    expect(server.counters.queries.tcp[TYPE.TXT]).toBe(2);
  });

  it.each(['tcp', 'udp'])(
    'a taken port (%s): an error that says which and what to do, and nothing stays open',
    async (kind) => {
      let port: number;
      if (kind === 'tcp') {
        const taken = createServer().listen(0, OWN_HOST);
        await once(taken, 'listening');
        port = (taken.address() as { port: number }).port;
        closers.push(() => taken.close());
      } else {
        const taken = createSocket('udp4');
        taken.bind(0, OWN_HOST);
        await once(taken, 'listening');
        port = taken.address().port;
        closers.push(() => taken.close());
      }
      const failed = await serve({}, {}, [
        { host: '127.0.0.1', port: 0 },
        { host: OWN_HOST, port },
      ]).catch((error) => error);
      expect(failed).toBeInstanceOf(ZonewireError);
      expect(failed.code).toBe('listen-address-in-use');
      expect(failed.message).toContain(`${OWN_HOST}:${port} (${kind.toUpperCase()})`);
      expect(failed.message).toContain('server.listen');
    },
  );

  it('an address that is not ours: an error in words', async () => {
    const failed = await serve({}, {}, [{ host: '192.0.2.77', port: 0 }]).catch((error) => error);
    expect(failed.code).toBe('listen-address-unknown');
  });

  it('stops within the grace although a handler hangs, and frees the port', async () => {
    const hangs = { notify: () => new Promise<number>(() => {}) };
    const { server, to } = await serve({ stopGrace: 200 }, hangs, [{ host: OWN_HOST, port: 0 }]);
    const connection = await TestConnection.open(to);
    connection.send(query('z.test.', 'SOA', { opcode: 4 }));
    await sleep(50);
    const started = Date.now();
    await server.stop();
    expect(Date.now() - started).toBeLessThan(1000);
    await connection.until(() => connection.isClosed);
    const again = await serve({}, {}, [to]);
    expect(again.to).toEqual(to);
  });

  it('what is under way is still answered when it stops (UDP and TCP)', async () => {
    const { server, to } = await serve({}, { notify: () => sleep(100, RCODE.NOERROR) });
    const notify = { opcode: 4, question: [{ name: name('z.test.'), type: TYPE.SOA, class: CLASS.IN }] };
    const answers = (['udp', 'tcp'] as const).map((transport) =>
      client.exchange(notify, to, { timeout: 2000, transport, attempts: 1 }),
    );
    await sleep(40);
    await server.stop();
    for (const answer of await Promise.all(answers)) expect(unwrap(answer).message.rcode).toBe(0);
  });
});

describe.each(LISTENERS)('UDP %s', (listener) => {
  beforeAll(() => {
    udp = listener;
  });

  it('survives garbage, and answers what comes after it', async () => {
    const { server, to } = await serve();
    const socket = createSocket('udp4');
    closers.push(() => socket.close());
    for (let i = 0; i < 200; i++) socket.send(randomFillSync(new Uint8Array(i % 60)), to.port, to.host);
    await until(() => server.counters.dropped > 0);
    expect(unwrap(await client.exchange(chaos, to, { timeout: 2000 })).message.rcode).toBe(0);
  });

  it('takes only so many requests that wait for a handler (udpInFlight)', async () => {
    let waiting = 0;
    const { server, to } = await serve(
      { udpInFlight: 3, stopGrace: 50 },
      {
        notify: () => {
          waiting++;
          return new Promise(() => {});
        },
      },
    );
    const socket = createSocket('udp4');
    closers.push(() => socket.close());
    for (let i = 0; i < 10; i++) socket.send(query('z.test.', 'SOA', { opcode: 4 }), to.port, to.host);
    await until(() => server.counters.udpOverload === 7);
    expect(waiting).toBe(3);
    expect(unwrap(await client.exchange(chaos, to, { timeout: 2000 })).message.rcode).toBe(0);
  });

  it('many answers at once are each their own', async () => {
    const { to } = await serve();
    const socket = createSocket('udp4');
    closers.push(() => socket.close());
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    socket.setRecvBufferSize(2 ** 22);
    const seen = new Map<number, string>();
    socket.on('message', (bytes) => {
      const message = decode(bytes);
      seen.set(message.id, Buffer.from(message.question[0].name).toString('latin1'));
    });
    for (let id = 0; id < 500; id++) socket.send(query(`n${id}.elsewhere.`, 'A', { id }), to.port, to.host);
    await until(() => seen.size === 500);
    for (const [id, owner] of seen) expect(owner).toContain(`n${id}\t`);
  });
});

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

  it('idle connections are closed (tcpIdleTimeout), also those that drip octets', async () => {
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

  it('at tcpPerClient the one idle for longest makes room', async () => {
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

  it('at tcpConnections, when all are busy, the new one is turned away', async () => {
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
