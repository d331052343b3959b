import type { LoadedConfig } from '../config/mod.ts';
import { problemText } from '../config/problem.ts';
import { styled } from '../output/terminal.ts';
import { count } from '../output/time.ts';
import { type Command, EXIT, type Invocation, OUTPUT_OPTION, printJson, stringOption, usageError } from './command.ts';

export const configCheck: Command = {
  name: 'config check',
  summary: 'check a configuration file without starting anything',
  arguments: '[FILE]',
  options: { config: { type: 'string', short: 'c', value: 'FILE', help: 'the configuration file' }, ...OUTPUT_OPTION },
  example: 'zonewire config check /etc/zonewire/zonewire.yaml',
  details: 'Every error is printed with file:line:column. Secret files are read; zone files are not (see: zone check).',
  async run(invocation) {
    const file = invocation.positionals[0] ?? stringOption(invocation, 'config');
    if (file === undefined) throw usageError('which file? zonewire config check FILE');
    const { loadConfig } = await import('../config/mod.ts');
    const loaded = loadConfig(file);
    if (invocation.json) printJson(invocation, asJson(file, loaded));
    else printResult(invocation, file, loaded);
    return loaded.ok ? EXIT.FINE : EXIT.USAGE;
  },
};

function asJson(file: string, loaded: LoadedConfig): object {
  return loaded.ok
    ? { file, ok: true, problems: [], warnings: loaded.warnings }
    : { file, ok: false, problems: loaded.problems, warnings: [] };
}

function printResult({ terminal }: Invocation, file: string, loaded: LoadedConfig): void {
  if (!loaded.ok) {
    for (const problem of loaded.problems)
      terminal.err(`${styled(terminal, 'red', 'error')} ${problemText(problem)}\n`);
    terminal.err(`${file}: ${count(loaded.problems.length, 'error')}\n`);
    return;
  }
  for (const warning of loaded.warnings)
    terminal.err(`${styled(terminal, 'yellow', 'warning')} ${problemText(warning)}\n`);
  const primary = loaded.config.zones.filter((zone) => zone.file !== undefined).length;
  const zones = `${count(loaded.config.zones.length, 'zone')} (${primary} primary, ${loaded.config.zones.length - primary} secondary)`;
  terminal.out(`${file}: fine: ${zones}, ${count(loaded.config.keys.length, 'key')}\n`);
}

export const configSchemaCommand: Command = {
  name: 'config schema',
  summary: 'print the JSON schema of the configuration file, for editors',
  arguments: '',
  options: {},
  example: 'zonewire config schema > zonewire.schema.json',
  details:
    'In an editor with a YAML language server, put this first into the file:\n# yaml-language-server: $schema=./zonewire.schema.json',
  async run(invocation) {
    const { configJsonSchema } = await import('../config/schema.ts');
    printJson(invocation, configJsonSchema());
    return EXIT.FINE;
  },
};
