import { randomUUID } from 'node:crypto';
import type { Clock, Log } from '@zonewire/nameserver';
import type { SiteContent, SiteHead, SiteHost, SiteLink, SiteRequest, ToldContent } from '@zonewire/secondary';
import type { Redis } from 'ioredis';
import { commandConnection, type RedisAddress, subscriberConnection } from '../redis/connection.ts';
import { CONNECT_TIMEOUT, type RedisState } from '../redis/health.ts';
import { inTime } from '../redis/in-time.ts';
import { jobId } from '../schedule/job.ts';
import { ContentStore } from './content-store.ts';
import { readHead, readMessage, type SiteMessage } from './messages.ts';
import { SiteVersions } from './versions.ts';
import { Waiting } from './waiting.ts';

export interface RedisSiteOptions extends RedisAddress {
  readonly site: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether Redis answers: the schedule's watch over it. What waits for a Redis that is lost goes on without it. */
  readonly watch: {
    readonly redis: RedisState;
    /** Resolves when it is not 'connecting' any more. */
    readonly known: Promise<void>;
    onLost(listener: () => void): void;
  };
  /** Octets of zone content in Redis at most. */
  readonly contentMaxSize?: number | undefined;
}

export interface RedisSiteCounters {
  /** Versions taken from the site instead of from a primary. */
  taken: number;
  /** Octets of them. */
  takenBytes: number;
  /** Content that did not match its digest. */
  refused: number;
  /** Versions put there for the others. */
  given: number;
  /** Rounds told to the others. */
  told: number;
  /** What Redis did not take or give. */
  failed: number;
  /** Questions to Redis, or to the other nodes, without an answer in time: a primary was asked instead. */
  unanswered: number;
}

export const CONTENT_MAX_SIZE = 128 * 1024 * 1024;
/** Content that nobody has fetched by then is made again by whoever has the zone, ms. */
const CONTENT_KEPT = 600_000;
/** A zone's head is good for a joining node at most so long, ms. */
const HEAD_KEPT = 86_400_000;
/** Redis answers in less, or the primaries are asked, ms. */
const HEAD_TIMEOUT = 250;
/** Another node answers in less, ms. */
const OTHERS_TIMEOUT = 1_000;
/** A node that puts a version there says so for so long, ms. */
const OFFER = 10_000;
/** Longest wait for it, ms. */
const OFFER_TIMEOUT = 60_000;
const OFFER_POLL = 50;
/** Heads read in one round trip. */
const BATCH = 500;

/**
 * The nodes of a site through Redis. A round's outcome is a key (`head:`) and a message to all; records of a new version are content
 * that expires (versions.ts). Who misses something asks all, and one that has it puts it there.
 * Without Redis nothing is known of the others, and each node asks the primaries itself.
 */
export class RedisSite implements SiteLink {
  readonly counters: RedisSiteCounters = {
    taken: 0,
    takenBytes: 0,
    refused: 0,
    given: 0,
    told: 0,
    failed: 0,
    unanswered: 0,
  };
  readonly #options: RedisSiteOptions;
  readonly #node = randomUUID();
  readonly #prefix: string;
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  /** Commands are taken, and what the others say is heard, for the first time. */
  readonly #ready: Promise<unknown>;
  readonly #subscribed = Promise.withResolvers<void>();
  #isReady = false;
  /** What the others say is heard. */
  #isSubscribed = false;
  readonly #versions: SiteVersions;
  readonly #waiting: Waiting<SiteHead>;
  /** Zones whose heads are to be read. */
  readonly #joined = new Set<string>();
  /** What ends without an answer when Redis is lost. */
  readonly #givenUpWhenLost = new Set<() => void>();
  #host: SiteHost | undefined;
  #closed = false;

  constructor(options: RedisSiteOptions) {
    this.#options = options;
    const { clock, site, contentMaxSize = CONTENT_MAX_SIZE } = options;
    this.#prefix = `zonewire:{${site}}`;
    this.#redis = commandConnection(options);
    const commands = new Promise((resolve) => this.#redis.once('ready', resolve));
    this.#ready = Promise.all([commands, this.#subscribed.promise]).then(() => (this.#isReady = true));
    this.#subscriber = subscriberConnection(options);
    const limits = { maxSize: contentMaxSize, keepFor: CONTENT_KEPT };
    this.#versions = new SiteVersions(new ContentStore(this.#redis, this.#prefix, clock, limits), contentMaxSize);
    this.#waiting = new Waiting(clock, OTHERS_TIMEOUT, () => this.counters.unanswered++);
    // Whether Redis answers is told by the schedule's health watch.
    this.#redis.on('error', () => {});
    this.#subscriber.on('error', () => {});
  }

  start(host: SiteHost): void {
    this.#host = host;
    this.#options.watch.onLost(() => {
      for (const give of [...this.#givenUpWhenLost]) give();
    });
    this.#subscriber.on('message', (_, text: string) => void this.#heard(text));
    this.#subscriber.on('close', () => (this.#isSubscribed = false));
    this.#subscriber.on('ready', () => void this.#subscribe());
    this.#redis.on('ready', () => this.#joinedAgain());
  }

  /** What was said while nothing was heard is read from the heads, once all that is said from then on is heard. */
  async #subscribe(): Promise<void> {
    try {
      await this.#subscriber.subscribe(this.#channel);
      this.#isSubscribed = true;
      this.#joinedAgain();
    } catch (error) {
      // Lost again, when 'ready' begins anew; or refused, when heads are read and nothing is heard.
      this.counters.failed++;
      this.#options.log.warn({}, `what other nodes of the site say is not heard: ${(error as Error).message}`);
    }
    this.#subscribed.resolve();
  }

