import { fileURLToPath } from 'node:url';
import { type ContainerNode, RunningProcess } from '@zonewire/testkit';

/** When a secondary answered with a serial for the first time: after `from`, before `until`; ms since the epoch, by this machine's clock. */
export interface Seen {
  readonly name: string;
  readonly serial: number;
  /** The last query that was answered with an older serial was sent then. */
  readonly from: number;
  /** The first answer with this serial was there. */
  readonly until: number;
}

/** NSD's processes go over to a new version one after the other: the old ones still answer when the new ones do already. */
export interface SeenOlder {
  readonly name: string;
  /** What it had answered with before. */
  readonly serial: number;
  /** When an older one came. */
  readonly older: number;
}

/** A process of its own that polls secondaries and says when each had what. It shares nothing with the product but the clock. */
export class OutsideObserver {
  readonly #processes: readonly RunningProcess[];

  private constructor(processes: readonly RunningProcess[]) {
    this.#processes = processes;
  }

  /** `at`: the node beside which it stands, for one at the end of a long wire; default: this machine. */
  static async start(zone: string, groups: readonly { nodes: readonly ContainerNode[]; at?: ContainerNode }[]) {
    const script = fileURLToPath(new URL('./observer-process.ts', import.meta.url));
    const processes: RunningProcess[] = [];
    for (const { nodes, at } of groups) {
      const command = [process.execPath, script, zone, ...nodes.map(({ name, host }) => `${name}=${host}`)];
      const inside = at === undefined ? [] : ['nsenter', '-t', String(await at.pid()), '-n'];
      const [program, ...args] = [...inside, ...command];
      processes.push(await RunningProcess.start('outside observer', program, args));
    }
    const observer = new OutsideObserver(processes);
    for (const one of processes) await one.until('observing', () => one.output.includes('observing'));
    return observer;
  }

  /** In the order in which it was seen. */
  seen(name: string): Seen[] {
    return this.#lines<Seen>().filter((line) => line.name === name && line.until !== undefined);
  }

  /** Answers with an older serial than before. */
  seenOlder(name: string): SeenOlder[] {
    return this.#lines<SeenOlder>().filter((line) => line.name === name && line.older !== undefined);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.stop()));
  }

  #lines<T>(): T[] {
    const whole = this.#processes.flatMap(({ output }) => output.split('\n').slice(0, -1));
    return whole.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as T);
  }
}
