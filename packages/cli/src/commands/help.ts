import { table } from '../output/terminal.ts';
import type { Command } from './command.ts';

/** All commands, one line each. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map((command) => [`  zonewire ${usage(command)}`, command.summary]);
  return `Zonewire: DNS zone replication, and the truth about how far behind each secondary is.

${table(rows)}
Details of a command: zonewire COMMAND --help. Output for programs: -o json.
Exit codes: 0 fine, 1 found a problem, 2 wrong usage or configuration.
Environment: ZONEWIRE_CONTROL (URL of the control API), ZONEWIRE_TOKEN.
`;
}

export function commandHelp(command: Command): string {
  const options = Object.entries(command.options).map(([name, { short, value, help }]) => [
    `  ${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`,
    help,
  ]);
  return `zonewire ${usage(command)}

${command.summary[0].toUpperCase()}${command.summary.slice(1)}.
${command.details ? `${command.details}\n` : ''}${options.length > 0 ? `\nOptions:\n${table(options)}` : ''}
Example:
  ${command.example}
`;
}

function usage({ name, arguments: positionals }: Command): string {
  return positionals === '' ? name : `${name} ${positionals}`;
}