  #joinedAgain(): void {
    for (const zone of this.#host!.zones()) this.joined(zone);
  }

  joined(zone: string): void {
    if (this.#redis.status !== 'ready' || !this.#isSubscribed) return;
    if (this.#joined.size === 0) setImmediate(() => void this.#catchUp());
    this.#joined.add(zone);
  }

  async head(zone: string): Promise<SiteHead | undefined> {
    if (!(await this.#reached())) return undefined;
    const stored = await this.#inTime(this.#redis.get(this.#headKey(zone)), HEAD_TIMEOUT);
    if (stored === undefined) return undefined;
    return readHead(stored, zone) ?? (await this.#askOthers(zone));
  }

  fetch(request: SiteRequest): Promise<SiteContent | { readonly kind: 'none'; readonly message: string }> {
    return this.#unlessLost(this.#fetch(request), { kind: 'none', message: 'Redis is lost' });
  }

  async #fetch(request: SiteRequest): Promise<SiteContent | { readonly kind: 'none'; readonly message: string }> {
    try {
      const first = await this.#take(request);
      if (first.kind === 'zone' || first.kind === 'diffs') return first;
      if (request.signal.aborted || !(await this.#offered(request))) return { kind: 'none', message: first.message };
      const second = await this.#take(request);
      return second.kind === 'refused' ? { kind: 'none', message: second.message } : second;
    } catch (error) {
      this.counters.failed++;
      return { kind: 'none', message: `Redis failed: ${(error as Error).message}` };
    }
  }

  async tell(head: SiteHead, content?: ToldContent): Promise<void> {
    if (this.#closed || !(await this.#reached())) return;
    await this.#unlessLost(this.#tell(head, content), undefined);
  }

  async #tell(head: SiteHead, content?: ToldContent): Promise<void> {
    try {
      if (content !== undefined) {
        await this.#versions.put(head.zone, content);
        this.counters.given++;
      }
      await this.#publishHead(head);
      this.counters.told++;
    } catch (error) {
      this.#failed(head.zone, error);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.close();
    this.#redis.disconnect();
    this.#subscriber.disconnect();
  }

  async #take(request: SiteRequest) {
    const taken = await this.#versions.take(request);
    if (taken.kind === 'refused') {
      this.counters.refused++;
      this.#options.log.warn({ zone: request.head.zone, serial: request.head.serial }, taken.message);
    } else if (taken.kind !== 'none') {
      this.counters.taken++;
      this.counters.takenBytes += taken.bytes;
    }
    return taken;
  }

  /** Another node is asked to put the version there. @returns whether one did. */
  async #offered({ head, signal }: SiteRequest): Promise<boolean> {
    const { clock } = this.#options;
    const { zone, serial } = head;
    if ((await this.#say({ kind: 'want', node: this.#node, zone, serial })) === 0) return false;
    const began = clock.now();
    while (!signal.aborted && !this.#closed) {
      const [isThere, offer] = await Promise.all([
        this.#versions.hasZone(zone, serial),
        this.#redis.get(this.#offerKey(zone, serial)),
      ]);
      if (isThere) return true;
      const waited = clock.now() - began;
      if (offer === null ? waited > OTHERS_TIMEOUT : waited > OFFER_TIMEOUT) {
        this.counters.unanswered++;
        return false;
      }
      await new Promise<void>((resolve) => clock.setTimeout(resolve, OFFER_POLL));
    }
    return false;
  }

  async #askOthers(zone: string): Promise<SiteHead | undefined> {
    if (!this.#isSubscribed) return undefined;
    const answer = this.#waiting.answer(zone);
    const others = await this.#inTime(this.#say({ kind: 'want', node: this.#node, zone }), HEAD_TIMEOUT);
    this.#waiting.expect(zone, others ?? 0);
    return answer;
  }

  async #heard(text: string): Promise<void> {
    const message = readMessage(text);
    if (message === undefined || message.node === this.#node || this.#closed) return;
    if (message.kind === 'want') {
      await this.#wanted(message).catch((error) => this.#failed(message.zone, error));
      return;
    }
    if (message.kind === 'none') {
      this.#waiting.none(message.zone);
      return;
    }
    this.#waiting.found(message.head.zone, message.head);
    this.#host?.news(message.head);
  }

  async #wanted({ zone, serial }: Extract<SiteMessage, { kind: 'want' }>): Promise<void> {
    const served = this.#host?.serves(zone);
    if (serial === undefined) {
      if (served === undefined) await this.#say({ kind: 'none', node: this.#node, zone });
      else await this.#publishHead(served.head);
      return;
    }
    if (served === undefined || served.version.serial !== serial) return;
    const key = this.#offerKey(zone, serial);
    // One of those who have it.
    if ((await this.#redis.set(key, this.#node, 'PX', OFFER, 'NX')) === null) return;
    const renewing = setInterval(() => void this.#redis.pexpire(key, OFFER).catch(() => {}), OFFER / 3);
    try {
      if (await this.#versions.putZone(zone, served.version)) this.counters.given++;
    } finally {
      clearInterval(renewing);
      await this.#redis.del(key);
    }
  }

  async #publishHead(head: SiteHead): Promise<void> {
    const left = Math.round(head.expireAt - this.#options.clock.now());
    const message: SiteMessage = { kind: 'head', node: this.#node, head };
    const results = await this.#redis
      .multi()
      .set(this.#headKey(head.zone), JSON.stringify(head), 'PX', Math.max(1_000, Math.min(HEAD_KEPT, left)))
      .publish(this.#channel, JSON.stringify(message))
      .exec();
    for (const [error] of results ?? []) if (error) throw error;
  }

  async #catchUp(): Promise<void> {
    const zones = [...this.#joined];
    this.#joined.clear();
    try {
      for (let at = 0; at < zones.length && !this.#closed; at += BATCH) {
        const batch = zones.slice(at, at + BATCH);
        const heads = await this.#redis.mget(batch.map((zone) => this.#headKey(zone)));
        for (const [i, zone] of batch.entries()) {
          const head = readHead(heads[i], zone);
          if (head !== undefined) this.#host?.news(head);
        }
      }
    } catch {
      // Lost again, or not there for commands yet: each zone's own round asks for its head.
    }
  }

  /** @returns how many other nodes hear it. */
  async #say(message: SiteMessage): Promise<number> {
    const hearsItself = this.#isSubscribed ? 1 : 0;
    return (await this.#redis.publish(this.#channel, JSON.stringify(message))) - hearsItself;
  }

  /** Whether Redis can be asked. At a start one connection, of this site's or the watch's, is there a moment before the others. */
  async #reached(): Promise<boolean> {
    const { watch } = this.#options;
    const isComing = watch.redis === 'connecting' || (watch.redis === 'answers' && !this.#isReady);
    if (!this.#closed && isComing) await this.#inTime(this.#come(), CONNECT_TIMEOUT);
    return watch.redis === 'answers' && this.#redis.status === 'ready';
  }

  async #come(): Promise<void> {
    const { watch } = this.#options;
    await watch.known;
    if (watch.redis === 'answers') await this.#ready;
  }

  /** A Redis that is silent with open connections answers nothing, and refuses nothing. */
  async #unlessLost<T>(work: Promise<T>, otherwise: T): Promise<T> {
    let give = () => {};
    const lost = new Promise<T>((resolve) => {
      give = () => resolve(otherwise);
    });
    this.#givenUpWhenLost.add(give);
    try {
      return await Promise.race([work, lost]);
    } finally {
      this.#givenUpWhenLost.delete(give);
    }
  }

  #inTime<T>(asked: Promise<T>, ms: number): Promise<T | undefined> {
    return inTime<T | undefined>(this.#options.clock, ms, asked, undefined, (why) => {
      if (why === 'late') this.counters.unanswered++;
      else this.counters.failed++;
    });
  }

  #failed(zone: string, error: unknown): void {
    if (this.#closed) return;
    this.counters.failed++;
    const message = error instanceof Error ? error.message : String(error);
    this.#options.log.debug({ zone }, `the other nodes of the site could not be told: ${message}`);
  }

  get #channel(): string {
    return `${this.#prefix}:news`;
  }

  #headKey(zone: string): string {
    return `${this.#prefix}:head:${jobId(zone)}`;
  }

  #offerKey(zone: string, serial: number): string {
    return `${this.#prefix}:offer:${jobId(zone)}:${serial}`;
  }
}
