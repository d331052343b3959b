import { domainToASCII } from 'node:url';
import { parseAddressRange } from '@zonewire/nameserver';
import { fail, type Name, nameFromText, nameKey, nameToText, type Result } from '@zonewire/shared-protocol';
import { hostPortText, isLoopback, parseHostPort } from './addresses.ts';
import { placeWords } from './explain.ts';
import { didYouMean } from './nearest.ts';
import type { ConfigProblem } from './problem.ts';
import { parseDuration } from './quantities.ts';
import { type Entry, entriesOf, isMapValue, keyId, type SectionName, textsOf, withTemplate } from './sections.ts';
import type { ConfigSource, Path } from './source.ts';
import { checkWebhooks } from './webhooks.ts';

/** The rules that look across the file: ids, references, what belongs together. Shapes of single values are schema.ts's. */
export function checkRules(source: ConfigSource): ConfigProblem[] {
  const root = source.value;
  return [
    ...checkVersionLimits(source, root),
    ...checkListen(source, root),
    ...checkControl(source, root),
    ...checkRedis(source, root),
    ...checkDelegation(source, root),
    ...checkIds(source, root),
    ...checkReferences(source, root),
    ...checkKeys(source, root),
    ...checkAcls(source, root),
    ...checkZones(source, root),
    ...checkWebhooks(source, root),
  ];
}

/** What the format has and this version does not do: said, never silently ignored. */
function checkVersionLimits(source: ConfigSource, root: unknown): ConfigProblem[] {
  if (!isMapValue(root)) return [];
  const problems: ConfigProblem[] = [];
  const server = isMapValue(root.server) ? root.server : {};
  if (Array.isArray(server['tls-listen']) && server['tls-listen'].length > 0)
    problems.push(
      source.atKey(['server'], 'tls-listen', 'tls-listen is not available in this version; leave it out or empty'),
    );
  return problems;
}

/** One address for two things: the second finds it taken, by this very program. */
function checkListen(source: ConfigSource, root: unknown): ConfigProblem[] {
  if (!isMapValue(root) || !isMapValue(root.server) || !Array.isArray(root.server.listen)) return [];
  const first = new Map<string, string>();
  const taken = (text: unknown, path: Path, defaultPort?: number): ConfigProblem[] => {
    const address = typeof text === 'string' ? parseHostPort(text, { defaultPort, allowPortZero: true }) : undefined;
    if (!address?.ok || address.value.port === 0) return [];
    const own = hostPortText(address.value);
    const before = first.get(own);
    if (before !== undefined)
      return [source.at(path, `${own} stands there already, in ${before}; give each its own port`)];
    first.set(own, path.slice(0, 2).join('.'));
    return [];
  };
  const listen = root.server.listen.flatMap((text, index) => taken(text, ['server', 'listen', index], 53));
  const control = isMapValue(root.control) ? root.control.listen : undefined;
  return [...listen, ...taken(control, ['control', 'listen'])];
}

function checkControl(source: ConfigSource, root: unknown): ConfigProblem[] {
  const control = isMapValue(root) ? root.control : undefined;
  if (!isMapValue(control)) return [];
  if (control.token !== undefined && control['token-file'] !== undefined)
    return [source.atKey(['control'], 'token', 'control has both token and token-file; keep one')];
  const address = typeof control.listen === 'string' ? parseHostPort(control.listen) : undefined;
  const open = address?.ok && !isLoopback(address.value.host);
  if (!open || control.token !== undefined || control['token-file'] !== undefined) return [];
  return [
    source.at(
      ['control', 'listen'],
      'control listens beyond loopback, so it needs a token: add token-file, or listen on 127.0.0.1',
    ),
  ];
}

function checkRedis(source: ConfigSource, root: unknown): ConfigProblem[] {
  const redis = isMapValue(root) ? root.redis : undefined;
  if (!isMapValue(redis) || typeof redis.url !== 'string' || redis['password-file'] === undefined) return [];
  if (!URL.canParse(redis.url) || new URL(redis.url).password === '') return [];
  return [source.atKey(['redis'], 'url', 'redis has a password in its url and a password-file; keep the file')];
}

