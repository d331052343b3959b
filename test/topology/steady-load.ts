import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeMessage, encodeMessage, messageId, messageRcode, type Question, RCODE } from '@zonewire/shared-protocol';
import type { Address } from '@zonewire/testkit';

/** As resolvers do: an answer that does not come within this time is asked of the next server. */
const TRY_MS = 400;
const TRIES = 4;

interface Waiting {
  readonly id: number;
  tries: number;
  timer: NodeJS.Timeout;
}

/** Asks the servers of a site in turn at a steady rate; what one does not answer, the next one is asked. */
export class SteadyLoad {
  readonly counters = { asked: 0, answered: 0, askedAgain: 0, notReady: 0, wrong: 0, lost: 0 };
  readonly #servers: readonly Address[];
  readonly #question: Question;
  readonly #socket: Socket = createSocket('udp4');
  readonly #waiting = new Map<number, Waiting>();
  #timer: NodeJS.Timeout | undefined;

  constructor(servers: readonly Address[], question: Question) {
    this.#servers = servers;
    this.#question = question;
    this.#socket.on('message', (bytes) => this.#received(bytes));
    this.#socket.on('error', () => {});
  }

  /** Until {@link stop}. */
  start(perSecond: number): void {
    const began = performance.now();
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
      while (this.counters.asked < due) this.#ask();
    }, 5);
  }

  /** Waits for the last answers. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await sleep(TRY_MS * TRIES + 100);
    this.#socket.close();
  }

  #ask(): void {
    const id = this.counters.asked++ & 0xffff;
    const waiting: Waiting = { id, tries: 0, timer: setTimeout(() => {}, 0) };
    this.#waiting.set(id, waiting);
    this.#send(waiting);
  }

  #send(waiting: Waiting): void {
    clearTimeout(waiting.timer);
    if (waiting.tries === TRIES) {
      this.#waiting.delete(waiting.id);
      this.counters.lost++;
      return;
    }
    const server = this.#servers[(waiting.id + waiting.tries) % this.#servers.length];
    if (waiting.tries++ > 0) this.counters.askedAgain++;
    this.#socket.send(encodeMessage({ id: waiting.id, question: [this.#question] }), server.port, server.host);
    waiting.timer = setTimeout(() => this.#send(waiting), TRY_MS);
  }

  #received(bytes: Uint8Array): void {
    const waiting = this.#waiting.get(messageId(bytes));
    if (waiting === undefined) return;
    // A node that has not loaded its zones yet says so: the next one is asked.
    if (messageRcode(bytes) === RCODE.SERVFAIL) {
      this.counters.notReady++;
      this.#send(waiting);
      return;
    }
    const decoded = decodeMessage(bytes);
    if (!decoded.ok || decoded.value.rcode !== RCODE.NOERROR || decoded.value.answer.length !== 1)
      this.counters.wrong++;
    clearTimeout(waiting.timer);
    this.#waiting.delete(waiting.id);
    this.counters.answered++;
  }
}
