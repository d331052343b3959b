import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../dig.ts';
import { freePort } from '../free-port.ts';
import { type Peer, type PeerOptions, type PeerZone, zoneFileName } from './peer.ts';
import { type Site, startPeer, type VendorRules } from './server.ts';

/** Starts Debian's named in the foreground. Its rndc channel is used for reloads. */
export function startBind(options: PeerOptions): Promise<Peer> {
  return startPeer('bind', options, bindRules);
}

const RNDC_KEY = {
  name: 'rndc-key',
  algorithm: 'hmac-sha256',
  secret: 'em9uZXdpcmUtdGVzdC1ybmRjLWtleS0wMTIzNDU2Nzg=',
};

async function bindRules({ folder, host, port, options }: Site): Promise<VendorRules> {
  const control = await freePort();
  const { settings = [] } = options;
  const tuned =
    options.delays === 'default'
      ? ''
      : `notify-delay 0; startup-notify-rate 1000; notify-rate 1000; serial-query-rate 1000;
  min-refresh-time 1; min-retry-time 1; ixfr-from-differences yes; transfers-in 100; transfers-per-ns 100;`;
  const isV6 = host.includes(':');
  const file = (zone: string) => join(folder, zoneFileName(zone));
  const rndc = (...args: string[]) => run('rndc', ['-c', join(folder, 'rndc.conf'), ...args]);
  return {
    prepare() {
      mkdirSync(join(folder, 'keys'));
      for (const { name, text } of options.zones) if (text !== undefined) writeFileSync(file(name), text);
      writeFileSync(
        join(folder, 'named.conf'),
        `options {
  directory "${folder}"; pid-file "${folder}/named.pid"; session-keyfile "${folder}/session.key";
  managed-keys-directory "${folder}"; lock-file none;
  listen-on port ${port} { ${isV6 ? 'none' : host}; }; listen-on-v6 port ${port} { ${isV6 ? host : 'none'}; };
  ${settings.some((line) => line.startsWith('recursion ')) ? '' : 'recursion no; '}dnssec-validation no; empty-zones-enable no; querylog no; minimal-responses no;
  notify explicit; masterfile-format text; transfer-source 127.0.0.1; notify-source 127.0.0.1;
  ${tuned}
  ${settings.join('\n  ')}
};
${[...(options.keys ?? []), RNDC_KEY].map(keyClause).join('\n')}
controls { inet 127.0.0.1 port ${control} allow { 127.0.0.1; } keys { "rndc-key"; }; };
${options.zones.map(zoneClause).join('\n')}
`,
      );
      writeFileSync(
        join(folder, 'rndc.conf'),
        `${keyClause(RNDC_KEY)}\noptions { default-key "rndc-key"; default-server 127.0.0.1; default-port ${control}; };\n`,
      );
    },
    command: ['named', '-g', '-n', '1', '-c', join(folder, 'named.conf')],
    ready: / running$/m,
    async rewrite(zone, text) {
      // allow-update makes the zone dynamic: named takes a changed file only between freeze and thaw.
      await rndc('freeze', zone);
      writeFileSync(file(zone), text);
      await rndc('thaw', zone);
    },
    restore(zone, text) {
      writeFileSync(file(zone), text);
      rmSync(`${file(zone)}.jnl`, { force: true });
    },
  };
}

function keyClause(key: { name: string; algorithm: string; secret: string }): string {
  return `key "${key.name}" { algorithm ${key.algorithm}; secret "${key.secret}"; };`;
}

function zoneClause(zone: PeerZone): string {
  const key = zone.key ? ` key "${zone.key.name}"` : '';
  const list = (addresses: PeerZone['notify']) =>
    (addresses ?? []).map((to) => `${to.host} port ${to.port}${key};`).join(' ');
  // The key and the address: a list alone would take either.
  const allow = zone.key ? `!{ !127.0.0.1; any; }; key "${zone.key.name}";` : '127.0.0.1;';
  const file = `file "${zoneFileName(zone.name)}";`;
  const transfer = zone.transfers === false ? 'none;' : allow;
  const common = `allow-transfer { ${transfer} }; also-notify { ${list(zone.notify)} }; ${JOURNAL[zone.journal ?? 'long']}`;
  return zone.primaries
    ? `zone "${zone.name}" { type secondary; ${file} primaries { ${list(zone.primaries)} }; allow-notify { ${allow} }; ${common} };`
    : `zone "${zone.name}" { type primary; ${file} allow-update { ${allow} }; ${common} };`;
}

/** It journals every change; differences larger than one per cent of the zone are then answered with the zone. */
const JOURNAL = { long: '', short: 'max-journal-size 4k;', none: 'max-ixfr-ratio 1%;' };
