import { existsSync } from 'node:fs';
import { nameToText } from '@zonewire/shared-protocol';
import { followedWarning } from './followed.ts';
import type { NodeConfig, ZoneConfig } from './node-config.ts';
import type { ConfigProblem } from './problem.ts';
import type { ConfigSource } from './source.ts';
import { isUnencrypted } from './webhooks.ts';

/** Things that are allowed and most likely not meant. */
export function findWarnings(config: NodeConfig, source: ConfigSource): ConfigProblem[] {
  const warnings = config.zones.flatMap((zone, index) =>
    zoneWarnings(zone).map((message) => source.at(['zones', index], `zone ${nameToText(zone.domain)}: ${message}`)),
  );
  for (const [index, { id, url }] of config.webhooks.entries())
    if (isUnencrypted(url))
      warnings.push(
        source.at(['webhooks', index, 'url'], `webhook ${id} is sent unencrypted to another machine; better: https`),
      );
  for (const followed of config.followed) {
    const message = followedWarning(followed);
    if (message !== undefined) warnings.push(source.at(['remotes'], message));
  }
  if (config.zones.length === 0) warnings.unshift(source.at([], 'there are no zones; every query will be refused'));
  return warnings;
}

function zoneWarnings(zone: ZoneConfig): string[] {
  const allows = (action: 'notify' | 'transfer') => zone.acl.some((rule) => !rule.deny && rule.actions.has(action));
  const warnings: string[] = [];
  if (zone.file !== undefined && !existsSync(zone.file))
    warnings.push(`there is no file ${zone.file}; the zone will answer SERVFAIL until there is one`);
  if (zone.notify.length > 0 && !allows('transfer'))
    warnings.push('it notifies others, but no acl allows them to transfer it; add an acl with action transfer');
  const { verification } = zone.settings;
  if (verification !== undefined && verification.trustAnchors.length > 0 && verification.dnssec === 'off')
    warnings.push('trust-anchor does nothing while dnssec-validation is off; set it to log or require');
  if (zone.file === undefined && !allows('notify'))
    warnings.push('no acl allows its primary to notify it; changes arrive only when the refresh timer ends');
  return warnings;
}
