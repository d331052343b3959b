import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { RunningProcess } from '../running-process.ts';
import { type Peer, type PeerOptions, peerFolder, removeFolder, untilAnswering, zoneFileName } from './peer.ts';

/** Starts Debian's pdns_server in the foreground as primary of unsigned zones, with the BIND backend over plain zone files. */
export async function startPowerDns(options: PeerOptions): Promise<Peer> {
  const folder = peerFolder('pdns');
  const port = options.port ?? (await freePort());
  const file = (zone: string) => join(folder, zoneFileName(zone));
  for (const zone of options.zones) writeFileSync(file(zone.name), zone.text ?? '');
  writeFileSync(
    join(folder, 'named.conf'),
    options.zones.map((zone) => `zone "${zone.name}" { type master; file "${file(zone.name)}"; };\n`).join(''),
  );
  // Nothing is cached, so that a changed file is answered from at once; DNAME is off unless asked for.
  writeFileSync(
    join(folder, 'pdns.conf'),
    `launch=bind
bind-config=${join(folder, 'named.conf')}
bind-check-interval=1
local-address=127.0.0.1
local-port=${port}
socket-dir=${folder}
setuid=
setgid=
guardian=no
daemon=no
disable-syslog=yes
dname-processing=yes
receiver-threads=1
distributor-threads=1
zone-cache-refresh-interval=0
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
8bit-dns=yes
${(options.settings ?? []).join('\n')}
`,
  );
  const process = await RunningProcess.start('pdns_server', 'pdns_server', [`--config-dir=${folder}`]);
  await process.until('"Done parsing domains"', () => /Done parsing domains/.test(process.output));
  const address = { host: '127.0.0.1', port };
  await untilAnswering(process, address, options);
  return {
    vendor: 'pdns',
    ...address,
    folder,
    process,
    log: () => process.output,
    async rewrite(zone, text) {
      writeFileSync(file(zone), text);
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
