import type { RemoteAddress } from '@zonewire/nameserver';
import { type Message, type Name, nameKey, parentName, RCODE, TYPE } from '@zonewire/shared-protocol';
import type { HostName } from '../model.ts';
import type { Questions } from './questions.ts';
import { addressOf, hostName, nsNames, rcodeText } from './records.ts';

/** A server of a zone at one address. `name` is empty where the configuration gives only the address. */
export interface ZoneServer {
  readonly name: HostName;
  readonly to: RemoteAddress;
}

export interface ZoneServers {
  readonly zone: Name;
  readonly servers: readonly ZoneServer[];
}

export interface HostAnswer {
  /** Undefined: could not be found out. */
  readonly addresses: readonly string[] | undefined;
  readonly alias?: HostName;
  readonly problem?: string;
}

export type ParentSearch = { readonly found: ZoneServers } | { readonly problem: string };

/** Where zones and hosts are found: by a resolver, or followed from the parents that are configured. */
export interface Directory {
  /** The zone that holds the delegation of `zone`, with its servers. */
  parentOf(zone: Name): Promise<ParentSearch>;
  addresses(host: Name): Promise<HostAnswer>;
}

/** Asks resolvers, in turn until one answers. */
export class ResolverDirectory implements Directory {
  readonly #questions: Questions;
  readonly #resolvers: readonly RemoteAddress[];
  readonly #port: number;
  readonly #known = new Map<string, Promise<HostAnswer>>();

  constructor(questions: Questions, resolvers: readonly RemoteAddress[], port: number) {
    this.#questions = questions;
    this.#resolvers = resolvers;
    this.#port = port;
  }

  async parentOf(zone: Name): Promise<ParentSearch> {
    const { limits } = this.#questions;
    let at = zone;
    for (let steps = 0; at[0] !== 0; steps++) {
      if (steps >= limits.depth) {
        this.#questions.reached('depth');
        break;
      }
      at = parentName(at);
      const answer = await this.#ask(at, TYPE.NS);
      if (!('message' in answer)) return { problem: answer.problem };
      const names = nsNames(this.#questions.records(answer.message.answer, at, TYPE.NS));
      if (names.length === 0) continue;
      const servers = await Promise.all(
        this.#questions.bounded(names, 'nameServers').map(async (name) => {
          const { addresses = [] } = await this.addresses(name);
          return addresses.map((host) => ({ name: hostName(name), to: { host, port: this.#port } }));
        }),
      );
      return { found: { zone: at, servers: servers.flat() } };
    }
    return { problem: `the resolver knows no zone above ${hostName(zone)}` };
  }

  addresses(host: Name): Promise<HostAnswer> {
    const key = nameKey(host);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = this.#lookUp(host);
    this.#known.set(key, found);
    return found;
  }

  async #lookUp(host: Name): Promise<HostAnswer> {
    const answers = await Promise.all([TYPE.A, TYPE.AAAA].map((type) => this.#ask(host, type)));
    const addresses: string[] = [];
    let problem: string | undefined;
    for (const answer of answers) {
      if (!('message' in answer)) return { addresses: undefined, problem: answer.problem };
      const { message } = answer;
      const alias = nsNames(this.#questions.records(message.answer, host, TYPE.CNAME))[0];
      if (alias !== undefined) {
        const all = message.answer.map(addressOf).filter((address) => address !== undefined);
        return { addresses: all, alias: hostName(alias) };
      }
      for (const type of [TYPE.A, TYPE.AAAA])
        for (const record of this.#questions.records(message.answer, host, type)) {
          const address = addressOf(record);
          if (address !== undefined) addresses.push(address);
        }
      if (message.rcode === RCODE.NXDOMAIN) problem = `${hostName(host)} does not exist (NXDOMAIN)`;
    }
    return problem === undefined ? { addresses } : { addresses, problem };
  }

  async #ask(name: Name, type: number): Promise<{ readonly message: Message } | { readonly problem: string }> {
    let problem = 'no resolver is known';
    for (const to of this.#resolvers) {
      const answer = await this.#questions.ask(to, name, type, { recursive: true });
      if (!answer.ok) problem = `resolver ${answer.error.message}`;
      else if (answer.value.rcode === RCODE.NOERROR || answer.value.rcode === RCODE.NXDOMAIN)
        return { message: answer.value };
      else problem = `resolver ${to.host} answers ${rcodeText(answer.value)} for ${hostName(name)}`;
    }
    return { problem };
  }
}
