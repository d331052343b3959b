import { randomFillSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { CLASS, name, nameToText, RCODE, readSoa, TYPE, unwrap } from '@zonewire/shared-protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { decode, query } from '../fixtures/queries.ts';
import { chaos, client, closers, LISTENERS, listenBy, serve, until } from '../fixtures/serving.ts';
import { zoneVersion } from '../fixtures/zones.ts';

describe.each(LISTENERS)('UDP %s', (listener) => {
  beforeAll(() => listenBy(listener));

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

  it('zones loaded from disk by the hundred are answered, and what came behind them holds', async () => {
    const { to, zones } = await serve();
    const names = Array.from({ length: 200 }, (_, i) => name(`loaded${i}.test.`));
    for (const apex of names) zones.add({ apex, acl: [], role: 'primary', handler: {} });
    const text = '@ 300 SOA ns host 1 3600 600 86400 60\n@ 300 NS ns\nns 300 A 192.0.2.1';
    for (const apex of names) zones.load(apex, zoneVersion(nameToText(apex), text));
    zones.expire(names[198]);
    zones.remove(names[199]);
    const rcodeOf = async (i: number) => {
      const question = [{ name: names[i], type: TYPE.DNSKEY, class: CLASS.IN }];
      return unwrap(await client.exchange({ question }, to, { timeout: 2000 })).message.rcode;
    };
    // The turn of the event loop in which they were loaded is over.
    await turn();
    expect(await Promise.all([0, 63, 64, 127, 128, 197, 198, 199].map(rcodeOf))).toEqual([0, 0, 0, 0, 0, 0, 2, 5]);
  });

  it('a prepared version is answered with from its publication on, whatever comes in between', async () => {
    const { to, zones } = await serve();
    const apex = name('prepared.test.');
    const made = (serial: number) =>
      zoneVersion('prepared.test.', `@ 300 SOA ns host ${serial} 3600 600 86400 60\n@ 300 NS ns`);
    zones.add({ apex, acl: [], role: 'secondary', handler: {} });
    zones.publish(apex, made(1), Date.now() + 60_000);
    const served = async () => {
      // Threads are told of a secondary's zones a moment later.
      await undefined;
      const question = [{ name: apex, type: TYPE.SOA, class: CLASS.IN }];
      const { message } = unwrap(await client.exchange({ question }, to, { timeout: 2000 }));
      return message.answer.length === 0 ? message.rcode : unwrap(readSoa(message.answer[0].rdata)).serial;
    };
    const until = Date.now() + 60_000;
    const second = made(2);
    zones.prepare(apex, second, until);
    expect(await served()).toBe(1);
    zones.publish(apex, second, until);
    expect(await served()).toBe(2);
    // Renewed meanwhile, never published, published with another time, or after it had expired.
    const third = made(3);
    zones.prepare(apex, third, until);
    zones.renew(apex, until + 1);
    expect(await served()).toBe(2);
    zones.publish(apex, third, until);
    expect(await served()).toBe(3);
    zones.prepare(apex, made(4), until);
    expect(await served()).toBe(3);
    const fifth = made(5);
    zones.prepare(apex, fifth, until);
    zones.publish(apex, fifth, 1);
    expect(await served()).toBe(RCODE.SERVFAIL);
    const sixth = made(6);
    zones.publish(apex, fifth, until);
    zones.prepare(apex, sixth, until);
    zones.remove(apex);
    zones.add({ apex, acl: [], role: 'secondary', handler: {} });
    expect(await served()).toBe(RCODE.SERVFAIL);
    zones.publish(apex, sixth, until);
    expect(await served()).toBe(6);
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

  it('what is published, renewed, expired and removed in one turn is what is answered from then on, in that order', async () => {
    const { to, zones } = await serve();
    const apexes = Array.from({ length: 20 }, (_, i) => name(`zone${i}.test.`));
    for (const apex of apexes) zones.add({ apex, acl: [], role: 'secondary', handler: {} });
    const rcodes = async () => {
      const asked = apexes.map((apex) =>
        client.exchange({ question: [{ name: apex, type: TYPE.SOA, class: CLASS.IN }] }, to, { timeout: 5000 }),
      );
      return (await Promise.all(asked)).map((answer) => unwrap(answer).message.rcode);
    };
    expect(await rcodes()).toEqual(apexes.map(() => RCODE.SERVFAIL));
    for (const apex of apexes) {
      const version = zoneVersion(
        nameToText(apex),
        '@ 300 IN SOA ns. hostmaster. 1 3600 600 86400 300\n@ 300 IN NS ns.',
      );
      zones.publish(apex, version, Date.now() + 60_000);
    }
    zones.expire(apexes[3]);
    zones.remove(apexes[4]);
    zones.renew(apexes[5], 1);
    await undefined;
    const answered = await rcodes();
    expect(answered.slice(3, 6)).toEqual([RCODE.SERVFAIL, RCODE.REFUSED, RCODE.SERVFAIL]);
    expect(answered.filter((rcode) => rcode === RCODE.NOERROR)).toHaveLength(17);
  });
});
