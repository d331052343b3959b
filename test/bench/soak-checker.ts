import { setTimeout as sleep } from 'node:timers/promises';
import {
  isNewerSerial,
  type Message,
  name,
  nameToText,
  RCODE,
  type ResourceRecord,
  readSoa,
  TYPE,
  typeToText,
} from '@zonewire/shared-protocol';
import type { Address } from '@zonewire/testkit';
import { Poller } from './poll.ts';

/** What the zones hold while a soak runs. Change number k writes k into the counter, adds host u-k and removes host u-(k - KEPT). */
export const UPDATED = 'example.test.';
export const RELOADED = 'reloaded.test.';
export const HOSTS = 10_000;
export const KEPT = 50;
export const COUNTER = name(`counter.${UPDATED}`);
export const addedHost = (k: number) => name(`u-${k}.${UPDATED}`);
export const addedAddress = (k: number) => Uint8Array.of(10, 200 + (k >> 16), k >> 8, k);

/** A question every so often, ms. */
const EVERY_MS = 4;
/** No answer within this is a lost one, ms. */
const LOST_MS = 2_000;
const PROBLEMS = 20;

/** How far the changes are. */
export interface Progress {
  /** The last change sent. */
  sent: number;
  /** The last serial of the zone that is reloaded. */
  reloadedSerial: number;
}

/** Asks one question after the other and knows what the answer has to be: response code, flags, records, a serial that never goes back. */
export class SoakChecker {
  checked = 0;
  lost = 0;
  wrong = 0;
  /** The first ones, in words. */
  readonly problems: string[] = [];
  /** The highest change seen. */
  seen = 0;
  readonly #progress: Progress;
  readonly #pollers: readonly Poller[];
  readonly #serials = new Map<string, number>();
  #state = 1;

  private constructor(progress: Progress, pollers: readonly Poller[]) {
    this.#progress = progress;
    this.#pollers = pollers;
  }

  /** Several sockets, so that every answering thread is asked. */
  static async open(server: Address, progress: Progress): Promise<SoakChecker> {
    return new SoakChecker(progress, await Promise.all(Array.from({ length: 4 }, () => Poller.open(server))));
  }

  async run(isOver: () => boolean): Promise<void> {
    const kinds = [this.#host, this.#noHost, this.#soa, this.#counter, this.#added, this.#reloaded];
    for (let i = 0; !isOver(); i++) {
      await kinds[i % kinds.length].call(this, this.#pollers[this.#below(this.#pollers.length)]);
      await sleep(EVERY_MS);
    }
  }

  close(): void {
    for (const poller of this.#pollers) poller.close();
  }

  async #host(poller: Poller, zone = UPDATED): Promise<void> {
    const i = this.#below(zone === UPDATED ? HOSTS : 1_000);
    await this.#ask(poller, `host${i}.${zone}`, TYPE.A, ({ rcode, answer }) => {
      if (rcode !== RCODE.NOERROR || answer.length !== 1) return 'one record was expected';
      return isAddress(answer[0], Uint8Array.of(10, i >> 16, i >> 8, i)) ? undefined : 'another record was expected';
    });
  }

  async #noHost(poller: Poller): Promise<void> {
    await this.#ask(poller, `nohost${this.#below(HOSTS)}.${UPDATED}`, TYPE.A, ({ rcode, answer, authority }) =>
      rcode === RCODE.NXDOMAIN && answer.length === 0
        ? this.#serialOf(UPDATED, authority)
        : 'NXDOMAIN with the SOA record was expected',
    );
  }

  async #soa(poller: Poller, zone = UPDATED): Promise<void> {
    await this.#ask(poller, zone, TYPE.SOA, ({ rcode, answer }) =>
      rcode === RCODE.NOERROR ? this.#serialOf(zone, answer) : 'the SOA record was expected',
    );
  }

  async #reloaded(poller: Poller): Promise<void> {
    if (this.#below(2) === 0) await this.#host(poller, RELOADED);
    else await this.#soa(poller, RELOADED);
  }

  async #counter(poller: Poller): Promise<void> {
    await this.#ask(poller, COUNTER, TYPE.TXT, ({ rcode, answer }) => {
      if (rcode !== RCODE.NOERROR || answer.length !== 1 || answer[0].type !== TYPE.TXT) return 'one TXT was expected';
      const count = Number(Buffer.from(answer[0].rdata.subarray(1)).toString());
      if (!(count >= this.seen)) return `change ${count} after ${this.seen} was seen`;
      if (count > this.#progress.sent) return `change ${count}, and ${this.#progress.sent} is the last one sent`;
      this.seen = count;
      return undefined;
    });
  }

  async #added(poller: Poller): Promise<void> {
    const k = Math.max(1, this.seen - 2 * KEPT + this.#below(2 * KEPT + 20));
    const before = this.seen;
    await this.#ask(poller, addedHost(k), TYPE.A, ({ rcode, answer, authority }) => {
      const { sent } = this.#progress;
      const must = k <= before && k + KEPT > sent;
      const mustNot = k > sent || k + KEPT <= before;
      if (rcode === RCODE.NXDOMAIN && answer.length === 0)
        return must ? `the host of change ${k} was expected` : this.#serialOf(UPDATED, authority);
      if (rcode !== RCODE.NOERROR || answer.length !== 1) return 'one record, or NXDOMAIN, was expected';
      if (mustNot) return `NXDOMAIN was expected: changes ${before} to ${sent}`;
      return isAddress(answer[0], addedAddress(k)) ? undefined : 'another record was expected';
    });
  }

  async #ask(
    poller: Poller,
    owner: string | Uint8Array,
    type: number,
    problemOf: (message: Message) => string | undefined,
  ): Promise<void> {
    const asked = typeof owner === 'string' ? name(owner) : owner;
    const message = await poller.ask(asked, type, LOST_MS);
    this.checked++;
    if (message === undefined) {
      this.lost++;
      this.#tell(asked, type, `no answer within ${LOST_MS} ms`);
      return;
    }
    const { aa, tc, question } = message;
    const echoed = question.length === 1 && Buffer.compare(question[0].name, asked) === 0 && question[0].type === type;
    const problem = !aa || tc || !echoed ? 'AA, no TC and the question were expected' : problemOf(message);
    if (problem === undefined) return;
    this.wrong++;
    const { rcode, answer } = message;
    this.#tell(asked, type, `${problem}; came RCODE ${rcode} and ${answer.length} records`);
  }

  #tell(asked: Uint8Array, type: number, problem: string): void {
    if (this.problems.length < PROBLEMS)
      this.problems.push(`${new Date().toISOString()} ${nameToText(asked)} ${typeToText(type)}: ${problem}`);
  }

  /** RFC 1982: the serial in a section of an answer, which is a new one or the one seen last. */
  #serialOf(zone: string, section: readonly ResourceRecord[]): string | undefined {
    const [record] = section;
    const soa = section.length === 1 && record.type === TYPE.SOA ? readSoa(record.rdata) : undefined;
    if (!soa?.ok) return 'the SOA record was expected';
    const { serial } = soa.value;
    const last = this.#serials.get(zone);
    if (last !== undefined && serial !== last && !isNewerSerial(serial, last)) return `serial ${serial} after ${last}`;
    if (zone === RELOADED && serial > this.#progress.reloadedSerial) return `serial ${serial} before it was made`;
    this.#serials.set(zone, serial);
    return undefined;
  }

  #below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }
}

function isAddress({ type, ttl, rdata }: ResourceRecord, address: Uint8Array): boolean {
  return type === TYPE.A && (ttl === 300 || ttl === 60) && Buffer.compare(rdata, address) === 0;
}
