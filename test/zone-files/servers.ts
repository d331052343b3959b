import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Address, freePort, RunningProcess } from '@zonewire/testkit';
import { zoneFile } from './case.ts';

/** A server that holds many zones read from one folder; peers of the testkit hold a few, each with its keys and targets. */
export interface ZoneServer extends Address {
  readonly process: RunningProcess;
}

export type Server = 'bind' | 'knot' | 'nsd';

type Start = (folder: string, zones: readonly string[]) => Promise<ZoneServer>;

const host = '127.0.0.1';

const ATTEMPTS = 4;

/**
 * Starts a server and waits until it takes connections. Reading a thousand zones takes a server some seconds before it listens; when
 * somebody else on the machine has taken the port meanwhile, it is started again with another one.
 */
export async function startServer(reader: Server, folder: string, zones: readonly string[]): Promise<ZoneServer> {
  for (let attempt = 1; ; attempt++) {
    const server = await SERVERS[reader](folder, zones);
    if (await takesConnections(server)) return server;
    await server.process.stop();
    if (attempt === ATTEMPTS) throw new Error(`${reader} does not listen:\n${server.process.output.slice(-4000)}`);
  }
}

/** Asked for half a minute; over TCP, as transfers are. */
async function takesConnections({ port, process }: ZoneServer): Promise<boolean> {
  for (let left = 60; left > 0 && process.isRunning; left--) {
    const socket = createConnection(port, host);
    const answer = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (answer) return true;
    await sleep(500);
  }
  return false;
}

const SERVERS: Readonly<Record<Server, Start>> = {
  async bind(folder, zones) {
    const port = await freePort();
    const file = join(folder, 'named.conf');
    const off = [
      'check-names primary ignore',
      'check-integrity no',
      'check-mx ignore',
      'check-mx-cname ignore',
      'check-srv-cname ignore',
      'check-sibling no',
      'check-spf ignore',
      'check-wildcard no',
      'check-dup-records ignore',
      'notify no',
      'recursion no',
      'dnssec-validation no',
      'empty-zones-enable no',
      'listen-on-v6 { none; }',
      'lock-file none',
      'allow-transfer { any; }',
    ].join('; ');
    const clauses = zones.map((zone) => `zone "${zone}" { type primary; file "${zoneFile(zone)}"; };`);
    writeFileSync(
      file,
      `options { directory "${folder}"; pid-file "${folder}/named.pid"; session-keyfile "${folder}/session.key";
managed-keys-directory "${folder}"; listen-on port ${port} { ${host}; }; ${off}; };
controls { };
${clauses.join('\n')}\n`,
    );
    const process = await RunningProcess.start('named', 'named', ['-g', '-n', '1', '-c', file]);
    await process.until('"running"', () => / running$/m.test(process.output), 60_000);
    return { host, port, process };
  },

  async knot(folder, zones) {
    const port = await freePort();
    const file = join(folder, 'knot.conf');
    const clauses = zones.map((zone) => `  - domain: ${zone}\n    file: ${zoneFile(zone)}`);
    writeFileSync(
      file,
      `server:
    rundir: "${folder}"
    listen: ${host}@${port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: info
database:
    storage: "${folder}/knot-db"
acl:
  - id: all
    address: 127.0.0.0/8
    action: transfer
template:
  - id: default
    storage: "${folder}"
    acl: all
    zonefile-sync: -1
    journal-content: none
zone:
${clauses.join('\n')}\n`,
    );
    const process = await RunningProcess.start('knotd', 'knotd', ['-c', file]);
    await process.until('"server started"', () => /server started/.test(process.output), 60_000);
    return { host, port, process };
  },

  async nsd(folder, zones) {
    const port = await freePort();
    const file = join(folder, 'nsd.conf');
    mkdirSync(join(folder, 'nsd'), { recursive: true });
    const clauses = zones.map(
      (zone) => `zone:\n  name: "${zone}"\n  zonefile: "${zoneFile(zone)}"\n  provide-xfr: 127.0.0.0/8 NOKEY`,
    );
    writeFileSync(
      file,
      `server:
  ip-address: ${host}@${port}
  username: ""
  chroot: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: "${folder}/nsd/nsd.pid"
  xfrdfile: "${folder}/nsd/xfrd.state"
  zonelistfile: "${folder}/nsd/zone.list"
  xfrdir: "${folder}/nsd"
  server-count: 1
  rrl-ratelimit: 0
  tcp-query-count: 0
  tcp-timeout: 60
remote-control:
  control-enable: no
${clauses.join('\n')}\n`,
    );
    const process = await RunningProcess.start('nsd', 'nsd', ['-d', '-c', file]);
    await process.until('"nsd started"', () => /nsd started/.test(process.output), 60_000);
    return { host, port, process };
  },
};
