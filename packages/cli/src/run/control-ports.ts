import { systemClock, type ZoneStatus } from '@zonewire/nameserver';
import type { ChangeStep } from '@zonewire/primary';
import type { RefreshOutcome } from '@zonewire/secondary';
import { type Name, name, nameToText, ZonewireError } from '@zonewire/shared-protocol';
import type { ActionOutcome, ControlPorts, NodeZoneStatus, ReplicationPort, RRsetChange } from '../control/ports.ts';
import { count } from '../output/time.ts';
import { VERSION } from '../version.ts';
import { delegationPort, delegationSummary } from './delegation.ts';
import { nodeMetrics } from './metrics.ts';
import type { RunningNode } from './running-node.ts';
import { redisStatus } from './site.ts';

/** What the control API needs, over the parts of a running node. */
export function controlPorts(node: RunningNode): ControlPorts {
  const { zones, primary, secondary, table, replicas } = node;
  return {
    info: () => ({
      identity: node.config.server.identity,
      version: VERSION,
      runtime: process.versions.node,
      pid: process.pid,
      startedAt: node.startedAt,
      configuredAt: node.configuredAt,
      configFile: node.config.file,
      dataDir: node.config.server.dataDir,
      listen: node.listen,
      stopping: node.stopping,
      ...redisInfo(node),
    }),
    now: () => systemClock.now(),
    events: node.eventStreams,
    transfers: () => node.runningTransfers.list(),
    zoneCount: () => zones.size,
    list: (query) => {
      const { total, names } = zones.find(query);
      return { total, zones: statusesOf(node, names) };
    },
    glances: () => zones.glances(),
    ownHealth: () => node.ownZones.counts,
    healthOf: (zone) => node.ownZones.stateOf(zone),
    status: (zone) => {
      const status = zones.status(zone);
      return status && withAll(node, status);
    },
    changes: node.waiting,
    replicas: (zone) => replicas.view(nameToText(zone).toLowerCase()),
    replication: replicationPort(node),
    places: () => ({ node: node.config.server.place, remotes: node.config.places }),
    delegation: delegationPort(node),
    version: (zone) => table.get(zone)?.version,
    reloadAll: () => node.reload('control API'),
    async notify(zone) {
      const targets = zones.role(zone) === 'primary' ? primary.notifyNow(zone) : secondary.notifyNow(zone);
      const message =
        targets === 0
          ? 'nobody to notify: the zone has no "notify"'
          : `NOTIFY goes to ${count(targets, 'secondary', 'secondaries')}`;
      return { message };
    },
    primary: {
      reload: (zone, options) => primary.reload(zone, options),
      freeze: (zone) => primary.freeze(zone),
      thaw: (zone) => primary.thaw(zone),
      change: (zone, changes) => primary.commit(zone, { updates: changes.flatMap(changeSteps) }),
    },
    secondary: {
      refresh: async (zone) => refreshed(zone, await secondary.refresh(zone)),
      retransfer: async (zone) => refreshed(zone, await secondary.retransfer(zone)),
    },
    zoneMetrics: node.config.control?.zoneMetrics,
    metrics: () => nodeMetrics(node),
  };
}

function withAll(node: RunningNode, status: ZoneStatus): NodeZoneStatus {
  const all = withDelegation(node, withContent(node, status));
  const own = status.role === 'secondary' ? node.ownZones.view(status) : undefined;
  return own === undefined ? all : { ...all, ...own };
}

function withDelegation({ delegations }: RunningNode, status: ZoneStatus): ZoneStatus {
  return delegations.isEmpty ? status : { ...status, ...delegationSummary(delegations, name(status.zone)) };
}

/** A zone that has gone meanwhile is left out. */
function* statusesOf(node: RunningNode, names: readonly Name[]): Generator<NodeZoneStatus> {
  for (const zone of names) {
    const status = node.zones.status(zone);
    if (status !== undefined) yield withAll(node, status);
  }
}

function replicationPort({ replicas, history, comparisons, primary, secondary }: RunningNode): ReplicationPort {
  return {
    list: (query) => replicas.list(query),
    timeline: async (zone, limit) => {
      const newest = replicas.timeline(zone, limit);
      if (newest.length === limit) return newest;
      const known = new Set(newest.map(({ serial, committedAt }) => `${serial} ${committedAt}`));
      const kept = await history.timeline(zone, limit);
      const older = kept.filter(({ serial, committedAt }) => !known.has(`${serial} ${committedAt}`));
      return [...newest, ...older].slice(0, limit);
    },
    lagHistory: ({ zone, secondary, hours }) => {
      const since = systemClock.now() - hours * 3_600_000;
      const name = zone && (zone.endsWith('.') ? zone : `${zone}.`).toLowerCase();
      return history.lag({ zone: name, secondary, since });
    },
    queue: (page) => replicas.queue(page),
    totals: () => replicas.totals(),
    *figures(take) {
      yield* replicas.figures((each) => primary.figures(each), take);
      yield* replicas.figures((each) => secondary.figures(each), take);
    },
    compare: (zone, secondary) => comparisons.compareNow(zone, secondary),
  };
}

function withContent({ digests }: RunningNode, status: ZoneStatus): ZoneStatus {
  if (digests.size === 0) return status;
  const content = digests.of(name(status.zone));
  return content === undefined ? status : { ...status, content };
}

function redisInfo(node: RunningNode) {
  const redis = redisStatus(node.config, node.site);
  return redis === undefined ? {} : { redis };
}

function changeSteps({ change, name, type, ttl, rdatas }: RRsetChange): ChangeStep[] {
  switch (change) {
    case 'replace':
      return [{ kind: 'replace-rrset', name, type, ttl, rdatas }];
    case 'delete':
      return [{ kind: 'delete-rrset', name, type }];
    case 'extend':
      return rdatas.map((rdata) => ({ kind: 'add', name, type, ttl, rdata }));
    case 'prune':
      return rdatas.map((rdata) => ({ kind: 'delete-record', name, type, rdata }));
  }
}

function refreshed(zone: Name, { outcome, serial, message }: RefreshOutcome): ActionOutcome {
  if (outcome === 'failed') {
    const text = nameToText(zone);
    throw new ZonewireError('refresh-failed', message ?? `${text} could not be refreshed`, { zone: text });
  }
  const words = outcome === 'installed' ? 'transferred, now' : 'up to date,';
  return { message: `${words} at serial ${serial}`, ...(serial === undefined ? {} : { serial }) };
}
