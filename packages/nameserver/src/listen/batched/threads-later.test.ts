import { Worker } from 'node:worker_threads';
import { CLASS, name, TYPE, unwrap } from '@zonewire/shared-protocol';
import { freePort } from '@zonewire/testkit';
import { afterEach, expect, it } from 'vitest';
import { query } from '../../fixtures/queries.ts';
import { chaos, client } from '../../fixtures/serving.ts';
import { exampleTable, zoneVersion } from '../../fixtures/zones.ts';
import { Nameserver } from '../../nameserver.ts';
import { silentLog } from '../../ports.ts';
import { systemClock } from '../../system-clock.ts';

/** Asks from a thread of its own until it is answered, and wakes who waits for that. */
const ASKER = `
const { workerData: { question, address, done } } = require('node:worker_threads');
const socket = require('node:dgram').createSocket('udp4');
const asking = setInterval(() => socket.send(question, address.port, address.host), 50);
socket.on('message', () => {
  clearInterval(asking);
  socket.close();
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
});
`;

const servers: Nameserver[] = [];
const to = async (host: string) => {
  const zones = exampleTable();
  const port = await freePort();
  const common = { keys: () => new Map(), version: false, clock: systemClock, log: silentLog } as const;
  const listen = [{ host, port }];
  const server = new Nameserver({ ...common, listen, zones, identity: 'here', udp: 'batched', workers: 2 });
  servers.push(server);
  return { server, zones, address: { host: '127.0.0.1', port } };
};

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

it('until there are threads this one answers, and no query waits for them', async () => {
  const { server, zones, address } = await to('127.0.0.1');
  await server.listen();
  for (let i = 0; i < 20; i++)
    expect(unwrap(await client.exchange(chaos, address, { timeout: 5000 })).message.rcode).toBe(0);
  expect(server.counters.responses[0]).toBe(20);
  // A zone that comes meanwhile is known to the threads.
  const apex = name('early.test.');
  zones.add({ apex, acl: [], role: 'primary', handler: {} });
  zones.load(
    apex,
    zoneVersion('early.test.', '@ 300 SOA ns host 7 3600 600 86400 60\n@ 300 NS ns\nns 300 A 192.0.2.1'),
  );
  await server.startThreads();
  const asked = { question: [{ name: apex, type: TYPE.SOA, class: CLASS.IN }] };
  expect(unwrap(await client.exchange(asked, address, { timeout: 5000 })).message.answer).toHaveLength(1);
  const done = new Int32Array(new SharedArrayBuffer(4));
  const asker = new Worker(ASKER, { eval: true, workerData: { question: query('early.test.', 'SOA'), address, done } });
  // This thread does nothing while it waits.
  expect(Atomics.wait(done, 0, 0, 30_000)).toBe('ok');
  await asker.terminate();
});

it('on a wildcard address questions wait in the sockets until there are threads', async () => {
  const { server, address } = await to('0.0.0.0');
  await server.listen();
  const asked = client.exchange(chaos, address, { timeout: 30_000 });
  const early = await Promise.race([asked.then(() => 'answered'), new Promise((resolve) => setTimeout(resolve, 200))]);
  expect(early).toBeUndefined();
  await server.startThreads();
  expect(unwrap(await asked).message.rcode).toBe(0);
});

it('a node that ends before its threads are started leaves no socket behind', async () => {
  const { server, address } = await to('127.0.0.1');
  await server.listen();
  await server.stop();
  const again = new Nameserver({
    listen: [address],
    zones: exampleTable(),
    keys: () => new Map(),
    identity: 'again',
    version: false,
    clock: systemClock,
    log: silentLog,
    udp: 'dgram',
  });
  servers.push(again);
  await again.start();
  expect(unwrap(await client.exchange(chaos, address, { timeout: 5000 })).message.rcode).toBe(0);
});
