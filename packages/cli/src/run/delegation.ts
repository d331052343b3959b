import {
  checkDelegation,
  DEFAULT_DELEGATION_LIMITS,
  type DelegationChange,
  DelegationWatch,
} from '@zonewire/delegation';
import { type DelegationSummary, systemClock } from '@zonewire/nameserver';
import { type Name, nameKey, nameToText } from '@zonewire/shared-protocol';
import type { NodeConfig } from '../config/mod.ts';
import type { DelegationPort } from '../control/ports.ts';
import { delegationSources, SETTLE_MS } from './delegation-sources.ts';
import type { RunningNode } from './running-node.ts';

type Parts = Pick<RunningNode, 'client' | 'log' | 'events' | 'nameserver' | 'config' | 'webhooks'>;

/** Checks the delegations of the node's zones where the configuration says whom to ask. Begins with {@link watchDelegations}. */
export function openDelegations(node: Parts): DelegationWatch {
  const { client, log } = node;
  return new DelegationWatch({
    clock: systemClock,
    random: Math.random,
    check(zone, signal) {
      const { zones, delegation } = node.config;
      const key = nameKey(zone);
      const configured = zones.find(({ domain }) => nameKey(domain) === key);
      const setup = {
        resolvers: delegation?.resolvers ?? [],
        parents: delegation?.parents ?? [],
        port: delegation?.port ?? 53,
        settle: SETTLE_MS,
      };
      const sources = delegationSources(setup, configured, node.nameserver.addresses);
      return checkDelegation(zone, sources, { client, clock: systemClock, limits: DEFAULT_DELEGATION_LIMITS, signal });
    },
    changed: (change) => tell(node, change),
    failed: (zone, err) => log.error({ err, zone: nameToText(zone) }, 'the check of the delegation failed'),
  });
}

/** At the start and after each reload. The root has no parent. */
export function watchDelegations(watch: DelegationWatch, { zones, delegation }: NodeConfig): void {
  const checked = zones.filter(({ domain, delegationCheck }) => delegationCheck !== false && domain[0] !== 0);
  watch.watch(
    checked.map(({ domain }) => domain),
    (delegation?.checkInterval ?? 0) * 1000,
  );
}

function tell({ log, events, webhooks }: Parts, { report, appeared, gone }: DelegationChange): void {
  const { zone, at, state } = report;
  const short = ({ code, severity, subject, message }: (typeof appeared)[number]) => ({
    code,
    severity,
    subject,
    message,
  });
  events.publish({ kind: 'delegation', zone, at, state, appeared: appeared.map(short), gone: gone.map(short) });
  webhooks.delegation({ zone, at, appeared, gone });
  for (const { code, severity, subject, message, advice } of appeared) {
    const line = `delegation: ${message}; ${advice}`;
    if (severity === 'notice') log.info({ zone, check: code, subject }, line);
    else log.warn({ zone, check: code, subject }, line);
  }
  for (const { code, subject, message } of gone)
    log.info({ zone, check: code, subject }, `delegation: no longer: ${message}`);
}

/** For `zone status` and `zone list`. */
export function delegationSummary(watch: DelegationWatch, zone: Name): { delegation?: DelegationSummary } {
  const report = watch.report(zone);
  if (report === undefined) return {};
  const number = (severity: string) => report.findings.filter((one) => one.severity === severity).length;
  const { at, state } = report;
  const counts = { errors: number('error'), warnings: number('warning'), notices: number('notice') };
  return { delegation: { at, state, ...counts } };
}

export function delegationPort({ delegations }: Pick<RunningNode, 'delegations'>): DelegationPort {
  return {
    dueAt: (zone) => delegations.dueAt(zone),
    report: (zone) => delegations.report(zone),
  };
}
