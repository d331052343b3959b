import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CLASS,
  decodeMessage,
  encodeMessage,
  messageId,
  type Name,
  name,
  readSoa,
  TYPE,
} from '@zonewire/shared-protocol';
import { type Address, freePort, type Peer, ZonewireNode } from '@zonewire/testkit';
import { hostsZone } from '../fixtures/zones.ts';
import { type CheckRound, checkRound, checkRoundColumns } from './check-round.ts';
import { interleaved, withRatio } from './interleaved.ts';
import type { BenchOptions } from './main.ts';
import { bornOn, cpuMs, LOAD_CORE, median, pin, pssMib, SERVER_CORE } from './measure.ts';
import { nodeArguments } from './pairs.ts';
import { PEERS } from './peers.ts';
import type { Report, Row } from './report.ts';

const HOSTS = 17;
/** For every 10,000 zones. */
const LIMIT_MS = 180_000;
/** Questions every 2 ms: who is asked ten times as often, and whoever feeds it on the asker's core, does little else. */
const WINDOW = 20;

const zoneName = (i: number) => `zone${i}.test.`;

type Secondary = Pick<Peer, 'process' | 'run' | 'remove'> & { stop(signal: NodeJS.Signals): Promise<unknown> };
interface Starting {
  readonly port: number;
  readonly startTimeout: number;
  readonly zones: readonly { name: string; primaries: Address[] }[];
}
type Start = (options: Starting) => Promise<Secondary>;

const SUBJECTS: Readonly<Record<string, { title: string; start: Start }>> = {
  zonewire: {
    title: 'Zonewire',
    start: (options) =>
      ZonewireNode.start({ ...options, execArgv: nodeArguments(), server: { workers: 1, 'warm-up': true } }),
  },
  ...PEERS,
};

/** A secondary of many small zones: first load, all of them changed at once, memory, restart; ours also: the round of SOA checks after it. */
export async function manyZones({ peers, runs, zones, command }: BenchOptions): Promise<Report> {
  const measured = await interleaved(peers, runs, (peer) => measure(SUBJECTS[peer].start, zones));
  const rows = measured.map(({ subject, samples }): Row => {
    const of = (key: Exclude<keyof (typeof samples)[0], 'round'>) => median(samples.map((sample) => sample[key]));
    const rounds = samples.flatMap(({ round }) => round ?? []);
    return {
      secondary: SUBJECTS[subject].title,
      'first load s': of('load'),
      'CPU s': of('cpu'),
      'all changed s': of('change'),
      'PSS MiB': of('memory'),
      'restart s': of('restart'),
      ...(rounds.length > 0 ? checkRoundColumns(rounds) : {}),
    };
  });
  return {
    title: 'Many zones',
    method:
      `${zones.toLocaleString('en')} zones of ${HOSTS + 3} records from a Zonewire primary on the other core: an empty secondary from the start of its process until it answers for all; ` +
      `all zone files changed and reloaded at the primary, until all are answered with the new serial; ended with SIGTERM and started again, until all are answered. ` +
      `Then the time until every zone's SOA was asked for once, single changes 50 ms apart, the first 20, meanwhile and as many afterwards (update sent until answered by the secondary), CPU without changes. ${runs} runs, interleaved, medians.`,
    command,
    rows: withRatio(rows, 'first load s'),
  };
}

async function measure(start: Start, count: number) {
  const names = Array.from({ length: count }, (_, i) => name(zoneName(i)));
  // A long row: what is over is told.
  const tell = (what: string) => {
    if (count >= 10_000) console.error(`${new Date().toISOString()} ${what}`);
  };
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const startTimeout = LIMIT_MS * Math.ceil(count / 10_000);
  const untilAll = (server: Address, serial: number) => untilServed(server, names, serial, startTimeout);
  const port = await freePort();
  const notify = [{ host: '127.0.0.1', port }];
  const text = (i: number, serial: number) => hostsZone(zoneName(i), serial, HOSTS);
  const zones = names.map((_, i) => ({ name: zoneName(i), text: text(i, 1), notify }));
  const primary = await ZonewireNode.start({ server: { workers: 1, 'warm-up': true }, startTimeout, zones });
  let secondary: Secondary | undefined;
  try {
    pin(primary.process.child.pid!, LOAD_CORE);
    tell('the primary serves them');
    const began = performance.now();
    const starting = bornOn(SERVER_CORE, () =>
      start({ port, startTimeout, zones: names.map((_, i) => ({ name: zoneName(i), primaries: [primary] })) }),
    );
    const loadedAt = await untilAll(notify[0], 1);
    secondary = await starting;
    pin(secondary.process.child.pid!, SERVER_CORE);
    const cpu = cpuMs(secondary.process.child.pid!);
    tell(`first load ${seconds(loadedAt - began)} s, ${seconds(cpu)} s of CPU`);
    await sleep(2_000);
    for (let i = 0; i < count; i++) writeFileSync(primary.zoneFile(zoneName(i)), text(i, 2));
    const changing = performance.now();
    primary.process.child.kill('SIGHUP');
    const changedAt = await untilAll(notify[0], 2);
    const memory = pssMib(secondary.process.child.pid!);
    tell(`all changed ${seconds(changedAt - changing)} s, ${memory.toFixed(0)} MiB`);
    await sleep(2_000);
    await secondary.stop('SIGTERM');
    const again = performance.now();
    const running = secondary;
    const restarting = bornOn(SERVER_CORE, () => running.run());
    const restartedAt = await untilAll(notify[0], 2);
    await restarting;
    tell(`restart ${seconds(restartedAt - again)} s`);
    let round: CheckRound | undefined;
    if (secondary instanceof ZonewireNode) {
      const all = names.map((_, i) => zoneName(i));
      round = await checkRound(primary, secondary, all, again, startTimeout);
    }
    return {
      load: (loadedAt - began) / 1000,
      cpu: cpu / 1000,
      change: (changedAt - changing) / 1000,
      memory,
      restart: (restartedAt - again) / 1000,
      round,
    };
  } finally {
    await secondary?.remove();
    await primary.remove();
  }
}

/** Resolves with `performance.now()` when every zone is answered with `serial`; those that are not yet are asked again and again. */
async function untilServed(server: Address, names: readonly Name[], serial: number, limitMs: number): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const missing = new Set(names.keys());
  const deadline = performance.now() + limitMs;
  socket.on('error', () => {});
  socket.on('message', (bytes) => {
    const zone = asked[messageId(bytes)];
    const decoded = decodeMessage(bytes);
    const record = decoded.ok && decoded.value.rcode === 0 ? decoded.value.answer[0] : undefined;
    const soa = record?.type === TYPE.SOA ? readSoa(record.rdata) : undefined;
    if (zone !== undefined && soa?.ok && soa.value.serial === serial) missing.delete(zone);
  });
  const asked: number[] = [];
  let id = 0;
  try {
    while (missing.size > 0) {
      if (performance.now() > deadline) throw new Error(`${missing.size} zones not at serial ${serial} in time`);
      let sent = 0;
      for (const zone of missing) {
        id = (id + 1) & 0xffff;
        asked[id] = zone;
        const question = [{ name: names[zone], type: TYPE.SOA, class: CLASS.IN }];
        socket.send(encodeMessage({ id, question }), server.port, server.host);
        if (++sent % WINDOW === 0) await sleep(2);
      }
      await sleep(5);
    }
    return performance.now();
  } finally {
    socket.close();
  }
}
