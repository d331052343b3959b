import type { z } from 'zod';
import { inOurWords } from './foreign-words.ts';
import { didYouMean, nearest } from './nearest.ts';
import type { ConfigProblem } from './problem.ts';
import { configSchema } from './schema.ts';
import type { ConfigSource, Path } from './source.ts';

/** What zod found, in an operator's words, each at its place in the file. */
export function explainIssue(issue: z.core.$ZodIssue, source: ConfigSource): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => source.atKey(issue.path, key, unknownKey(issue.path, key, source.value)));
  const found = valueAt(source.value, issue.path);
  const key = lastKey(issue.path);
  if (found === undefined) {
    const parent = issue.path.slice(0, -1);
    const needed = issue.message.startsWith('must') ? `; it ${issue.message}` : '';
    return [source.at(parent, `${placeWords(parent, source.value)} needs the key ${JSON.stringify(key)}${needed}`)];
  }
  return [source.at(issue.path, wrongValue(issue, key, found))];
}

function wrongValue(issue: z.core.$ZodIssue, key: string, found: unknown): string {
  if (issue.code === 'invalid_type' && issue.expected === 'object' && typeof issue.path.at(-1) === 'number')
    return `an entry of ${key} must be a map such as { ${ENTRIES[key] ?? 'id: one, …'} }, not ${describe(found)}`;
  if (issue.code === 'invalid_type' && issue.expected === 'object')
    return `${key} must be a map (lines of "key: value"), not ${describe(found)}`;
  if (!issue.message.startsWith('must')) return `${key}: ${issue.message}`;
  const fix = typeof found === 'string' && /a list/.test(issue.message) ? `; write [${JSON.stringify(found)}]` : '';
  const quotes = typeof found === 'number' && /text/.test(issue.message) ? '; put it in quotes' : '';
  return `${key} ${issue.message}, not ${describe(found)}${fix}${quotes}`;
}

/** What an entry of a list looks like. */
const ENTRIES: Readonly<Record<string, string>> = {
  zones: 'domain: example.org., file: example.org.zone',
  remotes: 'id: hub, address: ["192.0.2.1"]',
  keys: 'id: xfr.example., secret-file: ./xfr.key',
  acls: 'id: from-hub, address: [192.0.2.1], action: [notify]',
};

function unknownKey(path: Path, key: string, value: unknown): string {
  const allowed = keysAt(path);
  const where = path.length === 0 ? 'at the top level' : `in ${placeWords(path, value)}`;
  const words = inOurWords(key, allowed);
  if (words !== undefined) return `unknown key ${JSON.stringify(key)} ${where}; ${words}`;
  if (nearest(key, allowed) !== undefined)
    return `unknown key ${JSON.stringify(key)} ${where}${didYouMean(key, allowed)}`;
  const home = keysAt([]).find((section) => keysAt([section, 0]).includes(key) || keysAt([section]).includes(key));
  const hint = path.length === 0 && home ? `it belongs under "${home}"` : `allowed: ${allowed.join(', ')}`;
  return `unknown key ${JSON.stringify(key)} ${where}; ${hint}`;
}

/** `zone "example.test."`, `a remote`, `"server"`, `the configuration`. */
export function placeWords(path: Path, value: unknown): string {
  const [section, index] = path;
  if (section === undefined) return 'the configuration';
  if (index === undefined || typeof index !== 'number') return JSON.stringify(String(section));
  const kind = String(section).replace(/s$/, '');
  const entry = valueAt(value, [section, index]) as { id?: unknown; domain?: unknown } | undefined;
  const label = entry?.domain ?? entry?.id;
  if (typeof label === 'string') return `${kind} ${JSON.stringify(label)}`;
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

/** The keys that the schema has at `path`; none when there is no map. */
function keysAt(path: Path): string[] {
  let schema: unknown = configSchema;
  for (const step of path) {
    const inner = unwrap(schema);
    if ('shape' in inner) schema = (inner.shape as Record<PropertyKey, unknown>)[step];
    else if ('element' in inner && typeof step === 'number') schema = inner.element;
    else return [];
    if (schema === undefined) return [];
  }
  const at = unwrap(schema);
  return 'shape' in at ? Object.keys(at.shape as object) : [];
}

/** Without `optional()` and `default()` around it. */
function unwrap(schema: unknown): Record<string, unknown> {
  let inner = schema as { def?: { innerType?: unknown } };
  while (inner.def?.innerType !== undefined) inner = inner.def.innerType as typeof inner;
  return inner as Record<string, unknown>;
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) at = (at as Record<PropertyKey, unknown> | null | undefined)?.[step];
  return at;
}

/** The key an operator wrote: list positions are left out. */
function lastKey(path: Path): string {
  return String(path.findLast((step) => typeof step === 'string') ?? 'the configuration');
}

function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'number') return `the number ${value}`;
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text;
}
