import { type Command, type OptionSpec, stringOption, usageError } from './command.ts';

const FORMATS = ['json', 'text'];
const LEVELS = ['debug', 'info', 'warn', 'error'];

const options: Readonly<Record<string, OptionSpec>> = {
  config: { type: 'string', short: 'c', value: 'FILE', help: 'the configuration file' },
  'log-format': {
    type: 'string',
    value: 'json|text',
    help: 'one JSON object a line, or plain lines (default: text on a terminal, else json)',
  },
  'log-level': { type: 'string', value: 'LEVEL', help: `${LEVELS.join(', ')} (default: info)` },
};

export const run: Command = {
  name: 'run',
  summary: 'run a node in the foreground until SIGTERM or Ctrl-C',
  arguments: '',
  options,
  example: 'zonewire run -c /etc/zonewire/zonewire.yaml',
  details:
    'SIGHUP reads the configuration and changed zone files again without dropping a query; what is broken changes nothing.\n' +
    'It logs to stdout; "ready" is logged once every zone file is served and every address answers.',
  async run(invocation) {
    const file = stringOption(invocation, 'config');
    if (file === undefined) throw usageError('run needs a configuration: zonewire run -c FILE');
    const format = choice('log-format', stringOption(invocation, 'log-format'), FORMATS);
    const level = choice('log-level', stringOption(invocation, 'log-level'), LEVELS) ?? 'info';
    const { runNode } = await import('../run/run-node.ts');
    const text = format === undefined ? process.stdout.isTTY === true : format === 'text';
    const { terminal, started } = invocation;
    return runNode({ file, log: { level, text, colours: terminal.colours }, started });
  },
};

function choice(option: string, value: string | undefined, allowed: readonly string[]): string | undefined {
  if (value === undefined || allowed.includes(value)) return value;
  throw usageError(`--${option} takes ${allowed.join(', ')}, not ${JSON.stringify(value)}`);
}
