import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from '../dig.ts';
import { RunningProcess } from '../running-process.ts';

export interface SlowLinkOptions {
  /** One way, ms. */
  readonly delayMs: number;
  /** Share of packets lost in each direction, 0 to 1. */
  readonly loss: number;
}

interface Ends extends SlowLinkOptions {
  /** The container's main process. */
  readonly pid: number;
  /** Its address, which stays the same. */
  readonly host: string;
  /** The address of this machine in the container's former network, and the bridge's name. */
  readonly gateway: string;
  readonly bridge: string;
}

let made = 0;

/**
 * A long wire to a container that has been taken out of its Docker network: packets to its address and from it pass a process
 * that delays and loses some. The others of the network need not know: this machine answers for the address (proxy ARP).
 */
export class SlowLink {
  readonly #process: RunningProcess;
  readonly #undo: readonly (readonly string[])[];

  private constructor(process: RunningProcess, undo: readonly (readonly string[])[]) {
    this.#process = process;
    this.#undo = undo;
  }

  static async start({ pid, host, gateway, bridge, delayMs, loss }: Ends): Promise<SlowLink> {
    const number = `${process.pid % 100_000}${made++}`;
    const [near, far] = [`zwa${number}`, `zwb${number}`];
    const wire = await RunningProcess.start('slow link', process.execPath, [
      fileURLToPath(new URL('./slow-link-process.ts', import.meta.url)),
      near,
      far,
      String(delayMs),
      String(loss),
    ]);
    const undo: string[][] = [];
    const link = new SlowLink(wire, undo);
    try {
      await wire.until('"ready"', () => wire.output.includes('ready'));
      const inside = (...command: string[]) => run('nsenter', ['-t', String(pid), '-n', ...command]);
      await run('ip', ['link', 'set', far, 'netns', String(pid)]);
      await inside('ip', 'addr', 'add', `${host}/32`, 'dev', far);
      await inside('ip', 'link', 'set', far, 'up');
      await inside('ip', 'route', 'add', 'default', 'dev', far);
      await run('ip', ['link', 'set', near, 'up']);
      await run('ip', ['route', 'add', `${host}/32`, 'dev', near, 'src', gateway]);
      writeFileSync(`/proc/sys/net/ipv4/conf/${bridge}/proxy_arp`, '1');
      // Docker lets nothing into its networks that does not come from them, and hides their addresses from others.
      for (const [table, chain, direction] of [
        ['filter', 'DOCKER-USER', '-i'],
        ['filter', 'DOCKER-USER', '-o'],
        ['raw', 'PREROUTING', '-i'],
        ['nat', 'POSTROUTING', '-o'],
      ]) {
        await run('iptables', ['-t', table, '-I', chain, direction, near, '-j', 'ACCEPT']);
        undo.push(['-t', table, '-D', chain, direction, near, '-j', 'ACCEPT']);
      }
      return link;
    } catch (error) {
      await link.remove();
      throw error;
    }
  }

  /** The devices go with the process that holds them, and the route with the device. */
  async remove(): Promise<void> {
    for (const rule of this.#undo) await run('iptables', rule, true);
    await this.#process.stop();
  }
}
