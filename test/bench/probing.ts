import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLASS, decodeMessage, encodeMessage, TYPE, unwrap, writeSoa } from '@zonewire/shared-protocol';
import { freePort, ZonewireNode } from '@zonewire/testkit';
import type { BenchOptions } from './main.ts';
import { bornOn, cpuMs, median, SERVER_CORE } from './measure.ts';
import type { Report } from './report.ts';

const ZONES = 100;
const SECONDARIES = 10;
const WINDOW_MS = 60_000;
/**
 * The first re-checks come 225 to 375 s after the start, all thousand within 150 s of each other: twice as many a second as later,
 * when they are spread over 300 s.
 */
const SETTLE_MS = 240_000;
const SETTLE_ALONE_MS = 15_000;
/** Of one core. */
const LIMIT = 1;

/** What it costs to watch secondaries at rest: the same node with and without anybody to notify. */
export async function probing({ runs, command }: BenchOptions): Promise<Report> {
  const secondaries = await Promise.all(Array.from({ length: SECONDARIES }, answeringSecondary));
  const watched: number[] = [];
  const alone: number[] = [];
  const probes = () => secondaries.reduce((sum, { asked }) => sum + asked(), 0);
  let asked = 0;
  try {
    for (let run = 0; run < runs; run++) {
      alone.push(await cpuAtRest([]));
      watched.push(
        await cpuAtRest(
          secondaries.map(({ port }) => port),
          probes,
          (count) => (asked = count),
        ),
      );
    }
  } finally {
    for (const { socket } of secondaries) socket.close();
  }
  const percent = (ms: number) => (100 * ms) / WINDOW_MS;
  const added = percent(median(watched) - median(alone));
  return {
    title: 'Watching secondaries at rest',
    method: `${ZONES} zones, each with ${SECONDARIES} secondaries that answer SOA queries at once: CPU of the node over ${WINDOW_MS / 1000} s without a change while they are asked again for the first time (twice as often as later), against the same node with nobody to notify. ${runs} runs, medians.`,
    command,
    rows: [
      { what: 'Nobody to notify', 'CPU %': percent(median(alone)), probes: 0 },
      { what: `${ZONES * SECONDARIES} zone × secondary`, 'CPU %': percent(median(watched)), probes: asked },
      { what: 'Probing', 'CPU %': added, probes: '' },
    ],
    failures: added > LIMIT ? [`probing at rest takes ${added.toFixed(2)} % of a core, more than ${LIMIT} %`] : [],
  };
}

async function cpuAtRest(ports: number[], probes = () => 0, tell = (_probes: number) => {}): Promise<number> {
  const zones = Array.from({ length: ZONES }, (_, i) => {
    const name = `zone${i}.test.`;
    const text = `$ORIGIN ${name}\n@ 300 SOA ns hostmaster 1 3600 600 604800 60\n@ 300 NS ns\nns 300 A 192.0.2.1\n`;
    return { name, text, notify: ports.map((port) => ({ host: '127.0.0.1', port })) };
  });
  const node = await bornOn(SERVER_CORE, () => ZonewireNode.start({ zones }));
  try {
    await sleep(ports.length === 0 ? SETTLE_ALONE_MS : SETTLE_MS);
    const before = cpuMs(node.process.child.pid!);
    const probesBefore = probes();
    await sleep(WINDOW_MS);
    tell(probes() - probesBefore);
    return cpuMs(node.process.child.pid!) - before;
  } finally {
    await node.remove();
  }
}

/** Says serial 1 of whatever zone it is asked for: the least a secondary can cost the machine. */
async function answeringSecondary(): Promise<{ port: number; socket: Socket; asked: () => number }> {
  const port = await freePort();
  const socket = createSocket('udp4');
  let asked = 0;
  socket.on('message', (bytes, from) => {
    const { id, question } = unwrap(decodeMessage(bytes));
    asked++;
    const { name } = question[0];
    const rdata = writeSoa({
      mname: name,
      rname: name,
      serial: 1,
      refresh: 3600,
      retry: 600,
      expire: 604_800,
      minimum: 60,
    });
    const answer = [{ name, type: TYPE.SOA, class: CLASS.IN, ttl: 300, rdata }];
    socket.send(encodeMessage({ id, qr: true, aa: true, question, answer }), from.port, from.address);
  });
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return { port, socket, asked: () => asked };
}
