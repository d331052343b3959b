import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Peer, type PeerOptions, zoneFileName } from './peer.ts';
import { type Site, startPeer, type VendorRules } from './server.ts';

/**
 * Starts Debian's pdns_server in the foreground as primary of unsigned zones, with the BIND backend over plain zone files: it
 * answers with names as the file writes them. For transfers, keys and updates there is powerdns-sqlite.ts.
 */
export function startPowerDns(options: PeerOptions): Promise<Peer> {
  return startPeer('pdns', options, fileRules);
}

function fileRules(site: Site): VendorRules {
  const { folder, options } = site;
  const file = (zone: string) => join(folder, zoneFileName(zone));
  const write = async (zone: string, text: string) => writeFileSync(file(zone), text);
  return {
    prepare() {
      for (const zone of options.zones) writeFileSync(file(zone.name), zone.text ?? '');
      writeFileSync(
        join(folder, 'named.conf'),
        options.zones.map((zone) => `zone "${zone.name}" { type master; file "${file(zone.name)}"; };\n`).join(''),
      );
      writeFileSync(
        join(folder, 'pdns.conf'),
        `${commonSettings(site)}
launch=bind
bind-config=${join(folder, 'named.conf')}
bind-check-interval=1
distributor-threads=1
`,
      );
    },
    command: ['pdns_server', `--config-dir=${folder}`],
    ready: /Done parsing domains/,
    rewrite: write,
    restore: write,
  };
}

/** Lines of pdns.conf. DNAME is off unless asked for. */
export function commonSettings({ folder, port, options }: Site): string {
  return `local-address=127.0.0.1
local-port=${port}
socket-dir=${folder}
setuid=
setgid=
guardian=no
daemon=no
disable-syslog=yes
dname-processing=yes
8bit-dns=yes
receiver-threads=1
security-poll-suffix=
${options.delays === 'default' ? '' : UNCACHED}${(options.settings ?? []).join('\n')}`;
}

/** What was changed is answered from at once. */
const UNCACHED = `zone-cache-refresh-interval=0
zone-metadata-cache-ttl=0
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
`;
