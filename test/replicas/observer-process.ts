// node observer-process.ts ZONE NAME=HOST ...: asks each of them for the SOA every millisecond, and prints a line of JSON when one answers with a
// newer serial than before, or once more with an older one. Written without a line of the product: it is what the product is judged by.
import { createSocket } from 'node:dgram';
import type { Seen, SeenOlder } from './outside-observer.ts';

const [zone, ...targets] = process.argv.slice(2);
const DNS_PORT = 53;
const SOA = 6;
const labels = zone.split('.').filter((label) => label !== '');
const qname = Buffer.concat([
  ...labels.map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)])),
  Buffer.of(0),
]);
const query = Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), qname, Buffer.of(0, SOA, 0, 1)]);

/** Place behind the name at `at`. */
function skipName(message: Buffer, at: number): number {
  while (message[at] !== 0) {
    if (message[at] >= 0xc0) return at + 2;
    at += message[at] + 1;
  }
  return at + 1;
}

/** Undefined: no answer with the zone in it. */
function serialOf(message: Buffer): number | undefined {
  if (message.length <= query.length || (message[3] & 0x0f) !== 0 || message.readUInt16BE(6) === 0) return undefined;
  const record = skipName(message, query.length);
  if (message.readUInt16BE(record) !== SOA) return undefined;
  return message.readUInt32BE(skipName(message, skipName(message, record + 10)));
}

function observe(name: string, host: string): () => void {
  const socket = createSocket('udp4');
  const sentAt = new Float64Array(0x1_0000);
  let id = 0;
  /** When the last of the queries was sent that were answered with `serial`. */
  let from = 0;
  let serial = 0;
  socket.on('message', (message) => {
    const until = Date.now();
    const its = serialOf(message);
    if (its === undefined) return;
    const sent = sentAt[message.readUInt16BE(0)];
    if (its < serial) console.log(JSON.stringify({ name, serial, older: until } satisfies SeenOlder));
    else if (its > serial) {
      console.log(JSON.stringify({ name, serial: its, from, until } satisfies Seen));
      serial = its;
    }
    if (its >= serial) from = Math.max(from, sent);
  });
  // Nobody there, for now.
  socket.on('error', () => {});
  socket.connect(DNS_PORT, host);
  return () => {
    id = (id + 1) & 0xffff;
    query.writeUInt16BE(id, 0);
    sentAt[id] = Date.now();
    // It is sent before this returns, or copied.
    socket.send(Buffer.from(query));
  };
}

const asks = targets.map((target) => observe(...(target.split('=', 2) as [string, string])));
process.once('SIGTERM', () => process.exit(0));
setTimeout(() => {
  setInterval(() => {
    for (const ask of asks) ask();
  }, 1);
  console.log('observing');
}, 20);
