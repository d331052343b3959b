import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../dig.ts';
import { freePort } from '../free-port.ts';
import { RunningProcess } from '../running-process.ts';
import { type Peer, type PeerOptions, peerFolder, removeFolder, untilAnswering, zoneFileName } from './peer.ts';

/** Starts Debian's knotd in the foreground, with its own control socket. */
export async function startKnot(options: PeerOptions): Promise<Peer> {
  const folder = peerFolder('knot');
  const port = options.port ?? (await freePort());
  mkdirSync(join(folder, 'zones'));
  mkdirSync(join(folder, 'db'));
  for (const zone of options.zones) {
    if (zone.text !== undefined) writeFileSync(join(folder, 'zones', zoneFileName(zone.name)), zone.text);
  }
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
        (notify.length > 0 ? `\n    notify: [${notify.join(', ')}]` : ''),
    );
  }
  const acls = [undefined, ...(options.keys ?? [])].map(
    (key) =>
      `  - id: acl-${key ? key.name : 'open'}\n    address: 127.0.0.0/8\n    action: [transfer, notify, update]${key ? `\n    key: ${key.name}` : ''}`,
  );
  writeFileSync(
    join(folder, 'knot.conf'),
    `server:
    rundir: "${folder}"
    listen: 127.0.0.1@${port}
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
    zonefile-sync: -1
    zonefile-load: difference
    journal-content: changes
    refresh-min-interval: 2
    retry-min-interval: 1
zone:
${zones.join('\n')}
`,
  );
  const process = await RunningProcess.start('knotd', 'knotd', ['-c', join(folder, 'knot.conf')]);
  await process.until('"server started"', () => /server started/.test(process.output));
  const address = { host: '127.0.0.1', port };
  await untilAnswering(process, address, options);
  return {
    vendor: 'knot',
    ...address,
    folder,
    process,
    log: () => process.output,
    async rewrite(zone, text) {
      writeFileSync(join(folder, 'zones', zoneFileName(zone)), text);
      await run('knotc', ['-c', join(folder, 'knot.conf'), 'zone-reload', zone]);
    },
    async stop(signal) {
      await process.stop(signal);
    },
    async remove() {
      await process.stop('SIGKILL');
      removeFolder(folder);
    },
  };
}
