import type { RemoteAddress } from '@zonewire/nameserver';
import {
  isSubdomain,
  labelCount,
  type Name,
  nameKey,
  namesEqual,
  parentName,
  RCODE,
  TYPE,
} from '@zonewire/shared-protocol';
import type { Directory, HostAnswer, ParentSearch, ZoneServer, ZoneServers } from './directory.ts';
import type { Questions } from './questions.ts';
import { addressOf, glueOf, hostName, nsNames, rcodeText, referralOwner } from './records.ts';

/** A zone whose servers the configuration gives: the parent itself, one above it, or the root. */
export interface ConfiguredParent {
  readonly zone: Name;
  readonly addresses: readonly RemoteAddress[];
}

/** Servers of one zone that are asked in turn before it counts as silent. */
const SERVERS_TRIED = 4;

/** Follows referrals from the configured parents down, a label at a time (RFC 9156 2), without a resolver. */
export class DescentDirectory implements Directory {
  readonly #questions: Questions;
  readonly #starts: readonly ConfiguredParent[];
  readonly #port: number;
  readonly #known = new Map<string, Promise<HostAnswer>>();

  constructor(questions: Questions, starts: readonly ConfiguredParent[], port: number) {
    this.#questions = questions;
    this.#starts = starts;
    this.#port = port;
  }

  async parentOf(zone: Name): Promise<ParentSearch> {
    const found = await this.#descend(zone, labelCount(zone) - 1, 0);
    return found === undefined
      ? { problem: `no configured parent is above ${hostName(zone)}, or its servers do not answer` }
      : { found };
  }

  addresses(host: Name): Promise<HostAnswer> {
    return this.#addresses(host, 0);
  }

  #addresses(host: Name, depth: number): Promise<HostAnswer> {
    const key = nameKey(host);
    const known = this.#known.get(key);
    // One that is still under way may wait for this very answer (a and b serve each other's zone): at a depth it is asked anew.
    if (known !== undefined && depth === 0) return known;
    if (depth >= this.#questions.limits.depth) {
      this.#questions.reached('depth');
      return Promise.resolve({ addresses: undefined, problem: `${hostName(host)} is too many names away` });
    }
    const found = this.#lookUp(host, depth);
    if (depth === 0) this.#known.set(key, found);
    return found;
  }

  async #lookUp(host: Name, depth: number): Promise<HostAnswer> {
    const holder = await this.#descend(host, labelCount(host), depth);
    const nowhere = `no server for ${hostName(host)} was found from the configured parents`;
    if (holder === undefined) return { addresses: undefined, problem: nowhere };
    let problem = nowhere;
    for (const { to } of holder.servers.slice(0, SERVERS_TRIED)) {
      const answers = await Promise.all([TYPE.A, TYPE.AAAA].map((type) => this.#questions.ask(to, host, type)));
      const addresses: string[] = [];
      let isAnswered = true;
      for (const [i, answer] of answers.entries()) {
        if (!answer.ok) problem = answer.error.message;
        else if (!answer.value.aa)
          problem = `${to.host} does not answer for ${hostName(host)} (${rcodeText(answer.value)})`;
        isAnswered &&= answer.ok && answer.value.aa;
        if (!answer.ok) continue;
        const { value: message } = answer;
        const alias = nsNames(this.#questions.records(message.answer, host, TYPE.CNAME))[0];
        if (alias !== undefined) return { addresses: [], alias: hostName(alias) };
        for (const record of this.#questions.records(message.answer, host, [TYPE.A, TYPE.AAAA][i])) {
          const address = addressOf(record);
          if (address !== undefined) addresses.push(address);
        }
        if (message.rcode === RCODE.NXDOMAIN) problem = `${hostName(host)} does not exist (NXDOMAIN)`;
      }
      if (isAnswered) return addresses.length > 0 ? { addresses } : { addresses, problem };
    }
    return { addresses: undefined, problem };
  }

  /** The deepest zone with at most `labels` labels on the way to `target`, with its servers. */
  async #descend(target: Name, labels: number, depth: number): Promise<ZoneServers | undefined> {
    let at = this.#start(target, labels);
    if (at === undefined) return undefined;
    let steps = 0;
    for (let count = labelCount(at.zone) + 1; count <= labels; count++) {
      if (++steps > this.#questions.limits.depth) {
        this.#questions.reached('depth');
        return undefined;
      }
      const cut = await this.#cut(at, ancestor(target, count), depth);
      if (cut === 'silent') return undefined;
      if (cut !== undefined) at = cut;
    }
    return at;
  }

  #start(target: Name, labels: number): ZoneServers | undefined {
    let best: ConfiguredParent | undefined;
    for (const start of this.#starts) {
      if (!isSubdomain(target, start.zone) || labelCount(start.zone) > labels) continue;
      if (best === undefined || labelCount(start.zone) > labelCount(best.zone)) best = start;
    }
    return best && { zone: best.zone, servers: best.addresses.map((to) => ({ name: '', to })) };
  }

  /** The zone `name`, as servers of the zone above delegate it; undefined: there is no cut at that name. */
  async #cut(above: ZoneServers, name: Name, depth: number): Promise<ZoneServers | 'silent' | undefined> {
    for (const { to } of above.servers.slice(0, SERVERS_TRIED)) {
      const answer = await this.#questions.ask(to, name, TYPE.NS);
      if (!answer.ok) continue;
      const { value: message } = answer;
      const owner = referralOwner(message, name, above.zone);
      const isHeld = message.aa && message.rcode === RCODE.NOERROR;
      const section = owner !== undefined && namesEqual(owner, name) ? message.authority : isHeld ? message.answer : [];
      const names = nsNames(this.#questions.records(section, name, TYPE.NS));
      if (names.length > 0) {
        const glue = glueOf(message, names, above.zone, this.#questions);
        return { zone: name, servers: await this.#serversOf(names, glue, depth) };
      }
      if (message.aa) return undefined;
    }
    return 'silent';
  }

  async #serversOf(names: readonly Name[], glue: ReturnType<typeof glueOf>, depth: number): Promise<ZoneServer[]> {
    const all = await Promise.all(
      this.#questions.bounded(names, 'nameServers').map(async (name) => {
        const text = hostName(name);
        const given = glue.filter((one) => one.name === text).map(({ address }) => address);
        const addresses = given.length > 0 ? given : ((await this.#addresses(name, depth + 1)).addresses ?? []);
        return addresses.map((host) => ({ name: text, to: { host, port: this.#port } }));
      }),
    );
    return all.flat();
  }
}

/** The last `labels` labels of a name. */
function ancestor(name: Name, labels: number): Name {
  let at = name;
  for (let left = labelCount(name) - labels; left > 0; left--) at = parentName(at);
  return at;
}
