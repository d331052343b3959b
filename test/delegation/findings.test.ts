import { randomFillSync } from 'node:crypto';
import {
  checkDelegation,
  DEFAULT_DELEGATION_LIMITS,
  type DelegationReport,
  type DelegationSources,
} from '@zonewire/delegation';
import { DnsClient, silentLog, systemClock } from '@zonewire/nameserver';
import { name, ROOT } from '@zonewire/shared-protocol';
import { EventListener, eventually } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine } from '../../packages/cli/src/fixtures/command-line.ts';
import { AT } from './addresses.ts';
import { startWorld, type World } from './world.ts';

/** Every finding against a hierarchy of real servers: NSD holds the root, NSD and Knot the parent, our node and BIND the zones. */

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.remove());

const client = new DnsClient({ clock: systemClock, log: silentLog, random: (out) => void randomFillSync(out) });

function byRoot(): DelegationSources {
  const { port } = world;
  return { resolvers: [], parents: [{ zone: ROOT, addresses: [{ host: AT.root, port }] }], port, settle: 0 };
}

function byResolver(): DelegationSources {
  const { port } = world;
  return { resolvers: [{ host: AT.resolver, port }], parents: [], port, settle: 0 };
}

async function check(zone: string, sources: DelegationSources, limits = DEFAULT_DELEGATION_LIMITS) {
  return checkDelegation(name(zone), sources, { client, clock: systemClock, limits });
}

const codes = (report: Awaited<ReturnType<typeof check>>) =>
  [...new Set(report.findings.map(({ code }) => code))].sort();

describe.each([
  ['followed from the root', byRoot],
  ['by a resolver', byResolver],
] as const)('%s', (_, sources) => {
  it('each zone has the findings that it was made for, and no others', async () => {
    const reports = await Promise.all(world.cases.map(({ zone }) => check(zone, sources())));
    const got = Object.fromEntries(reports.map((report) => [report.zone, codes(report)]));
    expect(got).toEqual(Object.fromEntries(world.cases.map(({ zone, finds }) => [zone, [...finds].sort()])));
  });

  it('nobody answers for the parent', async () => {
    const dead = [{ host: AT.nobody, port: world.port }];
    const { resolvers, parents, ...rest } = sources();
    const report = await check('fine.test.', {
      ...rest,
      resolvers: resolvers.length > 0 ? dead : [],
      parents: parents.map(({ zone }) => ({ zone, addresses: dead })),
    });
    expect(codes(report)).toEqual(['parent-not-found']);
  });
});

describe('with the configuration known', () => {
  const secondary = (id: string, address: string) => ({ id, addresses: [address] });

  it('secondaries that are not delegated, and servers that are not notified', async () => {
    const secondaries = [secondary('bind', AT.bind), secondary('hidden', AT.oursToo)];
    const report = await check('fine.test.', { ...byRoot(), secondaries });
    expect(report.findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'secondary-not-delegated hidden',
      `delegated-not-configured ns1.fine.test. ${AT.ours}`,
    ]);
    expect(report.state).toBe('notice');
  });

  it('the primary is the truth: what it has and no name server does', async () => {
    const primaries = [{ id: 'primary', addresses: [{ host: AT.bind, port: world.port }] }];
    const report = await check('serial-differs.test.', { ...byRoot(), primaries });
    const [found] = report.findings;
    expect(found.code).toBe('serial-differs');
    expect(found.subject).toBe(`ns1.serial-differs.test. ${AT.ours}`);
    expect(found.message).toContain(`ahead of the primary (${AT.bind})`);
  });
});

describe('limits', () => {
  const cut = async (limits: Partial<typeof DEFAULT_DELEGATION_LIMITS>) => {
    const report = await check('fine.test.', byRoot(), { ...DEFAULT_DELEGATION_LIMITS, ...limits });
    return report.findings.filter(({ code }) => code === 'check-incomplete').map(({ subject }) => subject);
  };

  it.each([
    ['nameServers', 1],
    ['addresses', 1],
    ['parentAddresses', 1],
    ['records', 1],
    ['questions', 10],
    ['depth', 0],
    ['time', 0],
  ] as const)('%s: a check that reaches it ends, and says so', async (limit, number) => {
    expect(await cut({ [limit]: number })).toContain(limit);
  });

  it('none is reached by an ordinary zone', async () => {
    expect(await cut({})).toEqual([]);
  });
});

