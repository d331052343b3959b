import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@zonewire/nameserver';
import { ZonewireError } from '@zonewire/shared-protocol';
import { EXIT } from '../commands/command.ts';
import { loadConfig, problemText } from '../config/mod.ts';
import { giveBackFreedMemory } from './freed-memory.ts';
import { createLog, type LogOptions } from './log.ts';
import { RunningNode } from './running-node.ts';
import { putV8ThreadsBehind } from './v8-threads.ts';
import { WARM_UP_CHANGES, warmUp } from './warm-up.ts';

/** A stop that takes longer is cut: whoever asked for it is waiting. Everything acknowledged is on disk already. */
const STOP_LIMIT_MS = 7_000;

/** So long nothing has changed before the warm-up begins. */
const WARM_UP_AFTER_MS = 2_000;
/** A node without a warm-up has done its first work after so long, ms. */
const WARM_BY_ITSELF_MS = 30_000;

/** Reasons not to start that an operator removes in the configuration or on the machine: exit 2, one line, no stack. */
const SETUP_ERRORS = new Set([
  'listen-address-in-use',
  'listen-not-permitted',
  'listen-address-unknown',
  'listen-failed',
  'control-address-in-use',
  'store-in-use',
  'store-too-new',
  'store-open-failed',
]);

/**
 * `zonewire run`: a node from start to end. SIGTERM, SIGINT, or the end of the process that started it with an ipc channel
 * stop it; SIGHUP reloads. Gives the exit code.
 */
export async function runNode(options: {
  file: string;
  log: LogOptions;
  /** Called when every address listens and the control API answers. */
  started?: (() => void) | undefined;
}): Promise<number> {
  const log = createLog(options.log);
  endOnSurprise(log);
  const stopRequest = signalled(log);
  const loaded = loadConfig(options.file);
  if (!loaded.ok) {
    for (const problem of loaded.problems) log.error({}, problemText(problem));
    log.error({}, `not started: ${options.file} has ${loaded.problems.length} error(s), see above`);
    return EXIT.USAGE;
  }
  for (const warning of loaded.warnings) log.warn({}, problemText(warning));
  let node: RunningNode;
  try {
    node = await RunningNode.start(loaded.config, log);
  } catch (error) {
    return notStarted(error, log);
  }
  options.started?.();
  giveBackFreedMemory();
  process.on('SIGHUP', () => {
    node.reload('SIGHUP').catch((error) => log.error({ err: error }, 'reload failed'));
  });
  void node.loaded.then(() => {
    if (node.stopping) return;
    log.info({ pid: process.pid }, `ready: ${node.summary()}`);
    const warm = loaded.config.server.warmUp ? warmUpLater(node) : sleep(WARM_BY_ITSELF_MS, undefined, { ref: false });
    // Until then they compile what the node needs.
    void warm.then(putV8ThreadsBehind);
  });
  const reason = await stopRequest;
  log.info({}, `stopping: ${reason}`);
  const stopped = node.stop().then(() => true);
  if (await Promise.race([stopped, sleep(STOP_LIMIT_MS, false, { ref: false })])) {
    log.info({}, 'stopped');
    return leave(EXIT.FINE);
  }
  log.error({}, `not stopped within ${STOP_LIMIT_MS / 1000} s; ending anyway`);
  return leave(EXIT.PROBLEM);
}

/** When the first rounds of the zones are over and nothing changes. A node that is never at rest gets warm by its work. */
async function warmUpLater(node: RunningNode): Promise<void> {
  let changes = 0;
  const unwatch = node.table.watch(() => changes++);
  try {
    for (let before = -1; before !== changes; ) {
      before = changes;
      await sleep(WARM_UP_AFTER_MS, undefined, { ref: false });
      if (node.stopping || changes > WARM_UP_CHANGES) return;
    }
  } finally {
    unwatch();
  }
  const began = performance.now();
  try {
    const { dataDir } = node.config.server;
    const made = await warmUp({ dataDir, stopped: () => node.stopping });
    if (node.stopping) return;
    node.log.info({ changes: made, ms: Math.round(performance.now() - began) }, 'warmed up');
  } catch (error) {
    node.log.debug({ err: error }, 'not warmed up');
  }
}

/** Resolves with the reason when the node is to stop; asking twice is asking once. */
function signalled(log: Log): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
    process.on('disconnect', () => resolve('the process that started this one is gone'));
    // Before the node runs there is nothing to reload; without this, SIGHUP would end the process.
    process.on('SIGHUP', () => log.debug({}, 'SIGHUP'));
  });
}

/** After an error that nobody caught nothing is certain any more: say it and end, so that a supervisor starts it again. */
function endOnSurprise(log: Log): void {
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'internal error, please report it; ending, so that nothing wrong is served');
    process.exit(EXIT.PROBLEM);
  });
}

function notStarted(error: unknown, log: Log): number {
  if (error instanceof ZonewireError && SETUP_ERRORS.has(error.code)) {
    log.error({ code: error.code }, `not started: ${error.message}`);
    return leave(EXIT.USAGE);
  }
  log.error({ err: error }, `not started: ${(error as Error).message}`);
  return leave(EXIT.PROBLEM);
}

/** Ends the process with `code` when its work is done, and soon even if something is left open. */
function leave(code: number): number {
  setTimeout(() => process.exit(code), 500).unref();
  return code;
}
