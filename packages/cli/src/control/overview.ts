import { HEALTH_STATES, type HealthState } from '@zonewire/replicas';
import type { Place } from '../config/mod.ts';

/** What the overview is made of: every zone with where each of its secondaries stands. */
export interface OverviewZone {
  readonly replicas: readonly OverviewReplica[];
}

interface OverviewReplica {
  readonly id: string;
  readonly address: string;
  readonly health: { readonly state: HealthState };
  readonly lagMs?: number;
  readonly servedAt?: number;
  readonly skewMs?: number;
  readonly nodes?: readonly { readonly node: string }[];
}

export type HealthCounts = Record<HealthState, number>;

export interface SecondaryOverview {
  readonly id: string;
  readonly address: string;
  readonly place?: Place;
  /** How many zones it is told of. */
  readonly zones: number;
  readonly health: HealthCounts;
  readonly worst: HealthState;
  /** ms from commit to seen served, of the newest change of each zone that it has; `latest` of the newest of all. */
  readonly lag?: { readonly p50: number; readonly p99: number; readonly latest: number };
  readonly skewMs?: number;
  /** Names of the nodes that answer behind its address. */
  readonly nodes?: readonly string[];
}

/** One line for each secondary, by id, over all zones. */
export function secondariesOf(
  zones: readonly OverviewZone[],
  places: ReadonlyMap<string, Place>,
): readonly SecondaryOverview[] {
  const byId = new Map<string, Gathered>();
  for (const { replicas } of zones) {
    for (const replica of replicas) {
      const gathered = byId.get(replica.id) ?? gather(replica.address);
      byId.set(replica.id, gathered);
      add(gathered, replica);
    }
  }
  return [...byId]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { address, zones, health, lags, latest, skewMs, nodes }]) => {
      const place = places.get(id);
      const lag = lagOf(lags, latest?.lagMs);
      return {
        id,
        address,
        ...(place === undefined ? {} : { place }),
        zones,
        health,
        worst: worstOf(health),
        ...(lag === undefined ? {} : { lag }),
        ...(skewMs === undefined ? {} : { skewMs }),
        ...(nodes.size === 0 ? {} : { nodes: [...nodes].sort() }),
      };
    });
}

export function sumOf(all: readonly HealthCounts[]): HealthCounts {
  const sum = noHealth();
  for (const counts of all) for (const state of HEALTH_STATES) sum[state] += counts[state];
  return sum;
}

interface Gathered {
  readonly address: string;
  zones: number;
  readonly health: HealthCounts;
  readonly lags: number[];
  latest?: { readonly servedAt: number; readonly lagMs: number };
  skewMs?: number;
  readonly nodes: Set<string>;
}

function gather(address: string): Gathered {
  return { address, zones: 0, health: noHealth(), lags: [], nodes: new Set() };
}

function add(to: Gathered, replica: OverviewReplica): void {
  to.zones++;
  to.health[replica.health.state]++;
  if (replica.skewMs !== undefined) to.skewMs = replica.skewMs;
  for (const { node } of replica.nodes ?? []) to.nodes.add(node);
  const { lagMs, servedAt } = replica;
  // Without `servedAt` the lag is that of a secondary which is still behind: it grows, and says nothing of how fast it is.
  if (lagMs === undefined || servedAt === undefined) return;
  to.lags.push(lagMs);
  if (to.latest === undefined || servedAt > to.latest.servedAt) to.latest = { servedAt, lagMs };
}

function lagOf(lags: number[], latest: number | undefined) {
  if (latest === undefined) return undefined;
  lags.sort((a, b) => a - b);
  const at = (fraction: number) => lags[Math.ceil(lags.length * fraction) - 1];
  return { p50: at(0.5), p99: at(0.99), latest };
}

/** The worst state that occurs: {@link HEALTH_STATES} goes from worst to best. */
function worstOf(health: HealthCounts): HealthState {
  return HEALTH_STATES.find((state) => health[state] > 0) ?? 'unknown';
}

function noHealth(): HealthCounts {
  return Object.fromEntries(HEALTH_STATES.map((state) => [state, 0])) as HealthCounts;
}
