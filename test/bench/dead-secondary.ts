import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLASS, decodeMessage, encodeMessage, OPCODE, TYPE, unwrap, writeSoa } from '@zonewire/shared-protocol';
import { freePort, ZonewireNode } from '@zonewire/testkit';
import type { BenchOptions } from './main.ts';
import { bornOn, cpuMs, median, peakMib, pssMib, SERVER_CORE } from './measure.ts';
import type { Report, Row } from './report.ts';

/** How long the secondary is dead after all zones have changed. */
const DEAD_MS = 60_000;
/** At most until every zone was told, once it is back. */
const LIMIT_MS = 120_000;

const zoneName = (i: number) => `zone${i}.test.`;
const text = (i: number, serial: number) =>
  `$ORIGIN ${zoneName(i)}\n@ 300 SOA ns hostmaster ${serial} 3600 600 604800 60\n@ 300 NS ns\nns 300 A 192.0.2.1\n`;

/**
 * A primary whose only secondary is dead, in both ways in which servers are: nothing listens at the port, or packets vanish. All zones
 * change while it is; then it comes back.
 */
export async function deadSecondary({ runs, zones, command }: BenchOptions): Promise<Report> {
  const rows: Row[] = [];
  for (const way of ['refuses', 'silent'] as const) {
    const samples: Awaited<ReturnType<typeof measure>>[] = [];
    for (let run = 0; run < runs; run++) samples.push(await measure(way, zones));
    const of = (key: keyof (typeof samples)[0]) => median(samples.map((sample) => sample[key]));
    rows.push({
      secondary: way === 'refuses' ? 'nothing listens' : 'packets vanish',
      'CPU s, start': of('start'),
      'CPU s, dead': of('dead'),
      sent: of('sent'),
      'sockets, most': of('sockets'),
      'PSS MiB': of('memory'),
      'peak MiB': of('peak'),
      'all told after s': of('back'),
    });
  }
  return {
    title: 'Dead secondary',
    method:
      `${zones.toLocaleString('en')} zones that notify one secondary which is not there: CPU of the primary until it serves them all; all zone files changed and reloaded, ` +
      `${DEAD_MS / 1000} s of CPU from then on, NOTIFYs and SOA queries sent meanwhile, its most UDP sockets at a time (looked at every 20 ms), memory; then the secondary answers, until it was told of every zone. ${runs} runs, medians.`,
    command,
    rows,
  };
}

async function measure(way: 'refuses' | 'silent', count: number) {
  const port = await freePort();
  const notify = [{ host: '127.0.0.1', port }];
  let socket = way === 'silent' ? await silence(port) : undefined;
  const zones = Array.from({ length: count }, (_, i) => ({ name: zoneName(i), text: text(i, 1), notify }));
  const node = await bornOn(SERVER_CORE, () => ZonewireNode.start({ zones, startTimeout: 300_000 }));
  try {
    const pid = node.process.child.pid!;
    const start = cpuMs(pid);
    for (let i = 0; i < count; i++) writeFileSync(node.zoneFile(zoneName(i)), text(i, 2));
    const before = cpuMs(pid);
    const sentBefore = await sent(node);
    node.process.child.kill('SIGHUP');
    let sockets = 0;
    for (const until = performance.now() + DEAD_MS; performance.now() < until; await sleep(20))
      sockets = Math.max(sockets, openSockets(pid));
    const dead = cpuMs(pid) - before;
    const sentDead = (await sent(node)) - sentBefore;
    const memory = pssMib(pid);
    socket?.close();
    const told = new Set<string>();
    const began = performance.now();
    socket = await answering(port, told);
    while (told.size < count) {
      if (performance.now() - began > LIMIT_MS)
        throw new Error(`told of ${told.size} of ${count} zones in ${LIMIT_MS} ms`);
      await sleep(5);
    }
    const back = performance.now() - began;
    return {
      start: start / 1000,
      dead: dead / 1000,
      sent: sentDead,
      sockets,
      memory,
      peak: peakMib(pid),
      back: back / 1000,
    };
  } finally {
    await node.remove();
    socket?.close();
  }
}

/** UDP sockets of the process: its file descriptors among those that the kernel lists. */
function openSockets(pid: number): number {
  const udp = new Set<string>();
  for (const line of readFileSync(`/proc/${pid}/net/udp`, 'utf8').split('\n').slice(1)) {
    const inode = line.trim().split(/\s+/)[9];
    if (inode !== undefined) udp.add(`socket:[${inode}]`);
  }
  let open = 0;
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      if (udp.has(readlinkSync(`/proc/${pid}/fd/${fd}`))) open++;
    } catch {
      // Closed since it was listed.
    }
  }
  return open;
}

/** NOTIFYs and SOA queries to secondaries. */
async function sent(node: ZonewireNode): Promise<number> {
  const metrics = await (await fetch(`${node.controlUrl}/metrics`)).text();
  const sum = (sample: string) => Number(new RegExp(`^${sample} (\\d+)`, 'm').exec(metrics)?.[1] ?? 0);
  return (
    sum('zonewire_notifies_total{direction="out",result="sent"}') +
    sum('zonewire_replication_probes_total{result="sent"}')
  );
}

async function silence(port: number): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', () => {});
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** Acknowledges NOTIFYs, notes of which zones, and has each in the serial it was told of. */
async function answering(port: number, told: Set<string>): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (bytes, from) => {
    const { id, opcode, question } = unwrap(decodeMessage(bytes));
    const { name } = question[0];
    const zone = Buffer.from(name).toString('latin1');
    if (opcode === OPCODE.NOTIFY) told.add(zone);
    const soa = {
      mname: name,
      rname: name,
      serial: told.has(zone) ? 2 : 1,
      refresh: 3600,
      retry: 600,
      expire: 604_800,
      minimum: 60,
    };
    const answer =
      opcode === OPCODE.NOTIFY ? [] : [{ name, type: TYPE.SOA, class: CLASS.IN, ttl: 300, rdata: writeSoa(soa) }];
    socket.send(encodeMessage({ id, opcode, qr: true, aa: true, question, answer }), from.port, from.address);
  });
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
