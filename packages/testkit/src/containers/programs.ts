import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zoneFileName } from '../peers/peer.ts';
import type { MachineImage } from './machine-images.ts';
import type { TopologyZone } from './topology.ts';

/** Other programs a node of a topology can run, from this machine's own files. */
export type Program = 'bind' | 'knot' | 'nsd' | 'redis';

/** Where a program's folder is in its container. */
export const PROGRAM_FOLDER = '/etc/node';

export interface ProgramRules {
  readonly image: MachineImage;
  readonly command: readonly string[];
  /** In its log, once it answers. */
  readonly ready: RegExp;
  /** Writes its configuration to `folder`. Others are reached at `address(name)`; all of `range` may transfer and notify. */
  configure(folder: string, zones: readonly TopologyZone[], address: (name: string) => string, range: string): void;
}

const image = (name: string, program: string): MachineImage => ({
  name: `zonewire-test/${name}`,
  programs: { [program]: program, '/bin/sh': '/bin/dash' },
});

/** Every delay they have is off, as in peers/: what is awaited is ours. */
export const PROGRAMS: Readonly<Record<Program, ProgramRules>> = {
  bind: {
    image: image('bind', '/usr/sbin/named'),
    command: ['/usr/sbin/named', '-g', '-n', '1', '-c', `${PROGRAM_FOLDER}/named.conf`],
    ready: / running$/m,
    configure(folder, zones, address, range) {
      writeZones(folder, zones);
      const list = (names: readonly string[] = []) => names.map((name) => `${address(name)};`).join(' ');
      const clause = ({ name, primaries, notify }: TopologyZone) => {
        const file = `file "${zoneFileName(name)}"; also-notify { ${list(notify)} };`;
        return primaries
          ? `zone "${name}" { type secondary; ${file} primaries { ${list(primaries)} }; };`
          : `zone "${name}" { type primary; ${file} allow-update { ${range}; }; };`;
      };
      writeFileSync(
        join(folder, 'named.conf'),
        `options {
  directory "${PROGRAM_FOLDER}"; pid-file none; session-keyfile none; lock-file none; managed-keys-directory "/tmp";
  listen-on { any; }; listen-on-v6 { none; }; recursion no; dnssec-validation no; empty-zones-enable no;
  notify explicit; notify-delay 0; startup-notify-rate 1000; notify-rate 1000; serial-query-rate 1000;
  min-refresh-time 1; min-retry-time 1; masterfile-format text;
  allow-transfer { ${range}; }; allow-notify { ${range}; };
};
controls { };
${zones.map(clause).join('\n')}
`,
      );
    },
  },
  knot: {
    image: image('knot', '/usr/sbin/knotd'),
    command: ['/usr/sbin/knotd', '-c', `${PROGRAM_FOLDER}/knot.conf`],
    ready: /server started/,
    configure(folder, zones, address, range) {
      writeZones(folder, zones);
      const names = [...new Set(zones.flatMap(({ primaries = [], notify = [] }) => [...primaries, ...notify]))];
      const clause = ({ name, primaries, notify }: TopologyZone) =>
        `  - domain: ${name}\n    file: ${zoneFileName(name)}\n    acl: network\n` +
        (primaries ? `    master: [${primaries.join(', ')}]\n` : '') +
        (notify ? `    notify: [${notify.join(', ')}]\n` : '');
      writeFileSync(
        join(folder, 'knot.conf'),
        `server:
    rundir: /tmp
    listen: 0.0.0.0@53
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: info
database:
    storage: /tmp/db
acl:
  - id: network
    address: ${range}
    action: [transfer, notify, update]
remote:
${names.map((name) => `  - id: ${name}\n    address: ${address(name)}@53`).join('\n')}
template:
  - id: default
    storage: ${PROGRAM_FOLDER}
    zonefile-sync: -1
    zonefile-load: difference
    journal-content: changes
    refresh-min-interval: 2
    retry-min-interval: 1
zone:
${zones.map(clause).join('')}`,
      );
    },
  },
  nsd: {
    image: image('nsd', '/usr/sbin/nsd'),
    command: ['/usr/sbin/nsd', '-d', '-c', `${PROGRAM_FOLDER}/nsd.conf`],
    ready: /nsd started/,
    configure(folder, zones, address, range) {
      writeZones(folder, zones);
      const clause = ({ name, primaries = [], notify = [] }: TopologyZone) =>
        [
          `zone:\n  name: "${name}"\n  zonefile: "${zoneFileName(name)}"\n  provide-xfr: ${range} NOKEY`,
          ...primaries.map((from) => `  request-xfr: ${address(from)} NOKEY\n  allow-notify: ${address(from)} NOKEY`),
          ...notify.map((to) => `  notify: ${address(to)} NOKEY`),
          ...(primaries.length > 0 ? ['  min-refresh-time: 1', '  min-retry-time: 1'] : []),
        ].join('\n');
      writeFileSync(
        join(folder, 'nsd.conf'),
        `server:
  ip-address: 0.0.0.0
  username: ""
  chroot: ""
  zonesdir: "${PROGRAM_FOLDER}"
  database: ""
  pidfile: ""
  xfrdfile: "/tmp/xfrd.state"
  zonelistfile: "/tmp/zone.list"
  xfrdir: "/tmp"
  server-count: 1
  xfrd-reload-timeout: 0
  rrl-ratelimit: 0
  verbosity: 2
remote-control:
  control-enable: no
${zones.map(clause).join('\n')}
`,
      );
    },
  },
  redis: {
    image: image('redis', '/usr/bin/redis-server'),
    command: ['/usr/bin/redis-server', `${PROGRAM_FOLDER}/redis.conf`],
    ready: /Ready to accept connections/,
    configure(folder) {
      mkdirSync(folder, { recursive: true });
      const lines = ['bind 0.0.0.0', 'protected-mode no', 'dir /tmp', 'save ""', 'appendonly yes'];
      writeFileSync(join(folder, 'redis.conf'), [...lines, 'maxmemory-policy noeviction', ''].join('\n'));
    },
  },
};

function writeZones(folder: string, zones: readonly TopologyZone[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of zones) if (text !== undefined) writeFileSync(join(folder, zoneFileName(name)), text);
}
