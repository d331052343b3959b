import { TYPE } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { primarySettings, secondarySettings } from '../run/zone-settings.ts';
import { loadConfig } from './load.ts';
import type { ZoneConfig } from './node-config.ts';
import { problemText } from './problem.ts';

const FRAME = `server: { listen: ["127.0.0.1:53"], data-dir: ./data }
remotes: [{ id: hub, address: [127.0.0.1] }]
acls: [{ id: from-hub, address: [127.0.0.1], action: [notify] }]
`;

function load(text: string) {
  const readText = (path: string) => {
    if (path !== '/etc/zw.yaml') throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
    return FRAME + text;
  };
  return loadConfig('/etc/zw.yaml', { readText, mode: () => 0o600 });
}

function zonesOf(text: string): { zones: readonly ZoneConfig[]; warnings: string[] } {
  const loaded = load(text);
  if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
  return { zones: loaded.config.zones, warnings: loaded.warnings.map(problemText) };
}

const DS = `DS 12345 13 2 ${'AB'.repeat(32)}`;

describe('zonemd-verify, dnssec-validation and trust-anchor', () => {
  it('are taken from the zone, else from its template, else the default; both roles get them', () => {
    const { zones, warnings } = zonesOf(`templates:
  - { id: default, primary: [hub], acl: [from-hub], dnssec-validation: require, trust-anchor: ["${DS}"] }
  - { id: plain, primary: [hub], acl: [from-hub] }
zones:
  - { domain: a.test., zonemd-verify: require }
  - { domain: b.test., dnssec-validation: off, trust-anchor: [] }
  - { domain: c.test., template: plain }
`);
    expect(warnings).toEqual([]);
    const [a, b, c] = zones;
    const anchor = { type: TYPE.DS, rdata: Uint8Array.from([0x30, 0x39, 13, 2, ...Array(32).fill(0xab)]) };
    expect(secondarySettings(a).verification).toEqual({ zonemd: 'require', dnssec: 'require', trustAnchors: [anchor] });
    expect(primarySettings(b).verification).toEqual({ zonemd: 'log', dnssec: 'off', trustAnchors: [] });
    expect(secondarySettings(c).verification).toBeUndefined();
  });

  it('take an anchor as the tools print it, DS or DNSKEY', () => {
    const { zones } = zonesOf(`zones:
  - domain: a.test.
    primary: [hub]
    acl: [from-hub]
    dnssec-validation: log
    trust-anchor: ["a.test. 3600 IN ${DS} ; comment", "a.test. IN DNSKEY 257 3 15 ${'A'.repeat(43)}="]
`);
    expect(zones[0].settings.verification?.trustAnchors.map(({ type }) => type)).toEqual([TYPE.DS, TYPE.DNSKEY]);
  });

  it.each([
    ['zonemd-verify: on', '"zonemd-verify" must be off, log or require, not "on"'],
    ['dnssec-validation: true', '"dnssec-validation" must be off, log or require, not true'],
    ['trust-anchor: ["20326"]', 'neither "DS tag algorithm digest-type digest" nor "DNSKEY flags 3 algorithm key"'],
    [`trust-anchor: ["${DS.replace('13 2', '13 3')}"]`, 'its digest type 3 is not supported'],
  ])('%s is refused with its place', (line, words) => {
    const loaded = load(`zones:\n  - { domain: a.test., primary: [hub], ${line} }\n`);
    expect(loaded.ok).toBe(false);
    const [problem] = loaded.ok ? [] : loaded.problems.map(problemText);
    expect(problem).toMatch(/^\/etc\/zw\.yaml:5:\d+: /);
    expect(problem.replaceAll('"', '')).toContain(words.replaceAll('"', ''));
  });

  it('an anchor without validation is most likely not meant', () => {
    const { warnings } = zonesOf(`zones:
  - { domain: a.test., primary: [hub], acl: [from-hub], trust-anchor: ["${DS}"] }
`);
    expect(warnings).toEqual([expect.stringContaining('trust-anchor does nothing while dnssec-validation is off')]);
  });
});
