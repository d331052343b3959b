import { name } from '@zonewire/shared-protocol';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { exposition } from '../metrics/exposition.ts';
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
      const statuses = ports.statuses();
      const expireInterval = (zone: string) => ports.version(name(zone))?.soa.expire;
      const replicas = replicaMetrics(
        statuses
          .filter(({ notify }) => notify !== undefined && notify.length > 0)
          .map(({ zone }) => ({ zone, replicas: ports.replicas(name(zone)) })),
      );
      const own = exposition([build, ...ports.metrics(), ...zoneMetrics(statuses, expireInterval), ...replicas]);
      return new RawAnswer(200, Registry.PROMETHEUS_CONTENT_TYPE, [...own, await registry.metrics()].join(''));
    },
  };
}
