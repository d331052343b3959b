import { expect, it } from 'vitest';
import type { Alert, AlertFinding, AlertKind } from './alert.ts';
import { Findings } from './findings.ts';

const finding = (code: string, severity = 'error', subject = 'ns1.example.test.'): AlertFinding => ({
  code,
  severity,
  subject,
  message: `${code} at ${subject}`,
  advice: 'enter it',
});

function world(on: readonly AlertKind[], maxTold?: number) {
  const alerts: Alert[] = [];
  const findings = new Findings({ on: new Set(on), tell: (alert) => alerts.push(alert), maxTold });
  const take = (appeared: AlertFinding[], gone: AlertFinding[] = []) =>
    findings.take({ zone: 'example.test.', at: 7, appeared, gone });
  const told = () => alerts.map(({ event, finding: code, subject }) => `${event} ${code} ${subject}`);
  return { alerts, take, told };
}

it('a finding is told with what to do, and once more when it is gone; a notice is not', () => {
  const { alerts, take, told } = world(['delegation', 'recovered']);
  take([finding('ns-lame'), finding('ds-missing', 'warning'), finding('one-network', 'notice')]);
  expect(alerts[0]).toEqual({
    event: 'delegation',
    zone: 'example.test.',
    finding: 'ns-lame',
    subject: 'ns1.example.test.',
    severity: 'error',
    since: 7,
    reason: 'ns-lame at ns1.example.test.',
    next: 'enter it',
  });
  take([], [finding('ns-lame'), finding('one-network', 'notice')]);
  expect(told()).toEqual([
    'delegation ns-lame ns1.example.test.',
    'delegation ds-missing ns1.example.test.',
    'recovered ns-lame ns1.example.test.',
  ]);
});

it('who does not want delegations is told neither of them nor of their end', () => {
  const { take, told } = world(['behind', 'recovered']);
  take([finding('ns-lame')]);
  take([], [finding('ns-lame')]);
  expect(told()).toEqual([]);
});

it('beyond the limit it is told without a recovery to come', () => {
  const { take, told } = world(['delegation', 'recovered'], 1);
  take([finding('ns-lame'), finding('ns-lame', 'error', 'ns2.')]);
  take([], [finding('ns-lame'), finding('ns-lame', 'error', 'ns2.')]);
  expect(told().filter((text) => text.startsWith('recovered'))).toEqual(['recovered ns-lame ns1.example.test.']);
});
