import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildZonewireImage, digSerial, ensureMachineImage, eventually, feed, PROGRAMS, run } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../deploy/compose', import.meta.url));
const ZONE = 'example.test.';
const PRIMARY = { host: '10.53.0.10', port: 53 };
const SECONDARIES = [11, 12, 21, 22, 31, 32].map((last) => ({ host: `10.53.0.${last}`, port: 53 }));
/** All but Prometheus and Grafana, whose images are in registries only. */
const SERVICES = ['primary', ...['fra', 'sin', 'iad'].flatMap((site) => [`redis-${site}`, `${site}1`, `${site}2`])];

describe('deploy/compose: a primary and three sites of two nodes, brought up by one command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zonewire-compose-'));
  const compose = (...args: string[]) =>
    run(
      'docker-compose',
      [
        '-p',
        'zonewire-test-compose',
        '--project-directory',
        FOLDER,
        '-f',
        join(FOLDER, 'docker-compose.yaml'),
        '--env-file',
        join(folder, 'env'),
        ...args,
      ],
      false,
      300_000,
    );
  /** `zonewire` as README.md says. */
  const zonewire = async (node: string, ...args: string[]) => {
    const command = ['exec', '-T', node, 'node', '/zonewire/zonewire.mjs', ...args, '-c', `/etc/zonewire/${node}.yaml`];
    return (await compose(...command)).stdout;
  };

  beforeAll(async () => {
    const images = {
      ZONEWIRE_IMAGE: await buildZonewireImage(),
      REDIS_IMAGE: await ensureMachineImage(PROGRAMS.redis.image),
    };
    writeFileSync(
      join(folder, 'env'),
      Object.entries(images)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    );
    await compose('up', '-d', '--no-build', ...SERVICES);
  }, 600_000);

  afterAll(async () => {
    if (existsSync(join(folder, 'env'))) await compose('down', '--volumes', '--timeout', '2');
    rmSync(folder, { recursive: true });
  }, 120_000);

  it('every node serves the zone; a signed update arrives at all of them, and lag says so', async () => {
    for (const node of [PRIMARY, ...SECONDARIES])
      await eventually(`${node.host} serves`, async () => (await digSerial(node, ZONE)) !== undefined, 60_000);
    const before = (await digSerial(PRIMARY, ZONE))!;
    const key = join(folder, 'xfr.key');
    const read = "process.stdout.write(require('fs').readFileSync('/run/zonewire/xfr.key'))";
    writeFileSync(key, (await compose('exec', '-T', 'primary', 'node', '-e', read)).stdout, { mode: 0o600 });
    const script = `server ${PRIMARY.host}\nzone ${ZONE}\nupdate add new.${ZONE} 60 A 192.0.2.77\nsend\n`;
    expect(await feed('nsupdate', ['-k', key], script)).toEqual({ output: '', code: 0 });
    for (const node of SECONDARIES)
      await eventually(`${node.host} has it`, async () => (await digSerial(node, ZONE)) === before + 1, 30_000);
    await eventually('lag knows', async () => {
      const replicas = JSON.parse(await zonewire('primary', 'lag', '-o', 'json')) as { state: string }[];
      return replicas.length === 6 && replicas.every(({ state }) => state === 'in-sync');
    });
  });

  it('what Grafana and Prometheus ask for is there', async () => {
    const dashboard = readFileSync(join(FOLDER, '../grafana/zonewire.json'), 'utf8');
    const asked = new Set(dashboard.match(/\bzonewire_[a-z_]+/g));
    expect(asked.size).toBeGreaterThan(5);
    const scrape = (node: string) => {
      const fetched = `fetch('http://${node}:8053/metrics', { headers: { authorization: 'Bearer ' + require('fs').readFileSync('/run/zonewire/token', 'utf8') } }).then((r) => r.text()).then((t) => process.stdout.write(t))`;
      return compose('exec', '-T', 'primary', 'node', '-e', fetched);
    };
    const exposed = `${(await scrape('primary')).stdout}${(await scrape('fra1')).stdout}`;
    for (const name of asked) expect(exposed).toContain(`# TYPE ${name} `);
  });
});
