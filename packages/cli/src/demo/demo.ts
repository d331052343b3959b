// `npm start`: a primary and two secondaries as three processes on loopback. `--once` changes a record and measures its way.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, styleText } from 'node:util';
import { type NotReady, untilAnswering, untilReady } from './answers.ts';
import { type DemoNode, NODES, ZONES } from './layout.ts';
import { type NodeEnd, NodeProcess } from './node-process.ts';
import { changeOnce } from './once.ts';
import { takenPorts } from './ports.ts';
import { prepareData } from './prepare.ts';
import { HELP, introduction } from './words.ts';

/** The root zone has 20,000 records; a slow machine gets this long for everything. */
const READY_MS = 60_000;
const SAME_SIGNAL_MS = 300;
/** A killed node stays away long enough to be missed by `zonewire lag`. */
const RESTART_MS = 10_000;

class Demo {
  readonly #processes = new Map<string, NodeProcess>();
  readonly #quiet: boolean;
  /** Resolves with the exit code once the demo is to end. */
  readonly ended: Promise<number>;
  #end: (code: number) => void = () => {};
  #ending = false;
  #ready = false;

  constructor(options: { quiet: boolean }) {
    this.#quiet = options.quiet;
    this.ended = new Promise((resolve) => {
      this.#end = (code) => {
        this.#ending = true;
        resolve(code);
      };
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.#end(0));
  }

  /** Starts everything and waits until all nodes answer for all zones. */
  async start(): Promise<boolean> {
    const ended = () => this.#ending;
    const [primary, ...secondaries] = NODES;
    this.#startNode(primary);
    // Secondaries that start first only complain that there is nobody to ask.
    await untilAnswering(primary, READY_MS, ended);
    if (!this.#ending) for (const node of secondaries) this.#startNode(node);
    const missing = await untilReady(READY_MS, ended);
    if (this.#ending) return false;
    if (missing.length > 0) {
      say(`not ready after ${READY_MS / 1000} s: ${missing.map(missingWords).join(', ')}; try: npm start -- --fresh`);
      this.#end(1);
      return false;
    }
    this.#ready = true;
    return true;
  }

  introduction(): string {
    return introduction(NODES.map(({ id }) => this.#processes.get(id)!));
  }

  async stop(): Promise<void> {
    this.#ending = true;
    await Promise.all([...this.#processes.values()].map((process) => process.stop()));
  }

  #startNode(node: DemoNode): void {
    /** What was not shown, for the case that it ends. */
    const unseen: string[] = [];
    const process = new NodeProcess(node, {
      onLine: (line) => {
        if (!this.#quiet || / (warn |error) /.test(line)) say(line, node.id);
        else unseen.push(line);
        if (unseen.length > 20) unseen.shift();
      },
      onEnd: (end) => this.#nodeEnded(node, end, unseen),
    });
    this.#processes.set(node.id, process);
  }

  async #nodeEnded(node: DemoNode, end: NodeEnd, lines: readonly string[]): Promise<void> {
    // Ctrl-C goes to all processes at once, and a node may be quicker than this one.
    await sleep(SAME_SIGNAL_MS);
    if (this.#ending) return;
    if (!this.#ready || !end.killed) {
      for (const line of lines) say(line, node.id);
      say(`${node.id} ${end.words}; stopping the demo`);
      this.#end(1);
      return;
    }
    say(`${node.id} ${end.words}; it is started again in ${RESTART_MS / 1000} s, the others go on`);
    sleep(RESTART_MS).then(() => {
      if (!this.#ending) this.#startNode(node);
    });
  }
}

function missingWords({ node, zone, serial }: NotReady): string {
  return `${node} ${serial === undefined ? 'does not answer for' : `is at serial ${serial} of`} ${zone}`;
}

function say(line: string, from = 'demo'): void {
  const label = from.padEnd(7);
  const coloured = process.stdout.isTTY ? styleText('cyan', label) : label;
  process.stdout.write(`${coloured} | ${line}\n`);
}

async function main(): Promise<number> {
  let options: { once?: boolean; fresh?: boolean; help?: boolean };
  try {
    const spec = {
      once: { type: 'boolean' },
      fresh: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    options = parseArgs({ options: spec }).values;
  } catch (error) {
    process.stderr.write(`demo: ${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const taken = await takenPorts(NODES);
  if (taken.length > 0) {
    const advice = 'is the demo running already, or another server? End it, then start again';
    process.stderr.write(`demo: taken: ${taken.join(', ')}; ${advice}\n`);
    return 1;
  }
  prepareData({ fresh: options.fresh === true });
  const demo = new Demo({ quiet: options.once === true });
  const started = Date.now();
  if (await demo.start()) {
    const ready = `ready: ${NODES.length} nodes answer for ${ZONES.length} zones (${((Date.now() - started) / 1000).toFixed(1)} s)`;
    if (options.once) {
      process.stdout.write(`${ready}\n`);
      const arrived = await changeOnce((line) => say(line));
      await demo.stop();
      process.stdout.write(arrived ? 'done: both secondaries answer with the change\n' : 'failed\n');
      return arrived ? 0 : 1;
    }
    process.stdout.write(`${demo.introduction()}\n${ready}\n\n`);
  }
  const code = await demo.ended;
  say('stopping');
  await demo.stop();
  return code;
}

process.exit(await main());
