import { addressText, type Clock, type DnsExchange, type RemoteAddress } from '@zonewire/nameserver';
import {
  CLASS,
  fail,
  type Message,
  type Name,
  namesEqual,
  type ResourceRecord,
  type Result,
  type TsigKey,
} from '@zonewire/shared-protocol';
import { type DelegationLimits, LIMIT_WORDS, type LimitName } from '../limits.ts';

export interface QuestionPorts {
  readonly client: Pick<DnsExchange, 'exchange'>;
  readonly clock: Clock;
  readonly limits: DelegationLimits;
  readonly signal?: AbortSignal | undefined;
}

interface HowToAsk {
  /** Default: UDP, then TCP when the answer is truncated. */
  readonly transport?: 'udp' | 'tcp';
  /** RD: the server is a resolver. */
  readonly recursive?: boolean;
  /** DO: signatures are wanted. */
  readonly dnssec?: boolean;
  readonly key?: TsigKey | undefined;
}

/** RFC 9715: what goes through everywhere without fragments. */
const UDP_SIZE = 1232;

/** Asks questions for one check, within its limits. Answers are checked by the client: source, ID, question. */
export class Questions {
  readonly limits: DelegationLimits;
  readonly #ports: QuestionPorts;
  readonly #cut = new Map<LimitName, string>();
  readonly #deadline: number;
  readonly #waiting: (() => void)[] = [];
  #asked = 0;
  #running = 0;

  constructor(ports: QuestionPorts) {
    this.#ports = ports;
    this.limits = ports.limits;
    this.#deadline = ports.clock.now() + ports.limits.time;
  }

  /** Limits that were reached so far. */
  get cut(): readonly { limit: LimitName; message: string }[] {
    return [...this.#cut].map(([limit, message]) => ({ limit, message }));
  }

  /** ms left for the check. */
  get left(): number {
    return this.#deadline - this.#ports.clock.now();
  }

  reached(limit: LimitName): void {
    this.#cut.set(limit, LIMIT_WORDS[limit](this.limits[limit]));
  }

  /** The first `limits[limit]` of them. */
  bounded<T>(values: readonly T[], limit: LimitName): readonly T[] {
    const most = this.limits[limit];
    if (values.length <= most) return values;
    this.reached(limit);
    return values.slice(0, most);
  }

  /** Records of an answer with this owner and type, class IN, no more than the limit. */
  records(section: readonly ResourceRecord[], owner: Name, type: number): readonly ResourceRecord[] {
    const found = section.filter(
      (record) => record.type === type && record.class === CLASS.IN && namesEqual(record.name, owner),
    );
    return this.bounded(found, 'records');
  }

  async ask(to: RemoteAddress, name: Name, type: number, how: HowToAsk = {}): Promise<Result<Message>> {
    await this.#turn();
    try {
      if (this.left <= 0) return this.#refuse('time');
      if (this.#asked >= this.limits.questions) return this.#refuse('questions');
      this.#asked++;
      const { client, signal, limits } = this.#ports;
      const request = {
        rd: how.recursive === true,
        question: [{ name, type, class: CLASS.IN }],
        edns: { udpSize: UDP_SIZE, version: 0, dnssecOk: how.dnssec === true, extendedRcode: 0, options: [] },
      };
      const timeout = Math.max(1, Math.min(limits.questionTime, this.left));
      const { transport, key } = how;
      const result = await client.exchange(request, to, { timeout, attempts: 2, transport, key, signal });
      if (result.ok) return { ok: true, value: result.value.message };
      return fail(result.error.code, `${addressText(to)}: ${result.error.message}`);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  #refuse(limit: LimitName): Result<Message> {
    this.reached(limit);
    return fail('limit', LIMIT_WORDS[limit](this.limits[limit]));
  }

  async #turn(): Promise<void> {
    if (this.#running >= this.limits.atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
  }
}
