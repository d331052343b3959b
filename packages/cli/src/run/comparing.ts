import { randomInt } from 'node:crypto';
import { systemClock } from '@zonewire/nameserver';
import { Comparisons, DEFAULT_COMPARING } from '@zonewire/replicas';
import { name } from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import type { NodeConfig } from '../config/mod.ts';
import { compareCopy } from './compare-copy.ts';
import { DifferingCopies } from './differing-copies.ts';
import type { RunningNode } from './running-node.ts';

type Parts = Pick<RunningNode, 'config' | 'client' | 'log' | 'table' | 'replicas' | 'runningTransfers'>;

/** Compares the copies of those that are notified with what is served here. Begins with {@link configureComparisons}. */
export function openComparisons(node: Parts): Comparisons {
  const { config, client, log, table, replicas, runningTransfers: running } = node;
  const differing = new DifferingCopies(config.server.dataDir, log);
  const digests = new WeakMap<ZoneVersion, string>();
  const comparisons = new Comparisons({
    clock: systemClock,
    random: Math.random,
    facts(zone, secondary) {
      const version = table.get(name(zone))?.version;
      const copy = replicas.copyOf(zone, secondary);
      if (version === undefined || copy === undefined) return undefined;
      return { serial: version.serial, octets: version.byteLength, seen: copy.seen, hasDigest: copy.hasDigest };
    },
    async compare(zone, secondary, signal) {
      const apex = name(zone);
      const copy = replicas.copyOf(zone, secondary);
      if (copy === undefined) return { result: 'failed', reason: 'it is not notified of the zone any more' };
      return compareCopy(
        copy.remote,
        {
          client,
          running,
          served: () => table.get(apex)?.version,
          messageId: () => randomInt(0x1_0000),
          digests,
          slices: { clock: systemClock, elapsed: () => performance.now() },
        },
        signal,
      );
    },
    done(zone, secondary, comparison) {
      replicas.compared(zone, secondary, comparison);
      const { result, reason } = comparison;
      log.debug({ zone, secondary, result }, `copy of the secondary: ${reason}`);
    },
    failed: (zone, secondary, err) => log.error({ err, zone, secondary }, 'comparing the copy of a secondary failed'),
    differed: differing.read(),
    differ: (copies) => differing.write(copies),
  });
  replicas.watchPairs(comparisons);
  return comparisons;
}

/** At the start and after each reload. */
export function configureComparisons(comparisons: Comparisons, { comparing }: NodeConfig): void {
  comparisons.configure({ ...DEFAULT_COMPARING, ...comparing });
}
