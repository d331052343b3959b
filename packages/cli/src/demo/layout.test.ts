import { readdirSync, readFileSync } from 'node:fs';
import { nameToText } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { keyFile, newKey } from '../commands/key.ts';
import { loadConfig, problemText } from '../config/mod.ts';
import { HOST, KEY_FILE, KEY_ID, NODES, SAMPLE_ZONES, ZONES } from './layout.ts';

describe.each(NODES)('demo/$id.yaml', (node) => {
  const loaded = loadConfig(node.config, {
    readText: (path) => (path === KEY_FILE ? keyFile(newKey(KEY_ID, 'hmac-sha256')) : readFileSync(path, 'utf8')),
    mode: () => 0o600,
  });
  if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
  const { config } = loaded;

  it('has the addresses of demo/README.md and all sample zones', () => {
    expect(config.server).toMatchObject({ identity: node.id, listen: [{ host: HOST, port: node.dnsPort }] });
    expect(config.control).toEqual({ listen: { host: HOST, port: node.controlPort }, token: undefined });
    expect(config.zones.map(({ domain }) => nameToText(domain))).toEqual(ZONES);
    for (const { file, primaries, notify } of config.zones) {
      expect(file !== undefined).toBe(node.role === 'primary');
      const others = node.role === 'primary' ? notify : primaries;
      const ports = NODES.filter(({ role }) => role !== node.role).map(({ dnsPort }) => dnsPort);
      expect(others.flatMap(({ addresses }) => addresses.map(({ port }) => port))).toEqual(ports);
    }
  });

  it('writes below .zonewire-demo/ only', () => {
    expect(config.server.dataDir).toMatch(/\/\.zonewire-demo\/[a-z0-9]+$/);
    for (const { file } of config.zones) if (file !== undefined) expect(file).toMatch(/\/\.zonewire-demo\/zones\//);
  });
});

it('has a sample file for every zone', () => {
  const files = readdirSync(SAMPLE_ZONES).filter((file) => file.endsWith('.zone'));
  expect(files.sort()).toEqual(['2.0.192.in-addr.arpa.zone', 'example.test.zone', 'root.zone']);
});