function checkDelegation(source: ConfigSource, root: unknown): ConfigProblem[] {
  const delegation = isMapValue(root) ? root.delegation : undefined;
  if (!isMapValue(delegation)) return [];
  const names = (key: string) => Array.isArray(delegation[key]) && (delegation[key] as unknown[]).length > 0;
  if (names('resolver') || names('parents')) return [];
  const advice = 'delegation needs somebody to ask: add resolver: ["192.0.2.53"], or parents with their addresses';
  return [source.at(['delegation'], advice)];
}

function checkIds(source: ConfigSource, root: unknown): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const section of ['keys', 'remotes', 'acls', 'templates'] as const) {
    const first = new Map<string, Entry>();
    for (const entry of entriesOf(root, section)) {
      if (typeof entry.value.id !== 'string') continue;
      const id = section === 'keys' ? keyId(entry.value.id) : entry.value.id;
      const before = first.get(id);
      if (before) problems.push(twice(source, [...entry.path, 'id'], `the id ${JSON.stringify(id)}`, before));
      else first.set(id, entry);
    }
  }
  return problems;
}

function twice(source: ConfigSource, path: Path, what: string, before: Entry): ConfigProblem {
  const { line } = source.at(before.path, '');
  return source.at(path, `${what} is there twice in ${String(before.path[0])}; the first is at line ${line}`);
}

/** Which keys hold ids of which section. */
const REFERENCES: readonly { from: SectionName; key: string; to: SectionName }[] = [
  { from: 'remotes', key: 'key', to: 'keys' },
  { from: 'acls', key: 'key', to: 'keys' },
  { from: 'zones', key: 'template', to: 'templates' },
  ...(['templates', 'zones'] as const).flatMap((from) => [
    { from, key: 'primary', to: 'remotes' as const },
    { from, key: 'notify', to: 'remotes' as const },
    { from, key: 'acl', to: 'acls' as const },
  ]),
];

function checkReferences(source: ConfigSource, root: unknown): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const known = new Map<SectionName, Set<string>>();
  for (const { from, key, to } of REFERENCES) {
    const same = to === 'keys' ? keyId : (id: string) => id;
    if (!known.has(to)) known.set(to, new Set(entriesOf(root, to).map((entry) => same(String(entry.value.id)))));
    const ids = known.get(to)!;
    for (const entry of entriesOf(root, from)) {
      const value = entry.value[key];
      // Nearly all of them are right.
      if (value === undefined || (Array.isArray(value) && value.every((id) => ids.has(same(String(id)))))) continue;
      const uses = typeof value === 'string' ? [{ text: value, path: [...entry.path, key] }] : textsOf(entry, key);
      for (const { text, path } of uses) {
        if (ids.has(same(text))) continue;
        const near = didYouMean(text, ids);
        const isAddress = to === 'remotes' && parseHostPort(text, { defaultPort: 53 }).ok;
        const hint = isAddress
          ? `; an address belongs there, such as { id: hub, address: [${JSON.stringify(text)}] }, and its id here`
          : near || (ids.size === 0 ? `; there are no ${to} yet` : `; there are: ${[...ids].join(', ')}`);
        problems.push(source.at(path, `${key} ${JSON.stringify(text)} is not among the ${to}${hint}`));
      }
    }
  }
  return problems;
}

function checkKeys(source: ConfigSource, root: unknown): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const { path, value } of entriesOf(root, 'keys')) {
    const words = placeWords(path, root);
    if (typeof value.id === 'string') {
      const name = nameFromText(value.id);
      if (!name.ok)
        problems.push(source.at([...path, 'id'], `the id of a key is a domain name: ${name.error.message}`));
    }
    if (value.secret !== undefined && value['secret-file'] !== undefined)
      problems.push(source.atKey(path, 'secret', `${words} has both secret and secret-file; keep one`));
    if (value.secret === undefined && value['secret-file'] === undefined)
      problems.push(source.at(path, `${words} needs a secret-file (or a secret); make one with: zonewire key new`));
  }
  return problems;
}

