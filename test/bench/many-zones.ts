import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLASS, decodeMessage, encodeMessage, messageId, name, readSoa, TYPE } from '@zonewire/shared-protocol';
import { type Address, freePort, type Peer, startBind, startKnot, startNsd, ZonewireNode } from '@zonewire/testkit';
import { hostsZone } from '../fixtures/zones.ts';
import { interleaved, withRatio } from './interleaved.ts';
import type { BenchOptions } from './main.ts';
import { bornOn, cpuMs, LOAD_CORE, median, pin, pssMib, SERVER_CORE } from './measure.ts';
import type { Report, Row } from './report.ts';

const ZONES = 10_000;
const HOSTS = 17;
const LIMIT_MS = 180_000;
/** Questions under way at a time. */
const WINDOW = 200;

const zoneName = (i: number) => `zone${i}.test.`;
const NAMES = Array.from({ length: ZONES }, (_, i) => name(zoneName(i)));

type Secondary = Pick<Peer, 'process' | 'run' | 'remove'> & { stop(signal: NodeJS.Signals): Promise<unknown> };
type Start = (options: { port: number; zones: { name: string; primaries: Address[] }[] }) => Promise<Secondary>;

const SUBJECTS: Readonly<Record<string, { title: string; start: Start }>> = {
  zonewire: {
    title: 'Zonewire',
    start: (options) =>
      ZonewireNode.start({ ...options, server: { workers: 1, 'warm-up': true }, startTimeout: LIMIT_MS }),
  },
  knot: { title: 'Knot tuned', start: (options) => startKnot({ ...options, startTimeout: LIMIT_MS }) },
  nsd: { title: 'NSD tuned', start: (options) => startNsd({ ...options, startTimeout: LIMIT_MS }) },
  bind: { title: 'BIND tuned', start: (options) => startBind({ ...options, startTimeout: LIMIT_MS }) },
};

/** A secondary of many small zones: first load, all of them changed at once, memory, restart. */
export async function manyZones({ peers, runs, command }: BenchOptions): Promise<Report> {
  const measured = await interleaved(peers, runs, (peer) => measure(SUBJECTS[peer].start));
  const rows = measured.map(({ subject, samples }): Row => {
    const of = (key: keyof (typeof samples)[0]) => median(samples.map((sample) => sample[key]));
    return {
      secondary: SUBJECTS[subject].title,
      'first load s': of('load'),
      'CPU s': of('cpu'),
      'all changed s': of('change'),
      'PSS MiB': of('memory'),
      'restart s': of('restart'),
    };
  });
  return {
    title: 'Many zones',
    method:
      `${ZONES.toLocaleString('en')} zones of ${HOSTS + 3} records from a Zonewire primary on the other core: an empty secondary from the start of its process until it answers for all; ` +
      `all zone files changed and reloaded at the primary, until all are answered with the new serial; ended with SIGTERM and started again, until all are answered. ${runs} runs, interleaved, medians.`,
    command,
    rows: withRatio(rows, 'first load s'),
  };
}

async function measure(start: Start) {
  const port = await freePort();
  const notify = [{ host: '127.0.0.1', port }];
  const text = (i: number, serial: number) => hostsZone(zoneName(i), serial, HOSTS);
  const zones = NAMES.map((_, i) => ({ name: zoneName(i), text: text(i, 1), notify }));
  const primary = await ZonewireNode.start({ server: { workers: 1 }, startTimeout: LIMIT_MS, zones });
  let secondary: Secondary | undefined;
  try {
    pin(primary.process.child.pid!, LOAD_CORE);
    const began = performance.now();
    const starting = bornOn(SERVER_CORE, () =>
      start({ port, zones: NAMES.map((_, i) => ({ name: zoneName(i), primaries: [primary] })) }),
    );
    const loadedAt = await untilAll(notify[0], 1);
    secondary = await starting;
    pin(secondary.process.child.pid!, SERVER_CORE);
    const cpu = cpuMs(secondary.process.child.pid!);
    await sleep(2_000);
    for (let i = 0; i < ZONES; i++) writeFileSync(primary.zoneFile(zoneName(i)), text(i, 2));
    const changing = performance.now();
    primary.process.child.kill('SIGHUP');
    const changedAt = await untilAll(notify[0], 2);
    const memory = pssMib(secondary.process.child.pid!);
    await sleep(2_000);
    await secondary.stop('SIGTERM');
    const again = performance.now();
    const running = secondary;
    const restarting = bornOn(SERVER_CORE, () => running.run());
    const restartedAt = await untilAll(notify[0], 2);
    await restarting;
    return {
      load: (loadedAt - began) / 1000,
      cpu: cpu / 1000,
      change: (changedAt - changing) / 1000,
      memory,
      restart: (restartedAt - again) / 1000,
    };
  } finally {
    await secondary?.remove();
    await primary.remove();
  }
}

/** Resolves with `performance.now()` when every zone is answered with `serial`; those that are not yet are asked again and again. */
async function untilAll(server: Address, serial: number): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const missing = new Set(NAMES.keys());
  const deadline = performance.now() + LIMIT_MS;
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
        const question = [{ name: NAMES[zone], type: TYPE.SOA, class: CLASS.IN }];
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
