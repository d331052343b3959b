import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLASS, name, type ResourceRecord, TYPE } from '@zonewire/shared-protocol';
import { digAxfr, eventually, freePort, type NodeOptions, run, UpdateStream, ZonewireNode } from '@zonewire/testkit';
import { hostsZone } from '../fixtures/zones.ts';
import { inspected, liveMemory } from './live-memory.ts';
import type { BenchOptions } from './main.ts';
import { LOAD_CORE, median, pin, pssMib, SERVER_CORE } from './measure.ts';
import { nodeArguments } from './pairs.ts';
import type { Report, Row } from './report.ts';
import {
  addedAddress,
  addedHost,
  COUNTER,
  HOSTS,
  KEPT,
  type Progress,
  RELOADED,
  SoakChecker,
  UPDATED,
} from './soak-checker.ts';

const CHANGE_MS = 100;
const RELOAD_MS = 10_000;
const SAMPLE_MS = 1_000;
/** Comes and goes with the reloads of the secondary. */
const VISITOR = 'visitor.test.';
/**
 * More than this has grown. Live: objects after a collection, early and at the end; the ring of the last 10,000 events fills meanwhile. PSS: medians
 * of the second quarter and of the last; the collector comes when 30 % more than lived has gathered, which takes minutes here.
 */
const GROWN = { live: { share: 0.1, mib: 4 }, pss: { share: 0.2, mib: 15 } };
/** Live memory is measured first when this share of the time is over: what is made once has been made. */
const EARLY = 0.2;

