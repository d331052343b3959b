import { addressText } from '@zonewire/nameserver';
import { lagStep, percentileOfSteps } from './history/histogram.ts';
import { type HealthState, noHealth, type SecondaryTotals } from './model.ts';
import type { Target } from './target.ts';

/** Steps of 5 % that a lag can fall into: the last is ten years. */
const STEPS = 560;

/** One secondary over all zones that it is notified of. */
class Sums {
  address: string;
  zones = 0;
  readonly health = noHealth();
  /** Zones by the lag of the newest change that the secondary was seen to answer with. */
  readonly lags = new Uint32Array(STEPS);
  /** Zones with a lag. */
  measured = 0;
  latest: { readonly of: Target; readonly at: number; readonly lagMs: number } | undefined;
  /** How many zones each node behind the address was seen to answer for. */
  readonly nodes = new Map<string, number>();

  constructor(address: string) {
    this.address = address;
  }

  /** @param part 0.5 for the median. ms, within 3 % of the true value. */
  percentile(part: number): number {
    return percentileOfSteps(this.lags.entries(), this.measured, part);
  }
}

/**
 * Counts of all zones at each secondary, kept as things happen: with 10,000 zones at 10 secondaries nobody who looks at them waits
 * for 100,000 to be looked at.
 */
export class Tally {
  readonly #secondaries = new Map<string, Sums>();
  readonly #lagSteps = new Map<Target, number>();

  joined(target: Target): void {
    const sums = this.#secondaries.get(target.secondary) ?? new Sums('');
    this.#secondaries.set(target.secondary, sums);
    sums.address = addressText(target.remote.addresses[0]);
    sums.zones++;
    sums.health[target.health.state]++;
  }

  left(target: Target): void {
    const sums = this.#secondaries.get(target.secondary);
    if (sums === undefined) return;
    sums.zones--;
    sums.health[target.health.state]--;
    const step = this.#lagSteps.get(target);
    if (step !== undefined) {
      sums.lags[step]--;
      sums.measured--;
      this.#lagSteps.delete(target);
    }
    for (const { node } of target.nodes) count(sums.nodes, node, -1);
    if (sums.zones === 0) this.#secondaries.delete(target.secondary);
  }

  /** The address of the secondary is another, or the same. */
  moved({ secondary, remote }: Target): void {
    const sums = this.#secondaries.get(secondary);
    if (sums !== undefined) sums.address = addressText(remote.addresses[0]);
  }

  health(secondary: string, from: HealthState, to: HealthState): void {
    const sums = this.#secondaries.get(secondary);
    if (sums === undefined) return;
    sums.health[from]--;
    sums.health[to]++;
  }

  /** It was seen to answer with a change for the first time, at `at`. */
  lag(target: Target, at: number, lagMs: number): void {
    const sums = this.#secondaries.get(target.secondary);
    if (sums === undefined) return;
    const before = this.#lagSteps.get(target);
    if (before === undefined) sums.measured++;
    else sums.lags[before]--;
    const step = Math.min(STEPS - 1, lagStep(lagMs));
    sums.lags[step]++;
    this.#lagSteps.set(target, step);
    if (sums.latest === undefined || at >= sums.latest.at || sums.latest.of === target)
      sums.latest = { of: target, at, lagMs };
  }

  /** A node behind the address was seen to answer for a zone, or is not remembered any more. */
  node(secondary: string, node: string, by: 1 | -1): void {
    const sums = this.#secondaries.get(secondary);
    if (sums !== undefined) count(sums.nodes, node, by);
  }

  clear(): void {
    this.#secondaries.clear();
    this.#lagSteps.clear();
  }

  /** In no particular order. */
  totals(): SecondaryTotals[] {
    return Array.from(this.#secondaries, ([id, sums]) => {
      const { address, zones, health, latest, nodes } = sums;
      return {
        id,
        address,
        zones,
        health: { ...health },
        ...(latest === undefined || sums.measured === 0
          ? {}
          : { lag: { p50: sums.percentile(0.5), p99: sums.percentile(0.99), latest: latest.lagMs } }),
        ...(sums.measured === 0 ? {} : { longestLagMs: sums.percentile(1) }),
        ...(nodes.size === 0 ? {} : { nodes: [...nodes.keys()].sort() }),
      };
    });
  }
}

function count(counts: Map<string, number>, key: string, by: number): void {
  const number = (counts.get(key) ?? 0) + by;
  if (number > 0) counts.set(key, number);
  else counts.delete(key);
}
