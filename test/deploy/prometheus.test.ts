import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { feed, freePort, run, ZonewireNode } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleZone } from '../fixtures/zones.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy', import.meta.url));
const RULES = join(DEPLOY, 'prometheus/zonewire.rules.yml');
const DASHBOARD = join(DEPLOY, 'grafana/zonewire.json');
const ZONE = 'example.test.';

/** Of Prometheus itself. */
const NOT_OURS = new Set(['up']);

it('the alert rules are right, and fire when they should and only then (promtool)', async () => {
  expect((await run('promtool', ['check', 'rules', RULES])).stdout).toMatch(/SUCCESS: \d+ rules found/);
  const tests = await run('promtool', ['test', 'rules', join(DEPLOY, 'prometheus/zonewire.rules.test.yml')]);
  expect(tests.stdout + tests.stderr).toContain('SUCCESS');
  const config = join(DEPLOY, 'compose/prometheus/prometheus.yaml');
  expect((await run('promtool', ['check', 'config', '--syntax-only', config])).stdout).toContain('SUCCESS');
});

describe('what rules and dashboard ask for', () => {
  const nodes: ZonewireNode[] = [];
  let exposed = '';

  beforeAll(async () => {
    const port = await freePort();
    const primary = await ZonewireNode.start({
      zones: [{ name: ZONE, text: sampleZone(1), notify: [{ host: '127.0.0.1', port }] }],
      // Nothing listens there: that is a state, too.
      redis: { url: `redis://127.0.0.1:${await freePort()}`, site: 'test' },
    });
    nodes.push(primary);
    const secondary = await ZonewireNode.start({ port, zones: [{ name: ZONE, primaries: [primary] }] });
    nodes.push(secondary);
    await secondary.untilSerial(ZONE, 1);
    for (const node of nodes) exposed += await (await fetch(`${node.controlUrl}/metrics`)).text();
  });

  afterAll(async () => {
    for (const node of nodes) await node.remove();
  });

  it('real nodes expose every metric of the rules and of the dashboard', () => {
    const asked = new Set([...expressionsOf(RULES), ...panelsOf(DASHBOARD)].flatMap(metricsOf));
    expect(asked.size).toBeGreaterThan(20);
    const missing = [...asked].filter((metric) => !NOT_OURS.has(metric) && !exposed.includes(`# TYPE ${metric} `));
    expect(missing).toEqual([]);
  });

  it('and every label that they select or group by', () => {
    const asked = [...expressionsOf(RULES), ...panelsOf(DASHBOARD)].flatMap(labelsOf);
    const labels = new Set([...exposed.matchAll(/[{,](\w+)="/g)].map(([, label]) => label));
    // Set by Prometheus; by a webhook, a Redis lost or a peer that this node does not have.
    for (const known of ['instance', 'job', 'webhook', 'state']) labels.add(known);
    expect([...new Set(asked)].filter((label) => !labels.has(label))).toEqual([]);
  });

  it('the exposition is as Prometheus wants it (promtool check metrics)', async () => {
    const one = exposed.slice(0, exposed.indexOf('# HELP zonewire_build_info', 1));
    const { output } = await feed('promtool', ['check', 'metrics'], one);
    expect(one).toContain('# TYPE zonewire_queries_total counter');
    // Of the process's own metrics, which prom-client names, it finds some names wrong; of ours none, and nothing unreadable.
    expect(output.split('\n').filter((line) => line !== '' && !line.startsWith('nodejs_'))).toEqual([]);
  });
});

function expressionsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^ +expr: (>\n(?:(?: {10,}).*\n)+|.*\n)/gm)].map(([, expression]) => expression);
}

function panelsOf(file: string): string[] {
  const { panels } = JSON.parse(readFileSync(file, 'utf8')) as { panels: { targets: { expr: string }[] }[] };
  return panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
}

function metricsOf(expression: string): string[] {
  return [...expression.matchAll(/\b(?:zonewire|process)_\w+|\bup\b/g)].map(([metric]) => metric);
}

function labelsOf(expression: string): string[] {
  const selected = [...expression.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside]) =>
    [...inside.matchAll(/(\w+)\s*[!=]?[=~]/g)].map(([, label]) => label),
  );
  const grouped = [...expression.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, inside]) => inside.split(/, */));
  return [...selected, ...grouped];
}
