import type { Terminal } from '../output/terminal.ts';

/** Exit codes of every command. */
export const EXIT = { FINE: 0, PROBLEM: 1, USAGE: 2 } as const;

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** How the value is called in the help: `URL`. */
  readonly value?: string;
  readonly help: string;
}

export interface Command {
  /** `zone status` */
  readonly name: string;
  readonly summary: string;
  /** Positional arguments as in the help: `ZONE`, `[ZONE]`. */
  readonly arguments: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly example: string;
  /** More for `--help`: what is not plain from the summary. */
  readonly details?: string;
  run(invocation: Invocation): Promise<number>;
}

export interface Invocation {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly json: boolean;
  now(): number;
  readonly started?: (() => void) | undefined;
}

/** Ends a command with a line on stderr. */
export class CommandError extends Error {
  readonly exitCode: number;
  readonly code: string;

  constructor(exitCode: number, code: string, message: string) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
    this.code = code;
  }
}

export function usageError(message: string): CommandError {
  return new CommandError(EXIT.USAGE, 'usage', message);
}

export const CLIENT_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  control: {
    type: 'string',
    value: 'URL',
    help: "control API of the node (default: ZONEWIRE_CONTROL, or -c's, or http://127.0.0.1:8053)",
  },
  token: { type: 'string', value: 'TOKEN', help: 'its token (default: ZONEWIRE_TOKEN)' },
  config: {
    type: 'string',
    short: 'c',
    value: 'FILE',
    help: 'configuration file of the node, to take its control address and token from',
  },
};

export const OUTPUT_OPTION: Readonly<Record<string, OptionSpec>> = {
  output: { type: 'string', short: 'o', value: 'text|json', help: 'how to print (default: text)' },
};

/** Of a command that asks a node and prints its answer. */
export const ASKING_OPTIONS: Readonly<Record<string, OptionSpec>> = { ...CLIENT_OPTIONS, ...OUTPUT_OPTION };

/** The first argument. @throws CommandError without one */
export function zoneArgument({ positionals }: Invocation): string {
  if (positionals.length === 0) throw usageError('which zone? (zonewire zone list shows them)');
  return positionals[0];
}

export function stringOption(invocation: Invocation, name: string): string | undefined {
  const value = invocation.options[name];
  return typeof value === 'string' ? value : undefined;
}

export function printJson({ terminal }: Invocation, value: unknown): void {
  terminal.out(`${JSON.stringify(value, null, 2)}\n`);
}
