import { loadConfig, type NodeConfig, problemText } from '../config/mod.ts';
import { count } from '../output/time.ts';
import { CommandError, EXIT } from './command.ts';

/** The configuration; otherwise the command ends with every problem of it. Warnings are not repeated here. */
export function configOrFail(file: string): NodeConfig {
  const loaded = loadConfig(file);
  if (loaded.ok) return loaded.config;
  const lines = loaded.problems.map(problemText).join('\n');
  throw new CommandError(
    EXIT.USAGE,
    'config-invalid',
    `${lines}\n${count(loaded.problems.length, 'error')} in ${file}`,
  );
}
