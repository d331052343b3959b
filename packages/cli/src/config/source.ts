import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { ConfigProblem } from './problem.ts';

export type Path = readonly PropertyKey[];

/** A YAML text as a plain value, and where each part of it stands. */
export interface ConfigSource {
  readonly file: string;
  readonly value: unknown;
  /** Refusals of the YAML itself; when there are any, `value` is not to be used. */
  readonly problems: readonly ConfigProblem[];
  /** The problem at the value of `path`, or at the nearest part around it that exists. */
  at(path: Path, message: string): ConfigProblem;
  /** The problem at the key `key` of the map at `path`. */
  atKey(path: Path, key: string, message: string): ConfigProblem;
}

/**
 * Reads YAML 1.2 (so JSON too). `file` only names it in problems. JSON is read twenty times as fast, which is a second for 10,000 zones:
 * where its parts stand is found out when there is something to be said of them.
 */
export function readSource(text: string, file: string): ConfigSource {
  const json = readJson(text);
  let read: ConfigSource | undefined;
  const yaml = () => {
    read ??= readYaml(text, file);
    return read;
  };
  if (json === undefined) return yaml();
  return {
    file,
    value: json,
    problems: [],
    at: (path, message) => yaml().at(path, message),
    atKey: (path, key, message) => yaml().atKey(path, key, message),
  };
}

function readYaml(text: string, file: string): ConfigSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2', logLevel: 'error' });
  const problem = (offset: number, message: string): ConfigProblem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), message };
  };
  const problems = document.errors.map((error) => problem(error.pos[0], `not valid YAML: ${yamlWords(error.message)}`));
  const offsetOf = (node: unknown) => (node as Node | null)?.range?.[0] ?? 0;

  const find = (path: Path): { node: unknown; depth: number } => {
    let node: unknown = document.contents;
    let depth = 0;
    for (const step of path) {
      const next = isMap(node) || isSeq(node) ? node.get(step, true) : undefined;
      if (next === undefined || next === null) break;
      node = next;
      depth++;
    }
    return { node, depth };
  };

  const source: ConfigSource = {
    file,
    value: problems.length > 0 ? undefined : plainValue(document, problems, problem),
    problems,
    at: (path, message) => problem(offsetOf(find(path).node), message),
    atKey(path, key, message) {
      const { node } = find(path);
      const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
      return problem(offsetOf(pair?.key ?? node), message);
    },
  };
  return source;
}

/** Aliases are allowed; a few lines that unfold into millions of nodes are not (yaml counts them). */
function plainValue(
  document: ReturnType<typeof parseDocument>,
  problems: ConfigProblem[],
  problem: (offset: number, message: string) => ConfigProblem,
): unknown {
  try {
    return document.toJS();
  } catch (error) {
    problems.push(problem(0, `not valid YAML: ${yamlWords((error as Error).message)}`));
    return undefined;
  }
}

function yamlWords(message: string): string {
  const first = message.split('\n')[0].replace(/:$/, '');
  if (/^Map keys must be unique/.test(first)) return 'this key stands twice in the same map; keep one of them';
  if (/^Implicit keys need to be on a single line|^Implicit map keys need to be followed/.test(first))
    return 'a line that should begin "key: value" does not; is a space missing after a colon?';
  if (
    /^Sequence item without - indicator|^All mapping items must start at the same column|^All sequence items must start/.test(
      first,
    )
  )
    return 'this line is not indented like the others of its list or map; the keys of one entry begin in the same column';
  if (/^Missing closing/.test(first)) return 'a closing quote is missing; it may belong many lines above';
  if (/tab/i.test(first)) return `${first} (indent with spaces)`;
  return first;
}

/** The value of a JSON text in which no key stands twice in a map; undefined: YAML has to say what it is. */
function readJson(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return keysIn(value) === colonsOutsideStrings(text) ? value : undefined;
  } catch {
    return undefined;
  }
}

function keysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const parts: unknown[] = Object.values(value);
  return parts.reduce((sum: number, part) => sum + keysIn(part), Array.isArray(value) ? 0 : parts.length);
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** Of a text that is JSON: one for each key that is written. */
function colonsOutsideStrings(text: string): number {
  let colons = 0;
  let isString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) isString = !isString;
    else if (isString && c === BACKSLASH) i++;
    else if (!isString && c === COLON) colons++;
  }
  return colons;
}
