import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { RunningProcess } from '../running-process.ts';
import {
  type Peer,
  type PeerOptions,
  type PeerZone,
  peerFolder,
  removeFolder,
  untilAnswering,
  zoneFileName,
} from './peer.ts';

/** Starts Debian's nsd in the foreground. It reloads zone files on SIGHUP and makes IXFRs from their differences. */
export async function startNsd(options: PeerOptions): Promise<Peer> {
  const folder = peerFolder('nsd');
  const port = options.port ?? (await freePort());
  for (const zone of options.zones) {
    if (zone.text !== undefined) writeFileSync(join(folder, zoneFileName(zone.name)), zone.text);
  }
  const keys = (options.keys ?? []).map(
    (key) => `key:\n  name: "${key.name}"\n  algorithm: ${key.algorithm}\n  secret: "${key.secret}"`,
  );
  writeFileSync(
    join(folder, 'nsd.conf'),
    `server:
  ip-address: 127.0.0.1@${port}
  username: ""
  chroot: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: "${folder}/nsd.pid"
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
  xfrdir: "${folder}"
  server-count: 1
  xfrd-reload-timeout: 0
  rrl-ratelimit: 0
  verbosity: 2
${(options.settings ?? []).map((line) => `  ${line}\n`).join('')}remote-control:
  control-enable: no
${keys.join('\n')}
${options.zones.map((zone) => zoneClause(zone)).join('\n')}
`,
  );
  const process = await RunningProcess.start('nsd', 'nsd', ['-d', '-c', join(folder, 'nsd.conf')]);
  await process.until('"nsd started"', () => /nsd started/.test(process.output));
  const address = { host: '127.0.0.1', port };
  await untilAnswering(process, address, options);
  return {
    vendor: 'nsd',
    ...address,
    folder,
    process,
    log: () => process.output,
    async rewrite(zone, text) {
      writeFileSync(join(folder, zoneFileName(zone)), text);
      process.child.kill('SIGHUP');
    },
    async stop(signal) {
      await process.stop(signal);
    },
    async remove() {
      // SIGTERM first: nsd's children are ended by their parent only.
      await process.stop('SIGTERM');
      removeFolder(folder);
    },
  };
}

function zoneClause(zone: PeerZone): string {
  const key = zone.key?.name ?? 'NOKEY';
  const lines = [`zone:`, `  name: "${zone.name}"`, `  zonefile: "${zoneFileName(zone.name)}"`];
  for (const from of zone.primaries ?? []) {
    lines.push(`  request-xfr: ${from.host}@${from.port} ${key}`, `  allow-notify: ${from.host} ${key}`);
  }
  if (zone.primaries) lines.push('  min-refresh-time: 1', '  min-retry-time: 1');
  else lines.push('  store-ixfr: yes', '  create-ixfr: yes');
  for (const to of zone.notify ?? []) lines.push(`  notify: ${to.host}@${to.port} ${key}`);
  lines.push(`  provide-xfr: 127.0.0.0/8 ${key}`);
  return lines.join('\n');
}
