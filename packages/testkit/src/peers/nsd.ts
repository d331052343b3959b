import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../dig.ts';
import { type Peer, type PeerOptions, type PeerZone, zoneFileName } from './peer.ts';
import { type Site, startPeer, type VendorRules } from './server.ts';

/** Starts Debian's nsd in the foreground. It reloads zone files when told to and makes IXFRs from their differences. */
export function startNsd(options: PeerOptions): Promise<Peer> {
  return startPeer('nsd', options, nsdRules);
}

function nsdRules({ folder, host, port, options }: Site): VendorRules {
  const file = (zone: string) => join(folder, zoneFileName(zone));
  return {
    prepare() {
      for (const { name, text } of options.zones) if (text !== undefined) writeFileSync(file(name), text);
      const keys = (options.keys ?? []).map(
        (key) => `key:\n  name: "${key.name}"\n  algorithm: ${key.algorithm}\n  secret: "${key.secret}"`,
      );
      writeFileSync(
        join(folder, 'nsd.conf'),
        `server:
  ip-address: ${host}@${port}
  username: ""
  chroot: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: "${folder}/nsd.pid"
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
  xfrdir: "${folder}"
  server-count: 1
${options.delays === 'default' ? '' : '  xfrd-reload-timeout: 0\n  rrl-ratelimit: 0\n'}  verbosity: 2
${options.durable ? '  zonefiles-write: 1\n' : ''}${(options.settings ?? []).map((line) => `  ${line}\n`).join('')}remote-control:
  control-enable: yes
  control-interface: ${folder}/control.sock
${keys.join('\n')}
${options.zones.map((zone) => zoneClause(zone, options)).join('\n')}
`,
      );
    },
    command: ['nsd', '-d', '-c', join(folder, 'nsd.conf')],
    ready: /nsd started/,
    async rewrite(zone, text) {
      writeFileSync(file(zone), text);
      await run('nsd-control', ['-c', join(folder, 'nsd.conf'), 'reload', zone]);
    },
    restore(zone, text) {
      // Its differences lie beside the zone's file.
      for (const name of readdirSync(folder)) {
        if (name.startsWith(`${zoneFileName(zone)}.ixfr`)) rmSync(join(folder, name));
      }
      writeFileSync(file(zone), text);
    },
    lastSignal: 'SIGTERM',
  };
}

function zoneClause(zone: PeerZone, { delays }: PeerOptions): string {
  const key = zone.key?.name ?? 'NOKEY';
  const lines = [`zone:`, `  name: "${zone.name}"`, `  zonefile: "${zoneFileName(zone.name)}"`];
  for (const from of zone.primaries ?? []) {
    lines.push(`  request-xfr: ${from.host}@${from.port} ${key}`, `  allow-notify: ${from.host} ${key}`);
  }
  if (!zone.primaries) lines.push(...JOURNAL[zone.journal ?? 'long']);
  else if (delays !== 'default') lines.push('  min-refresh-time: 1', '  min-retry-time: 1');
  for (const to of zone.notify ?? []) lines.push(`  notify: ${to.host}@${to.port} ${key}`);
  if (zone.transfers !== false) lines.push(`  provide-xfr: 127.0.0.1 ${key}`);
  return lines.join('\n');
}

const JOURNAL = {
  long: ['  store-ixfr: yes', '  create-ixfr: yes'],
  short: ['  store-ixfr: yes', '  create-ixfr: yes', '  ixfr-number: 2'],
  none: ['  store-ixfr: no', '  create-ixfr: no'],
};
