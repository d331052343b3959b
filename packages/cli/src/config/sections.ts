import type { Path } from './source.ts';

/**
 * The file's lists as they stand, whatever is wrong with their entries: the rules that look across the file run on this,
 * so that an operator sees a missing id in the same run as a misspelt key.
 */
export interface Entry {
  readonly path: Path;
  readonly value: Readonly<Record<string, unknown>>;
}

export type SectionName = 'keys' | 'remotes' | 'acls' | 'templates' | 'zones' | 'webhooks';

export function isMapValue(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of lists that were asked for already: each rule asks, and there may be thousands of zones. */
const ENTRIES = new WeakMap<
  readonly unknown[],
  { readonly section: SectionName; readonly entries: readonly Entry[] }
>();

/** The entries of a list section that are maps. */
export function entriesOf(root: unknown, section: SectionName): readonly Entry[] {
  const list = isMapValue(root) ? root[section] : undefined;
  if (!Array.isArray(list)) return [];
  const known = ENTRIES.get(list);
  // An alias of YAML may make one list two sections.
  if (known?.section === section) return known.entries;
  const entries: Entry[] = [];
  for (const [index, value] of list.entries()) if (isMapValue(value)) entries.push({ path: [section, index], value });
  ENTRIES.set(list, { section, entries });
  return entries;
}

/** The texts of a list value with their paths. */
export function textsOf(entry: Entry, key: string): { text: string; path: Path }[] {
  const list = entry.value[key];
  if (!Array.isArray(list)) return [];
  return list.flatMap((text, index) =>
    typeof text === 'string' ? [{ text, path: [...entry.path, key, index] as Path }] : [],
  );
}

/** Key names are domain names: case and a missing final dot make no difference. Other ids are compared as they stand. */
export function keyId(id: string): string {
  const lower = id.toLowerCase();
  return lower.endsWith('.') ? lower : `${lower}.`;
}

const DEFAULT_TEMPLATE = 'default';

/** The zone with its template below it. A zone that says `file` does not take `primary` from the template, nor the reverse. */
export function withTemplate<Z extends Readonly<Record<string, unknown>>>(
  zone: Z,
  templates: readonly Readonly<Record<string, unknown>>[],
): Z {
  const wanted = zone.template ?? DEFAULT_TEMPLATE;
  const template = templates.find((candidate) => candidate.id === wanted);
  if (!template) return zone;
  const { id: _, file, primary, ...rest } = template;
  const role = {
    ...(file !== undefined && zone.primary === undefined ? { file } : {}),
    ...(primary !== undefined && zone.file === undefined ? { primary } : {}),
  };
  return { ...rest, ...role, ...zone };
}
