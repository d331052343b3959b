import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TopologyZone } from './topology.ts';

export const DNS_PORT = 53;
export const CONTROL_PORT = 8053;
/** Of every node's control API. */
export const TOKEN = 'a-token-for-tests-only-0123456789';
const TOKEN_FILE = 'others.token';
/** Of deploy/Dockerfile. */
const IMAGE_USER = 1000;

interface NodeSettings {
  readonly zones: readonly TopologyZone[];
  readonly redis: object | undefined;
  readonly follows: readonly string[];
  readonly address: (name: string) => string;
  readonly range: string;
}

/** Of a Zonewire node in a container, with its zone files. */
export function writeConfiguration(
  folder: string,
  name: string,
  { zones, redis, follows, address, range }: NodeSettings,
): void {
  mkdirSync(join(folder, 'zones'), { recursive: true });
  const others = new Set(zones.flatMap(({ primaries = [], notify = [] }) => [...primaries, ...notify]));
  const file = (zone: string) => `zones/${zone === '.' ? 'root' : zone.replace(/\.$/, '')}.zone`;
  const config = {
    server: { identity: name, listen: [`0.0.0.0:${DNS_PORT}`], 'data-dir': '/var/lib/zonewire', 'warm-up': false },
    control: { listen: `0.0.0.0:${CONTROL_PORT}`, token: TOKEN },
    ...(redis ? { redis } : {}),
    remotes: [...others].map((id) => ({
      id,
      address: [`${address(id)}:${DNS_PORT}`],
      ...(follows.includes(id)
        ? { control: { url: `http://${address(id)}:${CONTROL_PORT}`, 'token-file': TOKEN_FILE } }
        : {}),
    })),
    acls: [{ id: 'network', address: [range], action: ['notify', 'transfer', 'update'] }],
    zones: zones.map(({ name: domain, text, primaries, notify, settings }) => ({
      domain,
      ...(text === undefined ? { primary: primaries } : { file: file(domain) }),
      ...(notify ? { notify } : {}),
      acl: ['network'],
      ...settings,
    })),
  };
  for (const { name: zone, text } of zones) if (text !== undefined) writeFileSync(join(folder, file(zone)), text);
  if (follows.length > 0) {
    writeFileSync(join(folder, TOKEN_FILE), TOKEN, { mode: 0o600 });
    chownSync(join(folder, TOKEN_FILE), IMAGE_USER, IMAGE_USER);
  }
  writeFileSync(join(folder, 'zonewire.yaml'), JSON.stringify(config, null, 2));
}
