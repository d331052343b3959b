import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLASS, name, RCODE, TYPE, unwrap, ZonewireError } from '@zonewire/shared-protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { query } from './fixtures/queries.ts';
import {
  chaos,
  client,
  closers,
  LISTENERS,
  listenBy,
  OWN_HOST,
  serve,
  TestConnection,
  until,
} from './fixtures/serving.ts';

describe.each(LISTENERS)('Nameserver, UDP %s', (listener) => {
  beforeAll(() => listenBy(listener));

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
