import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../dig.ts';
import { type Peer, type PeerOptions, zoneFileName } from './peer.ts';
import { type Site, startPeer, type VendorRules } from './server.ts';

/**
 * Starts Debian's knotd in the foreground, with its own control socket. After a dynamic update Knot 3.2 waits a second, from one second of
 * the clock to the next, before it sends NOTIFY; no option changes that (3.2.6, its manual, and its logs in the propagation benchmark).
 */
export function startKnot(options: PeerOptions): Promise<Peer> {
  return startPeer('knot', options, knotRules);
}

function knotRules({ folder, host, port, options }: Site): VendorRules {
  const config = join(folder, 'knot.conf');
  const file = (zone: string) => join(folder, 'zones', zoneFileName(zone));
  return {
    prepare() {
      mkdirSync(join(folder, 'zones'));
      mkdirSync(join(folder, 'db'));
      for (const { name, text } of options.zones) if (text !== undefined) writeFileSync(file(name), text);
      writeFileSync(config, configuration(folder, host, port, options));
    },
    command: ['knotd', '-c', config],
    ready: /server started/,
    async rewrite(zone, text) {
      writeFileSync(file(zone), text);
      await run('knotc', ['-c', config, 'zone-reload', zone]);
    },
    restore(zone, text) {
      writeFileSync(file(zone), text);
      // One database holds all zones; the others start from their files, which are what they served.
      rmSync(join(folder, 'db'), { recursive: true });
      mkdirSync(join(folder, 'db'));
    },
  };
}

function configuration(folder: string, host: string, port: number, options: PeerOptions): string {
  const keys = (options.keys ?? []).map(
    (key) => `  - id: ${key.name}\n    algorithm: ${key.algorithm}\n    secret: ${key.secret}`,
  );
  const remotes: string[] = [];
  const zones: string[] = [];
  for (const [index, zone] of options.zones.entries()) {
    const key = zone.key ? `\n    key: ${zone.key.name}` : '';
    const remote = (role: string, address: { host: string; port: number }, number: number) => {
      const id = `${role}${index}-${number}`;
      remotes.push(`  - id: ${id}\n    address: ${address.host}@${address.port}${key}`);
      return id;
    };
    const primaries = (zone.primaries ?? []).map((address, number) => remote('primary', address, number));
    const notify = (zone.notify ?? []).map((address, number) => remote('notify', address, number));
    zones.push(
      `  - domain: ${zone.name}\n    file: ${zoneFileName(zone.name)}\n    acl: [acl-${zone.key ? zone.key.name : 'open'}]` +
        (primaries.length > 0 ? `\n    master: [${primaries.join(', ')}]` : '') +
        (notify.length > 0 ? `\n    notify: [${notify.join(', ')}]` : '') +
        (primaries.length > 0 && options.durable ? WHOLE_IN_JOURNAL : '') +
        JOURNAL[zone.journal ?? 'long'],
    );
  }
  const acls = [undefined, ...(options.keys ?? [])].map(
    (key) =>
      `  - id: acl-${key ? key.name : 'open'}\n    address: 127.0.0.1\n    action: [transfer, notify, update]${key ? `\n    key: ${key.name}` : ''}`,
  );
  return `server:
    rundir: "${folder}"
    listen: ${host}@${port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
${(options.settings ?? []).map((line) => `    ${line}\n`).join('')}log:
  - target: stderr
    any: info
database:
    storage: "${folder}/db"
${keys.length > 0 ? `key:\n${keys.join('\n')}\n` : ''}acl:
${acls.join('\n')}
${remotes.length > 0 ? `remote:\n${remotes.join('\n')}\n` : ''}template:
  - id: default
    storage: "${folder}/zones"
${options.delays === 'default' ? '' : TUNED}zone:
${zones.join('\n')}
`;
}

const TUNED = `    zonefile-sync: -1
    zonefile-load: difference
    journal-content: changes
    refresh-min-interval: 2
    retry-min-interval: 1
`;

const WHOLE_IN_JOURNAL = '\n    journal-content: all\n    journal-max-usage: 2G\n    zonefile-load: none';

/** A change that is in no zone file cannot be dropped from the journal: for a short one, files are written. */
const JOURNAL = {
  long: '',
  short: '\n    journal-max-depth: 2\n    zonefile-sync: 0',
  none: '\n    provide-ixfr: off',
};
