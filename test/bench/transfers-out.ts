import { name } from '@zonewire/shared-protocol';
import { hostsZone } from '../fixtures/zones.ts';
import { interleaved, withRatio } from './interleaved.ts';
import type { BenchOptions } from './main.ts';
import { cpuMs, median, pssMib } from './measure.ts';
import type { Report, Row } from './report.ts';
import { SERVERS } from './servers.ts';
import { countTransfer } from './transfer-counter.ts';

const ZONE = 'example.test.';
const RECORDS = 1_000_006;
/** With the SOA record at the end (RFC 5936 2.2). */
const SENT = RECORDS + 1;
const TRANSFERS = 4;

/** AXFR of a million records, one at a time, to a receiver that only counts. */
export async function transfersOut({ peers, runs, command }: BenchOptions): Promise<Report> {
  const text = hostsZone(ZONE, 1, RECORDS - 3);
  const measured = await interleaved(peers, runs, (peer) => measure(peer, text));
  const rows = measured.map(({ subject, samples }): Row => {
    const all = samples.flatMap((sample) => sample.transfers);
    const rates = all.map(({ seconds }) => SENT / seconds / 1e6);
    return {
      server: SERVERS[subject].title,
      'seconds (median)': median(all.map(({ seconds }) => seconds)),
      'M records/s': median(rates),
      min: Math.min(...rates),
      max: Math.max(...rates),
      'CPU s a transfer': median(samples.map(({ cpu }) => cpu)),
      'MiB sent': all[0].octets / 2 ** 20,
      messages: all[0].messages,
      'PSS MiB': median(samples.map(({ memory }) => memory)),
    };
  });
  return {
    title: 'Transfers out',
    method:
      `AXFR of a ${RECORDS.toLocaleString('en')}-record zone over TCP to a receiver on the other core that counts messages and octets, from the request to the last octet; ` +
      `${TRANSFERS} transfers one after the other, after one that is not counted; CPU of the whole process. ${runs} runs, interleaved.`,
    command,
    rows: withRatio(rows, 'seconds (median)'),
  };
}

async function measure(peer: string, text: string) {
  const server = await SERVERS[peer].start([{ name: ZONE, text }]);
  try {
    await countTransfer(server, name(ZONE), SENT);
    const before = cpuMs(server.pid);
    const transfers = [];
    for (let i = 0; i < TRANSFERS; i++) transfers.push(await countTransfer(server, name(ZONE), SENT));
    return { transfers, cpu: (cpuMs(server.pid) - before) / 1000 / TRANSFERS, memory: pssMib(server.pid) };
  } finally {
    await server.remove();
  }
}
