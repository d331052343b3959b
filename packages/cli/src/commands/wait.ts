import { setTimeout as sleep } from 'node:timers/promises';
import type { ZoneStatus } from '@zonewire/nameserver';
import { type ChangeProgress, changeId, parseChangeId, type SecondaryProgress } from '@zonewire/replicas';
import { zoneToSegment } from '../control/zone-segment.ts';
import { printable, stateStyle, styled } from '../output/terminal.ts';
import { duration } from '../output/time.ts';
import {
  ASKING_OPTIONS,
  type Command,
  CommandError,
  EXIT,
  type Invocation,
  printJson,
  stringOption,
  usageError,
  zoneArgument,
} from './command.ts';
import { type ControlClient, controlClient } from './control-client.ts';

const DEFAULT_TIMEOUT = 60;
const MAX_TIMEOUT = 86_400;
/** Seconds of one request: far below what a proxy in between cuts off. */
const ONE_REQUEST = 20;
/** Seconds of one request where a line on the terminal says how long it has been. */
const ONE_REQUEST_SHOWN = 1;

export const wait: Command = {
  name: 'wait',
  summary: 'wait until the secondaries answer with a change',
  arguments: '[ZONE]',
  options: {
    serial: { type: 'string', value: 'N', help: 'the serial to wait for (default: the one that the node serves now)' },
    change: {
      type: 'string',
      value: 'ID',
      help: 'the change to wait for, ZONE~SERIAL: changeId in answers of the API',
    },
    for: {
      type: 'string',
      value: 'all|quorum|ID',
      help: 'who has to have it: all, more than half, or a secondary or place (default: all)',
    },
    timeout: { type: 'string', value: 'SECONDS', help: `how long (default: ${DEFAULT_TIMEOUT})` },
    ...ASKING_OPTIONS,
  },
  example: 'zonewire wait example.test. --for quorum --timeout 30',
  details:
    'Ask the primary of the zone. A later serial counts as well (RFC 1982). Goes on when the node is started again meanwhile.\n' +
    'Exit code 1 when the time is over: each secondary that is missing is named, with the reason.',
  async run(invocation) {
    const timeout = secondsOf(invocation);
    const client = await controlClient(invocation);
    const id = await changeOf(invocation, client);
    const goal = stringOption(invocation, 'for') ?? 'all';
    const shown = invocation.json ? undefined : new Progress(invocation);
    const last = await until(client, { id, goal, deadline: performance.now() + timeout * 1000, shown });
    if (invocation.json) printJson(invocation, last);
    else shown?.end(last, timeout);
    return last.state === 'done' ? EXIT.FINE : EXIT.PROBLEM;
  },
};

interface Waiting {
  readonly id: string;
  readonly goal: string;
  /** On the monotonic clock, ms. */
  readonly deadline: number;
  readonly shown: Progress | undefined;
}

/** Asks again and again, each time for as long as a request may last; a node that went away may come back until the deadline. */
async function until(client: ControlClient, { id, goal, deadline, shown }: Waiting): Promise<ChangeProgress> {
  const most = shown?.live ? ONE_REQUEST_SHOWN : ONE_REQUEST;
  let last: ChangeProgress | undefined;
  for (;;) {
    const left = Math.max(0, (deadline - performance.now()) / 1000);
    // The first is only a look: who has it already is told at once.
    const seconds = shown !== undefined && last === undefined ? 0 : Math.min(left, most);
    const query = new URLSearchParams({ wait: goal, timeout: seconds.toFixed(3) });
    if (shown !== undefined && last !== undefined) query.set('more-than', String(last.answered));
    try {
      last = await client.get<ChangeProgress>(`/api/v1/changes/${encodeURIComponent(id)}?${query}`);
    } catch (error) {
      if (last === undefined || left === 0 || !comesBack(error)) throw error;
      await sleep(Math.min(500, left * 1000));
      continue;
    }
    shown?.show(last);
    if (last.state === 'done') return last;
    if (left === 0) return { ...last, state: 'timed-out' };
  }
}

/** A node that is being started again: nothing listens, or it does not know its zones yet. */
function comesBack(error: unknown): boolean {
  return error instanceof CommandError && ['control-unreachable', 'node-stopping'].includes(error.code);
}