describe('zonewire delegation check', () => {
  const by = () => ['--resolver', `[${AT.resolver}]:${world.port}`, '--port', String(world.port), '--settle', '0'];

  const zonewire = (...args: string[]) => commandLine(['delegation', 'check', ...args]);

  it('says what to enter; a notice is no problem, an error is', async () => {
    const { out, code } = await zonewire('ds-missing.test.', ...by());
    expect(out).toContain('ds-missing.test., delegated by test.: 1 notice');
    expect(out).toMatch(/enter at the registrar: DS \d+ 13 2 [0-9A-F]{64}/i);
    expect(code).toBe(0);
    const wrong = await zonewire('glue-wrong.test.', ...by());
    expect(wrong.out).toContain(`enter at the registrar: glue ns1.glue-wrong.test. A ${AT.ours}`);
    expect(wrong.code).toBe(1);
  });

  it('by the configuration: our node is the primary', async () => {
    const { out, code } = await zonewire('fine.test.', '-c', world.node.configFile, '-o', 'json');
    const [report] = JSON.parse(out);
    expect(
      report.servers.map(({ name: server, serial }: { name: string; serial: number }) => [server, serial]),
    ).toEqual([
      ['primary', 7],
      ['ns1.fine.test.', 7],
      ['ns2.elsewhere.', 7],
    ]);
    expect(code).toBe(0);
  });

  it.each([
    [[]],
    [['.']],
    [['a..b']],
    [['fine.test.', '--parent', '192.0.2.1']],
    [['fine.test.', '--resolver', 'ns.example.']],
    [['fine.test.', '--port', '0']],
    [['fine.test.', '--settle', 'soon']],
  ])('%j is wrong usage', async (args) => {
    expect((await zonewire(...args)).code).toBe(2);
  });
});

describe('a running node', () => {
  const reportOf = async (zone: string) =>
    (await world.node.api<{ report?: DelegationReport }>(`/api/v1/zones/${zone}/delegation`)).report;

  it('checks by itself: status, API, metrics, log, event', async () => {
    const report = await eventually('a check of ds-mismatch.test.', () => reportOf('ds-mismatch.test.'));
    expect(new Set(report.findings.map(({ code }) => code))).toEqual(new Set(['ds-mismatch']));
    const { delegation } = await world.node.status<{ delegation: object }>('ds-mismatch.test.');
    expect(delegation).toMatchObject({ state: 'error', warnings: 0, notices: 0 });
    const metrics = await (await fetch(`${world.node.controlUrl}/metrics`)).text();
    expect(metrics).toMatch(/zonewire_delegation_findings\{zone="ds-mismatch\.test\.",severity="error"\} \d/);
    await eventually('a line in the log', () => /"check":"ds-mismatch"/.test(world.node.process.output));
    // The id before the first one is the time of the start.
    const { startedAt } = await world.node.api<{ startedAt: number }>('/api/v1/node');
    const events = await EventListener.of<object>(world.node, { kind: 'delegation', after: startedAt - 1 });
    const event = await eventually('an event', () =>
      events.heard.find((one) => JSON.stringify(one).includes('"code":"ds-mismatch"')),
    );
    await events.close();
    expect(event).toMatchObject({ kind: 'delegation', zone: 'ds-mismatch.test.' });
  });

  it('a zone in which all is well is said to be fine', async () => {
    const report = await eventually('a check of fine.test.', () => reportOf('fine.test.'));
    expect(report.state).toBe('fine');
  });

  it('delegation-check: false is not checked', async () => {
    await expect(reportOf('lame.test.')).rejects.toThrow('delegation-not-checked');
  });
});
