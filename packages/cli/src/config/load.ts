import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildConfig } from './build.ts';
import { explainIssue } from './explain.ts';
import type { NodeConfig } from './node-config.ts';
import type { ConfigProblem } from './problem.ts';
import { checkRules } from './rules.ts';
import { configSchema } from './schema.ts';
import { readSecrets } from './secret-files.ts';
import { type ConfigFiles, fileTrouble } from './secrets.ts';
import { readSource } from './source.ts';
import { findWarnings } from './warnings.ts';

export type LoadedConfig =
  | { readonly ok: true; readonly config: NodeConfig; readonly warnings: readonly ConfigProblem[] }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

const diskFiles: ConfigFiles = {
  readText: (path) => readFileSync(path, 'utf8'),
  mode: (path) => statSync(path).mode & 0o777,
};

/**
 * Reads a configuration file and the secrets it refers to (zone files are not opened). Gives a configuration that holds
 * together, or every problem found, in the order of the file. Problems name the file as `file` was given.
 */
export function loadConfig(file: string, files: ConfigFiles = diskFiles): LoadedConfig {
  let text: string;
  try {
    text = files.readText(resolve(file));
  } catch (error) {
    const message = `cannot read the configuration: ${fileTrouble(error)}`;
    return { ok: false, problems: [{ file, line: 0, column: 0, message }] };
  }
  const source = readSource(text, file);
  if (source.problems.length > 0) return refused(source.problems);
  if (source.value === null || source.value === undefined)
    return refused([source.at([], 'the configuration is empty; it needs at least the section "server"')]);
  const parsed = configSchema.safeParse(source.value);
  const secrets = readSecrets(source, files);
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => explainIssue(issue, source))),
    ...checkRules(source),
    ...secrets.problems,
  ];
  if (!parsed.success || problems.length > 0) return refused(problems);
  const config = buildConfig(parsed.data, file, secrets);
  return { ok: true, config, warnings: [...secrets.warnings, ...findWarnings(config, source)].sort(byPlace) };
}

function refused(problems: readonly ConfigProblem[]): LoadedConfig {
  const seen = new Set<string>();
  const once = problems.filter((problem) => {
    const key = JSON.stringify(problem);
    return !seen.has(key) && seen.add(key);
  });
  return { ok: false, problems: once.sort(byPlace) };
}

function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return a.line - b.line || a.column - b.column;
}