/** One line for each secondary as it arrives; on a terminal, below them, who is still missing. */
class Progress {
  /** Whether the last line changes as time goes by. */
  readonly live: boolean;
  readonly #invocation: Invocation;
  readonly #began = performance.now();
  readonly #told = new Set<string>();
  #first = true;

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
    this.live = invocation.terminal.colours;
  }

  show(progress: ChangeProgress): void {
    const { terminal } = this.#invocation;
    this.#clearLine();
    if (this.#first) terminal.out(`${printable(whatFor(progress))}\n`);
    this.#first = false;
    for (const one of progress.secondaries.filter(({ wanted, answered }) => wanted && answered)) {
      if (this.#told.has(one.id)) continue;
      this.#told.add(one.id);
      terminal.out(`  ${printable(one.id)} ${styled(terminal, 'green', 'answered')}${howLong(one)}\n`);
    }
    if (!this.live || progress.state === 'done') return;
    const names = missingFrom(progress).map(({ id, state }) => `${id} (${state})`);
    const more = names.length > 4 ? ` and ${names.length - 4} more` : '';
    const line = `  ${duration(performance.now() - this.#began)}, missing: ${names.slice(0, 4).join(', ')}${more}`;
    terminal.out(styled(terminal, 'yellow', printable(line)));
  }

  end(progress: ChangeProgress, timeout: number): void {
    const { terminal } = this.#invocation;
    this.#clearLine();
    const { answered, needed } = progress;
    const count = `${answered} of ${progress.secondaries.filter(({ wanted }) => wanted).length}`;
    if (progress.state === 'done') {
      terminal.out(`${styled(terminal, 'green', 'done')}: ${count} have it\n`);
      return;
    }
    terminal.err(
      printable(`not done within ${timeout} s: ${count} have it, ${needed} have to; missing of ${progress.id}:`).concat(
        '\n',
      ),
    );
    for (const { id, address, state, reason, next } of missingFrom(progress)) {
      const sentences = [reason, next].filter((text) => text !== undefined && text !== '').join(' ');
      const named = styled(terminal, stateStyle(state), printable(`${id} (${address}) ${state}`));
      terminal.err(`  ${named}: ${printable(sentences)}\n`);
    }
  }

  #clearLine(): void {
    if (this.live) this.#invocation.terminal.out('\r\u001b[K');
  }
}

function whatFor({ zone, serial, wait: goal, needed, secondaries }: ChangeProgress): string {
  const all = secondaries.filter(({ wanted }) => wanted).length;
  const who = needed === all ? `all ${all}` : `${needed} of ${all}`;
  const named = goal === 'all' || goal === 'quorum' ? '' : ` (${goal})`;
  return `serial ${serial} of ${zone}: waiting for ${who}${named}`;
}

function howLong({ lagMs, serial }: SecondaryProgress): string {
  const after = lagMs === undefined ? '' : ` after ${duration(lagMs)}`;
  return `${after}${serial === undefined ? '' : ` (serial ${serial})`}`;
}

function missingFrom({ secondaries }: ChangeProgress): SecondaryProgress[] {
  return secondaries.filter(({ wanted, answered }) => wanted && !answered);
}

async function changeOf(invocation: Invocation, client: ControlClient): Promise<string> {
  const change = stringOption(invocation, 'change');
  const serial = stringOption(invocation, 'serial');
  if (change !== undefined) {
    if (invocation.positionals.length > 0 || serial !== undefined)
      throw usageError('--change names zone and serial already');
    const read = parseChangeId(change);
    if (!read.ok) throw usageError(read.error.message);
    return change;
  }
  const zone = zoneArgument(invocation);
  if (serial !== undefined) {
    const id = `${zone}~${serial}`;
    const read = parseChangeId(id);
    if (!read.ok) throw usageError(`${JSON.stringify(serial)} is not a serial: a whole number from 0 to 4294967295`);
    return id;
  }
  const status = await client.get<ZoneStatus>(`/api/v1/zones/${zoneToSegment(zone)}`);
  if (status.served !== undefined) return changeId({ zone: status.zone, serial: status.served.serial });
  const why = status.lastError === undefined ? '' : `: ${printable(status.lastError.message)}`;
  throw new CommandError(
    EXIT.PROBLEM,
    'zone-not-loaded',
    `${status.zone} is not served, so there is no serial to wait for${why}`,
  );
}

function secondsOf(invocation: Invocation): number {
  const text = stringOption(invocation, 'timeout');
  if (text === undefined) return DEFAULT_TIMEOUT;
  const seconds = /^\d+(\.\d+)?s?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (seconds <= MAX_TIMEOUT) return seconds;
  throw usageError(`--timeout takes seconds, at most ${MAX_TIMEOUT}, not ${JSON.stringify(text)}`);
}
