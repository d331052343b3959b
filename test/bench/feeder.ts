// A process of its own that serves one zone of `records` records by AXFR, from messages made beforehand, and answers its SOA: the same
// primary for every secondary that is measured. Prints its port, then a line for every transfer.
//   node feeder.ts RECORDS
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import {
  CLASS,
  decodeMessage,
  encodeMessage,
  FLAG,
  name,
  TransferWriter,
  TYPE,
  writeSoa,
} from '@zonewire/shared-protocol';
import { freePort } from '@zonewire/testkit';

const records = Number(process.argv[2]);
const zone = name('example.');
const ns = name('ns1.example.');
const soa = writeSoa({
  mname: ns,
  rname: name('h.example.'),
  serial: 1,
  refresh: 3600,
  retry: 600,
  expire: 86400,
  minimum: 300,
});
const question = { name: zone, type: TYPE.AXFR, class: CLASS.IN };

const messages: Uint8Array[] = [];
const writer = new TransferWriter({
  id: 0,
  question,
  flags: FLAG.QR | FLAG.AA,
  onMessage: (message) => {
    const framed = new Uint8Array(message.length + 2);
    framed[0] = message.length >>> 8;
    framed[1] = message.length;
    framed.set(message, 2);
    messages.push(framed);
  },
});
const put = (owner: Uint8Array, type: number, rdata: Uint8Array) =>
  writer.add(owner, 0, owner.length, type, 3600, rdata, 0, rdata.length);
put(zone, TYPE.SOA, soa);
put(zone, TYPE.NS, ns);
// Padded, so that they come in canonical order, as real servers send them.
const digits = String(records).length;
for (let i = 0; i < records - 3; i++)
  put(name(`host${String(i).padStart(digits, '0')}.example.`), TYPE.A, Uint8Array.of(10, i >> 16, i >> 8, i));
put(ns, TYPE.A, Uint8Array.of(192, 0, 2, 1));
put(zone, TYPE.SOA, soa);
writer.end();

const port = await freePort();
const udp = createSocket('udp4');
udp.on('message', (bytes, peer) => {
  const request = decodeMessage(bytes);
  if (!request.ok) return;
  const { id, question: asked } = request.value;
  const answer = [{ name: zone, type: TYPE.SOA, class: CLASS.IN, ttl: 3600, rdata: soa }];
  udp.send(encodeMessage({ id, qr: true, aa: true, question: asked, answer }), peer.port, peer.address);
});
udp.bind(port, '127.0.0.1');

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  let received: Uint8Array = new Uint8Array(0);
  socket.on('data', async (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2) {
      const end = 2 + ((received[0] << 8) | received[1]);
      if (received.length < end) return;
      const request = decodeMessage(received.subarray(2, end));
      received = received.subarray(end);
      if (!request.ok) return;
      const { id, question: asked } = request.value;
      if (asked[0].type === TYPE.SOA) {
        const answer = [{ name: zone, type: TYPE.SOA, class: CLASS.IN, ttl: 3600, rdata: soa }];
        const message = encodeMessage({ id, qr: true, aa: true, question: asked, answer });
        socket.write(Uint8Array.of(message.length >> 8, message.length, ...message));
        continue;
      }
      const began = performance.now();
      console.log(`asked at ${performance.timeOrigin + began}`);
      for (const message of messages) {
        message[2] = id >>> 8;
        message[3] = id;
        if (!socket.write(message)) await new Promise((resolve) => socket.once('drain', resolve));
        if (socket.destroyed) return;
      }
      console.log(`sent in ${(performance.now() - began).toFixed(0)} ms`);
    }
  });
});
server.listen(port, '127.0.0.1', () => console.log(`port ${port} records ${records} messages ${messages.length}`));
process.on('SIGTERM', () => process.exit(0));
