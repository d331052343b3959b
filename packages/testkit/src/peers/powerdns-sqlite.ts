import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { run } from '../dig.ts';
import { type Peer, type PeerOptions, type PeerZone, zoneFileName } from './peer.ts';
import { commonSettings } from './powerdns.ts';
import { type Site, startPeer, type VendorRules } from './server.ts';

/** Where Debian's pdns-backend-sqlite3 keeps it. */
const SCHEMA = '/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql';

/**
 * Starts Debian's pdns_server in the foreground with its gsqlite3 backend, as primary and secondary: here it knows TSIG keys and
 * takes updates. It keeps no history: an IXFR is always answered with the whole zone. Names are kept in lower case.
 */
export function startPowerDnsSqlite(options: PeerOptions): Promise<Peer> {
  return startPeer('pdns', options, sqliteRules);
}

function sqliteRules(site: Site): VendorRules {
  const { folder, options } = site;
  const config = `--config-dir=${folder}`;
  const database = join(folder, 'pdns.sqlite3');
  const load = async (zone: string, text: string) => {
    const file = join(folder, 'zones', zoneFileName(zone));
    writeFileSync(file, text);
    await run('pdnsutil', [config, 'load-zone', withoutDot(zone), file], options.mayRefuseZones);
  };
  return {
    async prepare() {
      mkdirSync(join(folder, 'zones'));
      writeFileSync(join(folder, 'pdns.conf'), configuration(site, database));
      writeDatabase(database, options);
      for (const { name, text } of options.zones) if (text !== undefined) await load(name, text);
    },
    command: ['pdns_server', config],
    ready: /ready to distribute/,
    async rewrite(zone, text) {
      await load(zone, text);
      if (options.zones.some(({ name, notify }) => name === zone && notify)) {
        await run('pdns_control', [config, 'notify', withoutDot(zone)]);
      }
    },
    restore: load,
  };
}

function configuration(site: Site, database: string): string {
  return `${commonSettings(site)}
launch=gsqlite3
gsqlite3-database=${database}
gsqlite3-dnssec=yes
primary=yes
secondary=yes
dnsupdate=yes
allow-dnsupdate-from=
allow-axfr-ips=
only-notify=
${site.options.delays === 'default' ? '' : TUNED}loglevel=6
`;
}

const TUNED = `gsqlite3-pragma-synchronous=0
xfr-cycle-interval=1
retrieval-threads=4
`;

function writeDatabase(path: string, { keys, zones, delays }: PeerOptions): void {
  const database = new DatabaseSync(path);
  try {
    database.exec(readFileSync(SCHEMA, 'utf8'));
    const addKey = database.prepare('INSERT INTO tsigkeys (name, algorithm, secret) VALUES (?, ?, ?)');
    for (const key of keys ?? []) addKey.run(withoutDot(key.name), key.algorithm, key.secret);
    const addZone = database.prepare('INSERT INTO domains (name, type, master) VALUES (?, ?, ?)');
    const addMetadata = database.prepare('INSERT INTO domainmetadata (domain_id, kind, content) VALUES (?, ?, ?)');
    for (const zone of zones) {
      const primaries = zone.primaries?.map(({ host, port }) => `${host}:${port}`).join(',');
      const { lastInsertRowid } = addZone.run(withoutDot(zone.name), primaries ? 'SLAVE' : 'MASTER', primaries ?? null);
      for (const [kind, content] of zoneMetadata(zone, delays !== 'default'))
        addMetadata.run(lastInsertRowid, kind, content);
    }
  } finally {
    database.close();
  }
}

/** Who may do what with a zone, and how it is fetched. */
function* zoneMetadata(
  { key, notify, primaries }: PeerZone,
  asksIxfr: boolean,
): Generator<[kind: string, content: string]> {
  for (const to of notify ?? []) yield ['ALSO-NOTIFY', `${to.host}:${to.port}`];
  // It signs its NOTIFYs with the key that transfers are allowed for.
  if (key) yield ['TSIG-ALLOW-AXFR', withoutDot(key.name)];
  else yield ['ALLOW-AXFR-FROM', '127.0.0.1'];
  if (primaries) {
    if (key) yield ['AXFR-MASTER-TSIG', withoutDot(key.name)];
    if (asksIxfr) yield ['IXFR', '1'];
  } else {
    yield ['ALLOW-DNSUPDATE-FROM', '127.0.0.1'];
    if (key) yield ['TSIG-ALLOW-DNSUPDATE', withoutDot(key.name)];
    yield ['SOA-EDIT-DNSUPDATE', 'INCREASE'];
  }
}

function withoutDot(name: string): string {
  return name === '.' ? name : name.replace(/\.$/, '');
}
