import { parseArgs } from 'node:util';
import { CLIENT_OPTIONS, type Command, CommandError, EXIT, OUTPUT_OPTION, usageError } from './commands/command.ts';
import { commandHelp, overview } from './commands/help.ts';
import { COMMANDS } from './commands/registry.ts';
import { nearest } from './config/nearest.ts';
import { processTerminal, type Terminal } from './output/terminal.ts';

export { silenceExperiments } from './warnings.ts';

export interface World {
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  now(): number;
  /** Called when a node runs: its start is over, but for zones that are many. */
  readonly started?: (() => void) | undefined;
}

/** The `zonewire` command. Gives its exit code; prints everything itself. */
export async function main(args: readonly string[], given: Partial<World> = {}): Promise<number> {
  const world: World = { ...processWorld(), ...given };
  const { terminal } = world;
  let json = false;
  try {
    if (args.length === 0 || args[0] === 'help' || args[0] === '--help' || args[0] === '-h') {
      const command = args[0] === 'help' ? findCommand(args.slice(1))?.command : undefined;
      terminal.out(command ? commandHelp(command) : overview(COMMANDS));
      return args.length === 0 ? EXIT.USAGE : EXIT.FINE;
    }
    if (args[0] === '--version') {
      terminal.out(`zonewire ${(await import('./version.ts')).VERSION}\n`);
      return EXIT.FINE;
    }
    const ordered = commandFirst(args);
    const found = findCommand(ordered);
    if (!found) return unknownCommand(ordered, terminal);
    const { command, rest } = found;
    json = asksForJson(rest);
    const { values, positionals } = parse(command, rest);
    if (values.help === true) {
      terminal.out(commandHelp(command));
      return EXIT.FINE;
    }
    if (values.output !== undefined && values.output !== 'json' && values.output !== 'text')
      throw usageError(`-o takes text or json, not ${JSON.stringify(values.output)}`);
    json = values.output === 'json';
    const { environment, now, started } = world;
    return await command.run({ positionals, options: values, environment, terminal, json, now, started });
  } catch (error) {
    return failed(error, terminal, json);
  }
}

function failed(error: unknown, terminal: Terminal, json: boolean): number {
  if (!(error instanceof CommandError)) {
    terminal.err(`zonewire: internal error, please report it: ${(error as Error).stack ?? error}\n`);
    return EXIT.PROBLEM;
  }
  if (json) terminal.err(`${JSON.stringify({ error: { code: error.code, message: error.message } }, null, 2)}\n`);
  else terminal.err(error.message.includes('\n') ? `${error.message}\n` : `zonewire: ${error.message}\n`);
  return error.exitCode;
}

/** Before the arguments are parsed: what is wrong with them is to be told as JSON as well. */
function asksForJson(args: readonly string[]): boolean {
  return args.some(
    (arg, i) => arg === '-ojson' || arg === '--output=json' || (arg === 'json' && /^(-o|--output)$/.test(args[i - 1])),
  );
}

/** Options may stand before the command as well: `zonewire -o json lag`. */
function commandFirst(args: readonly string[]): readonly string[] {
  let words = 0;
  while (args[words]?.startsWith('-')) words += takesValue(args[words]) ? 2 : 1;
  return [...args.slice(words), ...args.slice(0, words)];
}

function takesValue(option: string): boolean {
  const known = Object.entries({ ...CLIENT_OPTIONS, ...OUTPUT_OPTION });
  return known.some(
    ([name, { type, short }]) => type === 'string' && (option === `--${name}` || option === `-${short}`),
  );
}

/** Commands have one or two words: `lag`, `zone status`. */
function findCommand(args: readonly string[]): { command: Command; rest: readonly string[] } | undefined {
  for (const words of [2, 1]) {
    const command = COMMANDS.find(({ name }) => name === args.slice(0, words).join(' '));
    if (command) return { command, rest: args.slice(words) };
  }
  return undefined;
}

function parse(command: Command, rest: readonly string[]) {
  const options = { ...command.options, help: { type: 'boolean' as const, short: 'h', help: '' } };
  const hint = `; see: zonewire ${command.name} --help`;
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...rest], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw usageError(
      `${(error as Error).message.replace(/\. To specify a positional.*/, '').replace(/\.$/, '')}${hint}`,
    );
  }
  const allowed = command.arguments === '' ? 0 : command.arguments.split(' ').length;
  if (parsed.positionals.length > allowed)
    throw usageError(`${JSON.stringify(parsed.positionals[allowed])} is one argument too many${hint}`);
  return { values: parsed.values as Record<string, string | boolean | undefined>, positionals: parsed.positionals };
}

function unknownCommand(args: readonly string[], terminal: Terminal): number {
  const group = COMMANDS.filter(({ name }) => name.startsWith(`${args[0]} `));
  if (group.length > 0 && (args[1] === undefined || args[1].startsWith('-'))) {
    terminal.out(overview(group));
    return args[1] === '--help' || args[1] === '-h' ? EXIT.FINE : EXIT.USAGE;
  }
  const said = args.slice(0, group.length > 0 ? 2 : 1).join(' ');
  const near =
    nearest(
      args.slice(0, 2).join(' '),
      COMMANDS.map(({ name }) => name),
    ) ??
    nearest(
      said,
      COMMANDS.map(({ name }) => name),
    );
  terminal.err(
    `zonewire: there is no command ${JSON.stringify(said)}${near ? `; did you mean "${near}"?` : ''} (zonewire --help)\n`,
  );
  return EXIT.USAGE;
}

function processWorld(): World {
  return { terminal: processTerminal(), environment: process.env, now: () => Date.now() };
}
