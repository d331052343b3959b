import { collectDefaultMetrics, Registry } from 'prom-client';
import { inTurns, piecesInTurns } from '../in-turns.ts';
import { exposition } from '../metrics/exposition.ts';
import { OwnSamples } from '../metrics/own-samples.ts';
import { replicaMetrics } from '../metrics/replicas.ts';
import { zoneMetrics } from '../metrics/zones.ts';
import { RawAnswer, type Route } from '../route.ts';

/** prom-client measures the process (memory, CPU, event loop); everything of ours is rendered at scrape. */
export function metricsRoute(): Route {
  const registry = new Registry();
  // The event loop's delay is sampled by a timer; at prom-client's 10 ms an idle node would wake a hundred times a second.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  return {
    method: 'GET',
    path: '/metrics',
    id: 'metrics',
    summary: 'Prometheus metrics',
    answer: { mediaType: Registry.PROMETHEUS_CONTENT_TYPE, description: 'Prometheus text format' },
    async handle(_, ports) {
      const { identity, version, runtime } = ports.info();
      const build = {
        name: 'zonewire_build_info',
        help: 'Always 1; what runs here is in the labels.',
        type: 'gauge' as const,
        samples: [{ labels: { identity, version, node: runtime }, value: 1 }],
      };
      const { replication, zoneMetrics: chosen } = ports;
      const own = new OwnSamples(chosen, ports.zoneCount());
      const zones = await inTurns(zoneMetrics(ports.glances(), (zone) => ports.healthOf(zone), own));
      const totals = replication.totals();
      const pairs = new OwnSamples(
        chosen,
        totals.reduce((sum, secondary) => sum + secondary.zones, 0),
      );
      const replicas = await inTurns(replicaMetrics({ figures: (take) => replication.figures(take), totals }, pairs));
      const process = await registry.metrics();
      const lines = exposition([build, ...ports.metrics(), ...zones, ...replicas]);
      return new RawAnswer(200, Registry.PROMETHEUS_CONTENT_TYPE, piecesInTurns(both(lines, process)));
    },
  };
}

function* both(lines: Iterable<string>, more: string): Generator<string> {
  yield* lines;
  yield more;
}
