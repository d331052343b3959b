import { availableParallelism, hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { type AclRule, type AddressRange, parseAddressRange, type Remote } from '@zonewire/nameserver';
import { type Name, name, nameToText, type TsigKey, unwrap } from '@zonewire/shared-protocol';
import { DEFAULT_VERIFICATION, type VerificationPolicy } from '@zonewire/zone';
import type { NodeConfig, ZoneConfig, ZoneSettings } from './node-config.ts';
import type { ConfigAcl, ConfigFile, ConfigZone } from './schema.ts';
import type { Secrets } from './secret-files.ts';
import { keyId, withTemplate } from './sections.ts';
import { webhookId } from './webhooks.ts';

/** Seconds that a state which may flap lasts before a webhook is told. */
const DEFAULT_HOLD = 60;

/** Resolves ids, merges templates, makes paths absolute. The file has passed every check. */
export function buildConfig(parsed: ConfigFile, file: string, secrets: Secrets): NodeConfig {
  const path = resolve(file);
  const absolute = (relative: string) => resolve(dirname(path), relative);
  const keys = new Map<string, TsigKey>();
  for (const { id, algorithm } of parsed.keys)
    keys.set(keyId(id), { name: name(keyId(id)), algorithm, secret: secrets.keys.get(keyId(id))! });
  const keyOf = (id: string | undefined) => (id === undefined ? undefined : keys.get(keyId(id)));
  const remotes = new Map<string, Remote>();
  for (const { id, address, key } of parsed.remotes) {
    const tsigKey = keyOf(key);
    remotes.set(id, { id, addresses: address, ...(tsigKey ? { key: tsigKey } : {}) });
  }
  const acls = new Map(parsed.acls.map((acl) => [acl.id, aclRule(acl, keyOf(acl.key)?.name)]));
  const { server, control, redis, limits, delegation, replicas } = parsed;
  const lists = { absolute, remotes: sharedLists(remotes), acls: sharedLists(acls) };
  return {
    file: path,
    server: {
      identity: server.identity ?? hostname(),
      place: server.place,
      version: server.version ?? false,
      listen: server.listen,
      dataDir: absolute(server['data-dir']),
      udp: server.udp ?? 'auto',
      workers: server.workers ?? availableParallelism(),
      warmUp: server['warm-up'] ?? true,
    },
    control: control && {
      listen: control.listen,
      token: secrets.token,
      waits: control.waits,
      zoneMetrics: control['zone-metrics'],
    },
    redis: redis && {
      url: redis.url,
      password: secrets.redisPassword,
      site: redis.site,
      contentMaxSize: redis['content-max-size'],
    },
    limits: {
      rounds: limits?.rounds,
      checks: limits?.checks,
      transfers: limits?.transfers,
      transfersPerPrimary: limits?.['transfers-per-primary'],
      idleTimeout: seconds(limits?.['tcp-remote-io-timeout']),
    },
    delegation: delegation && {
      resolvers: delegation.resolver ?? [],
      parents: (delegation.parents ?? []).map(({ zone, address }) => ({ zone, addresses: address })),
      checkInterval: delegation['check-interval'] ?? 3600,
      port: delegation.port ?? 53,
    },
    replicas: historyLimits(replicas),
    comparing: comparingSettings(parsed),
    keys: [...keys.values()],
    followed: parsed.remotes.flatMap(({ id, control }) =>
      control === undefined ? [] : [{ id, url: control.url, token: secrets.remoteTokens.get(id) }],
    ),
    webhooks: parsed.webhooks.map(({ id, url, on, zones, hold }, index) => ({
      id: webhookId({ id, url }),
      url,
      secret: secrets.webhooks[index],
      on,
      zones: zones?.map((zone) => nameToText(name(zone)).toLowerCase()),
      hold: hold ?? DEFAULT_HOLD,
    })),
    zones: parsed.zones.map((zone) => {
      const merged = withTemplate(zone, parsed.templates);
      return buildZone(merged, lists);
    }),
    places: new Map(parsed.remotes.flatMap(({ id, place }) => (place ? [[id, place] as const] : []))),
  };
}

/** ms */
function seconds(duration: number | undefined): number | undefined {
  return duration === undefined ? undefined : duration * 1000;
}

function historyLimits(replicas: ConfigFile['replicas']): NodeConfig['replicas'] {
  const { 'history-max-age': age, 'history-max-rows': maxRows } = replicas ?? {};
  return { ...(age === undefined ? {} : { maxAge: age * 1000 }), ...(maxRows === undefined ? {} : { maxRows }) };
}

function comparingSettings({ replicas, remotes }: ConfigFile): NodeConfig['comparing'] {
  const { 'compare-interval': interval, 'compare-max-size': maxOctets } = replicas ?? {};
  return {
    ...(interval === undefined ? {} : { interval: interval * 1000 }),
    ...(maxOctets === undefined ? {} : { maxOctets }),
    off: new Set(remotes.flatMap(({ id, compare }) => (compare === false ? [id] : []))),
  };
}

interface Resolved {
  readonly absolute: (path: string) => string;
  readonly remotes: (ids: readonly string[] | undefined) => readonly Remote[];
  readonly acls: (ids: readonly string[] | undefined) => readonly AclRule[];
}

/** What ids stand for. Thousands of zones have the same few lists of them: those with the same ids share one. */
function sharedLists<T>(known: ReadonlyMap<string, T>): (ids: readonly string[] | undefined) => readonly T[] {
  const lists = new Map<string, readonly T[]>();
  return (ids = []) => {
    const key = JSON.stringify(ids);
    let list = lists.get(key);
    if (list === undefined) {
      list = ids.map((id) => known.get(id)!);
      lists.set(key, list);
    }
    return list;
  };
}

function buildZone(zone: ConfigZone, { absolute, remotes, acls }: Resolved): ZoneConfig {
  const domain = name(zone.domain);
  return {
    domain,
    file: zone.file === undefined ? undefined : absolute(zone.file.replaceAll('%s', fileNameOf(domain))),
    primaries: remotes(zone.primary),
    notify: remotes(zone.notify),
    acl: acls(zone.acl),
    settings: settingsOf(zone),
    delegationCheck: zone['delegation-check'],
  };
}

function settingsOf(zone: ConfigZone): ZoneSettings {
  const all = {
    refreshMinInterval: zone['refresh-min-interval'],
    refreshMaxInterval: zone['refresh-max-interval'],
    retryMinInterval: zone['retry-min-interval'],
    retryMaxInterval: zone['retry-max-interval'],
    expireMinInterval: zone['expire-min-interval'],
    zoneMaxSize: zone['zone-max-size'],
    journalMaxSize: zone['journal-max-size'],
    journalMaxDepth: zone['journal-max-depth'],
    serialPolicy: zone['serial-policy'],
    verification: verificationOf(zone),
  };
  const set = Object.entries(all).filter(([, value]) => value !== undefined);
  return set.length === 0 ? DEFAULTS_ONLY : Object.fromEntries(set);
}

/** Of all zones that say nothing. */
const DEFAULTS_ONLY: ZoneSettings = {};

/** Undefined when nothing is said of it. */
function verificationOf(zone: ConfigZone): VerificationPolicy | undefined {
  const { 'zonemd-verify': zonemd, 'dnssec-validation': dnssec, 'trust-anchor': trustAnchors } = zone;
  if (zonemd === undefined && dnssec === undefined && trustAnchors === undefined) return undefined;
  return {
    zonemd: zonemd ?? DEFAULT_VERIFICATION.zonemd,
    dnssec: dnssec ?? DEFAULT_VERIFICATION.dnssec,
    trustAnchors: trustAnchors ?? [],
  };
}

/** What `%s` in a file name stands for: the zone's name in lower case without the final dot, `root` for the root. */
function fileNameOf(domain: Name): string {
  const text = nameToText(domain).toLowerCase();
  return text === '.' ? 'root' : text.slice(0, -1).replaceAll('/', '\\047');
}

function aclRule(acl: ConfigAcl, key: Name | undefined): AclRule {
  return {
    id: acl.id,
    addresses: (acl.address ?? ['0.0.0.0/0', '::/0']).map((text): AddressRange => unwrap(parseAddressRange(text))),
    ...(key ? { key } : {}),
    actions: new Set(acl.action),
    deny: acl.deny ?? false,
  };
}
