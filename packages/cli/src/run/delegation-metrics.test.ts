import type { DelegationReport, Severity } from '@zonewire/delegation';
import { expect, it } from 'vitest';
import { exposition } from '../control/metrics/exposition.ts';
import { delegationMetrics, ZONES_WITH_SAMPLES } from './delegation-metrics.ts';

function report(zone: string, severities: readonly Severity[]): DelegationReport {
  const findings = severities.map((severity) => ({
    code: 'lame' as const,
    severity,
    subject: '',
    message: '',
    seen: [],
    advice: '',
    enter: [],
  }));
  return { zone, at: 0, state: 'fine', findings, registrar: { ns: [], glue: [], ds: [] }, servers: [] };
}

function lines(reports: readonly DelegationReport[]): string[] {
  const counters = { checks: 5, failed: 1, limits: new Map([['time', 2] as const]) };
  const text = [...exposition(delegationMetrics({ counters, reports: () => reports.values() as never }))].join('');
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

it('findings by zone and severity, checks by result, limits', () => {
  expect(lines([report('a.test.', ['error', 'error', 'notice']), report('b.test.', [])])).toEqual([
    'zonewire_delegation_findings{zone="a.test.",severity="error"} 2',
    'zonewire_delegation_findings{zone="a.test.",severity="notice"} 1',
    'zonewire_delegation_zones_left_out 0',
    'zonewire_delegation_checks_total{result="done"} 4',
    'zonewire_delegation_checks_total{result="failed"} 1',
    'zonewire_delegation_limits_total{limit="time"} 2',
  ]);
});

it('a node with ten thousand broken delegations has no ten thousand samples', () => {
  const many = Array.from({ length: 10_000 }, (_, i) => report(`z${i}.test.`, ['error', 'warning', 'notice']));
  const out = lines(many);
  expect(out.filter((line) => line.startsWith('zonewire_delegation_findings'))).toHaveLength(3 * ZONES_WITH_SAMPLES);
  expect(out).toContain('zonewire_delegation_zones_left_out 9000');
});
