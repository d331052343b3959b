// A process of its own that asks a server at a steady rate and notes how long each answer takes. Its parent, over IPC, sends the name
// of a phase to begin ('' for none) and gets `{ phase, latencies, lost }` when the next one begins.
//   fork('steady-client.ts', [HOST, PORT, QUERIES_PER_SECOND, HOSTS, ZONE])
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { CLASS, encodeMessage, messageId, name, TYPE } from '@zonewire/shared-protocol';

/** What a phase was like; latencies in ms. */
export interface SteadyPhase {
  readonly phase: string;
  readonly latencies: readonly number[];
  readonly lost: number;
}

const [host, port, rate, hosts, zone] = process.argv.slice(2);
/** Queries under way at most: two seconds' worth. Older ones are lost. */
const IDS = 1 << 13;
const socket = createSocket('udp4');
socket.bind(0, '127.0.0.1');
await once(socket, 'listening');
socket.connect(Number(port), host);
await once(socket, 'connect');

const queries = Array.from({ length: IDS }, (_, id) => {
  const owner = name(`host${(id * 7919) % Number(hosts)}.${zone}`);
  return encodeMessage({ id, question: [{ name: owner, type: TYPE.A, class: CLASS.IN }] });
});
/** hrtime of the sending of what waits for its answer, ns; 0: nothing. */
const sentAt = new Float64Array(IDS);
let phase = '';
let latencies: number[] = [];
let lost = 0;
const now = () => Number(process.hrtime.bigint());

socket.on('message', (answer) => {
  const at = now();
  const id = messageId(answer);
  if (id >= IDS || sentAt[id] === 0) return;
  latencies.push((at - sentAt[id]) / 1e6);
  sentAt[id] = 0;
});
socket.on('error', () => {});

let next = now();
let id = 0;
const every = 1e9 / Number(rate);
const ask = () => {
  // Nothing is caught up that this process itself has overslept: it would come all at once.
  if (now() - next > 20e6) next = now();
  for (; next <= now(); next += every) {
    id = (id + 1) % IDS;
    if (sentAt[id] !== 0) lost++;
    sentAt[id] = now();
    socket.send(queries[id]);
  }
};
setInterval(ask, 1);

process.on('message', (begin: string) => {
  const ended: SteadyPhase = { phase, latencies, lost };
  process.send!(ended);
  phase = begin;
  latencies = [];
  lost = 0;
});
process.on('disconnect', () => process.exit(0));
