import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../dig.ts';
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

/** Starts Debian's named in the foreground. Its rndc channel is used for reloads. */
export async function startBind(options: PeerOptions): Promise<Peer> {
  const folder = peerFolder('bind');
  const port = options.port ?? (await freePort());
  const control = await freePort();
  mkdirSync(join(folder, 'keys'));
  for (const zone of options.zones) {
    if (zone.text !== undefined) writeFileSync(join(folder, zoneFileName(zone.name)), zone.text);
  }
  const rndcKey = {
    name: 'rndc-key',
    algorithm: 'hmac-sha256',
    secret: 'em9uZXdpcmUtdGVzdC1ybmRjLWtleS0wMTIzNDU2Nzg=',
  };
  const keyClause = (key: { name: string; algorithm: string; secret: string }) =>
    `key "${key.name}" { algorithm ${key.algorithm}; secret "${key.secret}"; };`;
  writeFileSync(
    join(folder, 'named.conf'),
    `options {
  directory "${folder}"; pid-file "${folder}/named.pid"; session-keyfile "${folder}/session.key";
  managed-keys-directory "${folder}"; lock-file none;
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; dnssec-validation no; empty-zones-enable no; querylog no; minimal-responses no;
  notify explicit; notify-delay 0; startup-notify-rate 1000; notify-rate 1000; serial-query-rate 1000;
  min-refresh-time 1; min-retry-time 1; ixfr-from-differences yes; masterfile-format text;
  transfer-source 127.0.0.1; notify-source 127.0.0.1;
  ${(options.settings ?? []).join('\n  ')}
};
${[...(options.keys ?? []), rndcKey].map(keyClause).join('\n')}
controls { inet 127.0.0.1 port ${control} allow { 127.0.0.1; } keys { "rndc-key"; }; };
${options.zones.map((zone) => zoneClause(zone)).join('\n')}
`,
  );
  writeFileSync(
    join(folder, 'rndc.conf'),
    `${keyClause(rndcKey)}\noptions { default-key "rndc-key"; default-server 127.0.0.1; default-port ${control}; };\n`,
  );
  const process = await RunningProcess.start('named', 'named', ['-g', '-n', '1', '-c', join(folder, 'named.conf')]);
  await process.until('"running"', () => / running$/m.test(process.output));
  const address = { host: '127.0.0.1', port };
  await untilAnswering(process, address, options);
  const rndc = (...args: string[]) => run('rndc', ['-c', join(folder, 'rndc.conf'), ...args]);
  return {
    vendor: 'bind',
    ...address,
    folder,
    process,
    log: () => process.output,
    async rewrite(zone, text) {
      // allow-update makes the zone dynamic: named takes a changed file only between freeze and thaw.
      await rndc('freeze', zone);
      writeFileSync(join(folder, zoneFileName(zone)), text);
      await rndc('thaw', zone);
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

function zoneClause(zone: PeerZone): string {
  const key = zone.key ? ` key "${zone.key.name}"` : '';
  const list = (addresses: PeerZone['notify']) =>
    (addresses ?? []).map((to) => `${to.host} port ${to.port}${key};`).join(' ');
  const allow = zone.key ? `key "${zone.key.name}";` : '127.0.0.0/8;';
  const common = `allow-transfer { ${allow} }; also-notify { ${list(zone.notify)} };`;
  return zone.primaries
    ? `zone "${zone.name}" { type secondary; file "${zoneFileName(zone.name)}"; primaries { ${list(zone.primaries)} }; allow-notify { ${allow} }; ${common} };`
    : `zone "${zone.name}" { type primary; file "${zoneFileName(zone.name)}"; allow-update { ${allow} }; ${common} };`;
}