function checkAcls(source: ConfigSource, root: unknown): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const entry of entriesOf(root, 'acls')) {
    const { path, value } = entry;
    for (const { text, path: at } of textsOf(entry, 'address')) {
      const range = parseAddressRange(text);
      if (!range.ok) problems.push(source.at(at, range.error.message));
    }
    if (value.address === undefined && value.key === undefined && value.deny !== true)
      problems.push(
        source.at(
          path,
          `${placeWords(path, root)} would let in everybody: add a key or addresses (0.0.0.0/0 and ::/0 if you mean it)`,
        ),
      );
  }
  return problems;
}

function checkZones(source: ConfigSource, root: unknown): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const templates = entriesOf(root, 'templates').map((entry) => entry.value);
  const first = new Map<string, Entry>();
  for (const entry of entriesOf(root, 'zones')) {
    const { path } = entry;
    if (typeof entry.value.domain === 'string') {
      const name = zoneName(entry.value.domain);
      if (!name.ok) problems.push(source.at([...path, 'domain'], name.error.message));
      else {
        const before = first.get(nameKey(name.value));
        const words = `the zone ${nameToText(name.value)}`;
        if (before) problems.push(twice(source, [...path, 'domain'], words, before));
        else first.set(nameKey(name.value), entry);
      }
    }
    const zone = withTemplate(entry.value, templates);
    problems.push(...checkRole(source, entry, zone, root), ...checkIntervals(source, entry, zone, root));
  }
  return problems;
}

/** Zone names are ASCII here: what an editor shows as one character may be several octets on the wire. */
function zoneName(text: string): Result<Name> {
  if (/^[\x21-\x7e]*$/.test(text)) return nameFromText(text);
  const ascii = domainToASCII(text);
  const advice = ascii ? `write ${JSON.stringify(ascii)}` : 'write it in its A-label form (xn--…)';
  return fail('config-name-not-ascii', `the name ${JSON.stringify(text)} is not in ASCII; ${advice}`);
}

function checkRole(source: ConfigSource, entry: Entry, zone: Entry['value'], root: unknown): ConfigProblem[] {
  const words = () => placeWords(entry.path, root);
  const has = (key: string) => zone[key] !== undefined;
  if (has('file') && has('primary')) {
    const key = entry.value.primary !== undefined ? 'primary' : 'file';
    return [
      source.atKey(
        entry.path,
        key,
        `${words()} has both file (this node is primary) and primary (this node is secondary); keep one`,
      ),
    ];
  }
  if (!has('file') && !has('primary'))
    return [
      source.at(
        entry.path,
        `${words()} needs either file (this node is primary) or primary (remotes to transfer it from)`,
      ),
    ];
  if (Array.isArray(zone.primary) && zone.primary.length === 0)
    return [source.at([...entry.path, 'primary'], `${words()} has no primary to transfer it from; name a remote`)];
  return [];
}

const TIMERS = ['refresh', 'retry'];

function checkIntervals(source: ConfigSource, entry: Entry, zone: Entry['value'], root: unknown): ConfigProblem[] {
  const seconds = (key: string) => {
    const value = zone[key];
    const parsed = typeof value === 'string' || typeof value === 'number' ? parseDuration(value) : undefined;
    return parsed?.ok ? parsed.value : undefined;
  };
  return TIMERS.flatMap((timer) => {
    const least = seconds(`${timer}-min-interval`);
    const most = seconds(`${timer}-max-interval`);
    if (least === undefined || most === undefined || least <= most) return [];
    const at = source.at([...entry.path, `${timer}-min-interval`], '');
    return [
      {
        ...at,
        message: `${placeWords(entry.path, root)}: ${timer}-min-interval (${least} s) is more than ${timer}-max-interval (${most} s)`,
      },
    ];
  });
}