/** Full rate, changes and reloads for a long time: nothing may be lost, wrong or growing. */
export async function soak({ minutes, command }: BenchOptions): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'zonewire-soak-'));
  const queries = join(folder, 'queries');
  writeFileSync(queries, questions());
  try {
    return { ...(await measure(minutes, queries)), command };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(minutes: number, queries: string): Promise<Omit<Report, 'command'>> {
  const server = { workers: 1, 'warm-up': true };
  const port = await freePort();
  const notify = [{ host: '127.0.0.1', port }];
  const progress: Progress = { sent: 0, reloadedSerial: 1 };
  const reloadedText = () => hostsZone(RELOADED, progress.reloadedSerial, 1_000 + (progress.reloadedSerial % 7));
  const updatedText = `${hostsZone(UPDATED, 1, HOSTS)}counter 60 TXT 0\n`;
  const execArgv = [...nodeArguments(), ...inspected];
  const primary = await ZonewireNode.start({
    execArgv,
    server,
    zones: [
      { name: UPDATED, text: updatedText, notify },
      { name: RELOADED, text: reloadedText(), notify },
      { name: VISITOR, text: hostsZone(VISITOR, 1, 10) },
    ],
  });
  const zones = [UPDATED, RELOADED].map((zone) => ({ name: zone, primaries: [primary] }));
  const options: NodeOptions = { execArgv, port, server, zones };
  const withVisitor: NodeOptions = { ...options, zones: [...zones, { name: VISITOR, primaries: [primary] }] };
  let secondary: ZonewireNode | undefined;
  let updates: UpdateStream | undefined;
  let checker: SoakChecker | undefined;
  try {
    secondary = await ZonewireNode.start(options);
    const nodes = { primary, secondary };
    for (const node of Object.values(nodes)) pin(node.process.child.pid!, SERVER_CORE);
    for (const { process } of Object.values(nodes))
      await process.until('"warmed up"', () => process.output.includes('warmed up'), 120_000);
    await secondary.untilSerial(UPDATED, 1);
    await secondary.untilSerial(RELOADED, 1);
    updates = await UpdateStream.open(primary, name(UPDATED));
    checker = await SoakChecker.open(secondary, progress);

    const began = performance.now();
    const isOver = () => performance.now() - began > minutes * 60_000;
    const load = ['-d', queries, '-l', String(Math.ceil(minutes * 60)), '-c', '8', '-T', '1', '-q', '400', '-t', '2'];
    const dnsperf = run(
      'taskset',
      ['-c', String(LOAD_CORE), 'dnsperf', '-s', secondary.host, '-p', String(port), ...load],
      false,
      minutes * 60_000 + 120_000,
    );
    const memory = { primary: [] as number[], secondary: [] as number[] };
    const live = async () => ({
      primary: await liveMemory(nodes.primary),
      secondary: await liveMemory(nodes.secondary),
    });
    let early: Awaited<ReturnType<typeof live>> | undefined;
    const unacknowledged: string[] = [];
    let reloads = 0;
    const sent: Promise<void>[] = [];
    const stream = updates;
    const every = async (ms: number, act: (turn: number) => void | Promise<void>) => {
      for (let turn = 1; ; turn++) {
        await sleep(Math.max(0, began + turn * ms - performance.now()));
        if (isOver()) return;
        await act(turn);
      }
    };
    await Promise.all([
      checker.run(isOver),
      every(CHANGE_MS, (k) => {
        progress.sent = k;
        const sending = stream.send(change(k), 10_000).then((rcode) => {
          if (rcode !== 0) unacknowledged.push(`change ${k}: RCODE ${rcode}`);
        });
        sent.push(sending);
      }),
      every(RELOAD_MS, async (turn) => {
        reloads++;
        progress.reloadedSerial++;
        writeFileSync(primary.zoneFile(RELOADED), reloadedText());
        nodes.secondary.configure(turn % 2 === 1 ? withVisitor : options);
        // By signal and by the API, in turn.
        for (const node of Object.values(nodes))
          if (turn % 4 < 2) node.process.child.kill('SIGHUP');
          else await node.api('/api/v1/node/reload', { method: 'POST' });
      }),
      sleep(EARLY * minutes * 60_000).then(async () => {
        early = await live();
      }),
      every(SAMPLE_MS, () => {
        for (const key of ['primary', 'secondary'] as const) memory[key].push(pssMib(nodes[key].process.child.pid!));
      }),
    ]);
    await Promise.all(sent);
    const said = (await dnsperf).stdout;
    const number = (pattern: RegExp) => Number(pattern.exec(said)?.[1] ?? 0);
    const codes = [...said.matchAll(/(\w+) \d+ \([\d.]+%\)/g)].map(([, code]) => code);

    const failures = [...checker.problems, ...unacknowledged.slice(0, 10)];
    const lost = number(/Queries lost: +(\d+)/);
    if (lost > 0) failures.push(`dnsperf lost ${lost} queries`);
    const strange = codes.filter((code) => code !== 'NOERROR' && code !== 'NXDOMAIN');
    if (codes.length === 0 || strange.length > 0) failures.push(`dnsperf got ${strange.join(', ') || 'no answer'}`);
    for (const zone of [UPDATED, RELOADED]) failures.push(...(await difference(primary, nodes.secondary, zone)));
    const late = await live();
    const heap = (key: keyof typeof memory) => ({ from: early![key].heap, to: late[key].heap });
    const pss = (key: keyof typeof memory) => ({ from: quarter(memory[key], 1), to: quarter(memory[key], 3) });
    for (const key of ['primary', 'secondary'] as const) {
      failures.push(...grown(`live objects of the ${key}`, heap(key), GROWN.live));
      failures.push(...grown(`memory of the ${key}`, pss(key), GROWN.pss));
    }
    const row: Row = {
      minutes,
      'queries M': number(/Queries sent: +(\d+)/) / 1e6,
      lost,
      'answers checked': checker.checked,
      'of these lost': checker.lost,
      wrong: checker.wrong,
      changes: progress.sent,
      'not acknowledged': unacknowledged.length,
      reloads,
      'primary MiB': fromTo(pss('primary')),
      'live objects MiB': fromTo(heap('primary')),
      'secondary MiB': fromTo(pss('secondary')),
      'live objects MiB ': fromTo(heap('secondary')),
    };
    return {
      title: 'Soak',
      method:
        `dnsperf at full rate against the secondary of a ${HOSTS.toLocaleString('en')}-host zone and another, a change every ${CHANGE_MS} ms, every ${RELOAD_MS / 1000} s ` +
        'a reload of both (a changed zone file at the primary, a zone more or less at the secondary); an own client compares its answers with what they must be. ' +
        'Memory: PSS, median of the second quarter and of the last; objects of the main thread after a collection, after a fifth of the time and at the end.',
      rows: [row],
      failures,
    };
  } catch (error) {
    console.error([primary, secondary].map((node) => node?.process.output.slice(-3000)).join('\n---\n'));
    throw error;
  } finally {
    updates?.close();
    checker?.close();
    if (nodeArguments().length > 0) await Promise.all([primary.stop(), secondary?.stop()]);
    await secondary?.remove();
    await primary.remove();
  }
}

function change(k: number): ResourceRecord[] {
  const text = Buffer.from(String(k));
  const remove = (owner: Uint8Array, type: number) => ({
    name: owner,
    type,
    class: CLASS.ANY,
    ttl: 0,
    rdata: new Uint8Array(),
  });
  return [
    remove(COUNTER, TYPE.TXT),
    { name: COUNTER, type: TYPE.TXT, class: CLASS.IN, ttl: 60, rdata: Uint8Array.of(text.length, ...text) },
    { name: addedHost(k), type: TYPE.A, class: CLASS.IN, ttl: 60, rdata: addedAddress(k) },
    ...(k > KEPT ? [remove(addedHost(k - KEPT), TYPE.A)] : []),
  ];
}

/** What the secondary holds besides what the primary does, once its serial has come; none when they are the same. */
async function difference(primary: ZonewireNode, secondary: ZonewireNode, zone: string): Promise<string[]> {
  const [there, here] = await eventually(
    `${zone} the same at both`,
    async () => {
      const both = await Promise.all([digAxfr(primary, zone), digAxfr(secondary, zone)]);
      return both[0].join('\n') === both[1].join('\n') ? both : undefined;
    },
    20_000,
    500,
  ).catch(async () => Promise.all([digAxfr(primary, zone), digAxfr(secondary, zone)]));
  const known = new Set(there);
  const other = here.filter((record) => !known.delete(record));
  return other.length + known.size === 0
    ? []
    : [
        `${zone}: ${known.size} records missing at the secondary, ${other.length} that it should not have: ${[...known, ...other].slice(0, 4).join('; ')}`,
      ];
}

interface Growth {
  /** MiB. */
  readonly from: number;
  readonly to: number;
}

const quarter = (samples: readonly number[], n: number) =>
  median(samples.slice((samples.length * n) >> 2, (samples.length * (n + 1)) >> 2));
const fromTo = ({ from, to }: Growth) => `${from.toFixed(1)} → ${to.toFixed(1)}`;

/** A failure in words, when it has grown by more than `mib` and `share`. */
function grown(what: string, { from, to }: Growth, { share, mib }: { share: number; mib: number }): string[] {
  return to > from + Math.max(mib, share * from)
    ? [`${what} grew from ${from.toFixed(1)} to ${to.toFixed(1)} MiB`]
    : [];
}

function questions(): string {
  const lines: string[] = [];
  for (let i = 0; i < 100_000; i++) {
    const host = (i * 7919) % HOSTS;
    lines.push(
      i % 10 === 0 ? `nohost${host}.${UPDATED} A` : i % 25 === 1 ? `${RELOADED} SOA` : `host${host}.${UPDATED} A`,
    );
  }
  return `${lines.join('\n')}\n`;
}
