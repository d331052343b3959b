import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { nameKey, RCODE, signMessage } from '@zonewire/shared-protocol';
import { expect, it } from 'vitest';
import { query } from '../../fixtures/queries.ts';
import { exampleTable, KEY } from '../../fixtures/zones.ts';
import { Nameserver } from '../../nameserver.ts';
import { silentLog } from '../../ports.ts';
import { systemClock } from '../../system-clock.ts';
import { MAX_HANDED_OVER } from './messages.ts';

/** Sends `count` times the same datagram from a thread of its own, and wakes who waits for it. */
const SENDER = `
const { workerData: { datagram, port, count, done } } = require('node:worker_threads');
const socket = require('node:dgram').createSocket('udp4');
let sent = 0;
(function send() {
  for (let i = 0; i < 20 && sent < count; i++, sent++) socket.send(datagram, port, '127.0.0.1');
  if (sent < count) return setTimeout(send, 1);
  setTimeout(() => {
    socket.close();
    Atomics.store(done, 0, 1);
    Atomics.notify(done, 0);
  }, 300);
})();
`;

it('requests that wait for the main thread are bounded: the rest is dropped and counted, and it goes on (MAX_HANDED_OVER)', async () => {
  const server = new Nameserver({
    listen: [{ host: '127.0.0.1', port: 0 }],
    zones: exampleTable(),
    keys: () => new Map([[nameKey(KEY.name), KEY]]),
    identity: 'here',
    version: false,
    clock: systemClock,
    log: silentLog,
    udp: 'batched',
    workers: 1,
  });
  await server.start();
  try {
    // Signed queries are the main thread's, which does nothing while this waits.
    const { bytes: datagram } = signMessage(query('www.example.test.', 'A'), KEY, Date.now() / 1000);
    const done = new Int32Array(new SharedArrayBuffer(4));
    const count = 10 * MAX_HANDED_OVER;
    const workerData = { datagram, port: server.addresses[0].port, count, done };
    const sender = new Worker(SENDER, { eval: true, workerData });
    expect(Atomics.wait(done, 0, 0, 15_000)).toBe('ok');
    const { counters } = server;
    const settled = async (sum: () => number) => {
      for (let last = -1; sum() !== last; await sleep(700)) last = sum();
    };
    await settled(() => counters.responses[RCODE.NOERROR] + counters.udpOverload);
    expect(counters.responses[RCODE.NOERROR]).toBe(MAX_HANDED_OVER);
    expect(counters.tsigVerified).toBe(MAX_HANDED_OVER);
    // The kernel may have dropped some of what was left.
    expect(counters.udpOverload).toBeGreaterThan(0);
    expect(counters.udpOverload).toBeLessThanOrEqual(count - MAX_HANDED_OVER);
    await sender.terminate();
  } finally {
    await server.stop();
  }
}, 60_000);
