import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { nameToText } from '@zonewire/shared-protocol';
import { followedWarning } from './followed.ts';
import type { NodeConfig, ZoneConfig } from './node-config.ts';
import type { ConfigProblem } from './problem.ts';
import { entriesOf, textsOf } from './sections.ts';
import type { ConfigSource } from './source.ts';
import { isUnencrypted } from './webhooks.ts';

/** When more zones than this have the same warning, the first one stands for all. */
const EACH = 5;

/** Things that are allowed and most likely not meant. */
export function findWarnings(config: NodeConfig, source: ConfigSource): ConfigProblem[] {
  const warnings = ofZones(config.zones, source);
  for (const [index, { id, url }] of config.webhooks.entries())
    if (isUnencrypted(url))
      warnings.push(
        source.at(['webhooks', index, 'url'], `webhook ${id} is sent unencrypted to another machine; better: https`),
      );
  for (const followed of config.followed) {
    const message = followedWarning(followed);
    if (message !== undefined) warnings.push(source.at(['remotes'], message));
  }
  for (const remote of entriesOf(source.value, 'remotes'))
    for (const { text, path } of textsOf(remote, 'address')) {
      const meant = /^([0-9a-f:]*:[0-9a-f:]*):(53|853)$/i.exec(text);
      if (meant !== null && isIP(text) === 6 && isIP(meant[1]) === 6)
        warnings.push(
          source.at(
            path,
            `${text} is an address without a port; if :${meant[2]} is the port, write "[${meant[1]}]:${meant[2]}"`,
          ),
        );
    }
  if (config.zones.length === 0) warnings.unshift(source.at([], 'there are no zones; every query will be refused'));
  return warnings;
}

function ofZones(zones: readonly ZoneConfig[], source: ConfigSource): ConfigProblem[] {
  const counts = new Map<string, number>();
  const found = zones.map((zone) => {
    const warnings = zoneWarnings(zone);
    for (const { kind } of warnings) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return warnings;
  });
  const told = new Set<string>();
  return found.flatMap((warnings, index) =>
    warnings.flatMap(({ kind, message }) => {
      const more = counts.get(kind)! - 1;
      const isCrowd = more >= EACH;
      if (isCrowd && told.has(kind)) return [];
      told.add(kind);
      const text = `zone ${nameToText(zones[index].domain)}: ${message}`;
      return [source.at(['zones', index], isCrowd ? `${text} (the same with ${more} more zones)` : text)];
    }),
  );
}

interface ZoneWarning {
  readonly kind: string;
  readonly message: string;
}

function zoneWarnings(zone: ZoneConfig): ZoneWarning[] {
  const warnings: ZoneWarning[] = [];
  const warn = (kind: string, message = kind) => warnings.push({ kind, message });
  const allows = (action: 'notify' | 'transfer') => zone.acl.some((rule) => !rule.deny && rule.actions.has(action));
  if (zone.file !== undefined && !existsSync(zone.file))
    warn('file', `there is no file ${zone.file}; the zone will answer SERVFAIL until there is one`);
  if (zone.notify.length > 0 && !allows('transfer'))
    warn('it notifies others, but no acl allows them to transfer it; add an acl with action transfer');
  if (zone.file !== undefined && zone.notify.length === 0 && !allows('transfer'))
    warn('nobody is notified of its changes (notify) and nobody may transfer it (acl): it is served here only');
  const { verification } = zone.settings;
  if (verification !== undefined && verification.trustAnchors.length > 0 && verification.dnssec === 'off')
    warn('trust-anchor does nothing while dnssec-validation is off; set it to log or require');
  if (zone.file === undefined && !allows('notify'))
    warn('no acl allows its primary to notify it; changes arrive only when the refresh timer ends');
  return warnings;
}
