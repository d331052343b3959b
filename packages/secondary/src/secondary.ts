import {
  Announcer,
  Compactor,
  type NotifyCounters,
  type NotifyWatcher,
  type ReplicaLag,
  type RequestContext,
  RunningTransfers,
  type TransferAnswer,
  TransferOut,
  type TransferSource,
  Verifier,
  type ZoneGlance,
  type ZoneHandler,
  type ZoneStatus,
} from '@zonewire/nameserver';
import {
  type Message,
  type MessageDraft,
  type Name,
  nameKey,
  nameToText,
  notifyResponse,
  RCODE,
  readNotify,
  ZonewireError,
} from '@zonewire/shared-protocol';
import { DEFAULT_JOURNAL_LIMITS, type JournalLimits, type StoredZone } from '@zonewire/zone-store';
import { DEFAULT_SECONDARY_LIMITS, type SecondaryLimits, type SecondaryZoneConfig } from './config.ts';
import { countEvent, newSecondaryCounters } from './counters.ts';
import type { RefreshOutcome, SecondaryEvent, SecondaryListener } from './events.ts';
import { NO_FACTS, readFacts } from './refresh/facts.ts';
import { Places } from './refresh/places.ts';
import { primaryOf } from './refresh/primaries.ts';
import { ZoneRunner } from './refresh/runner.ts';
import type { NodePorts, RunnerPorts } from './refresh/runner-ports.ts';
import { Unreachable } from './refresh/unreachable.ts';
import { DueTimes } from './schedule/due-times.ts';
import { type ZoneStanding, zoneGlance, zoneStanding, zoneStatus } from './zone-status.ts';

export interface SecondaryOptions extends NodePorts {
  readonly limits?: Partial<SecondaryLimits>;
  /** Transfers to others; one for the whole node, so that its limits hold for the node. Default: one of its own. */
  readonly transferOut?: TransferOut;
  readonly compactor?: Compactor;
  /** Default: one of its own. */
  readonly verifier?: Verifier;
  /** Told of every transfer in. Default: one that nobody looks at. */
  readonly running?: RunningTransfers;
  /** Told of everything that is sent to those this node feeds, and seen of them. */
  readonly watcher?: NotifyWatcher | undefined;
}

/** ms that loading a zone from disk is reckoned to take: so long for each that still waits, those that are loaded ask nobody. */
const LOAD_MS = 0.2;

/** The zones that this node is secondary for: loaded, kept fresh, fed on. */
export class Secondary {
  readonly counters = newSecondaryCounters();
  readonly #options: SecondaryOptions;
  readonly #ports: RunnerPorts;
  readonly #announcer: Announcer;
  readonly #transfers: TransferOut;
  /** Taken on, and not loaded yet. */
  readonly #waiting = new Map<string, SecondaryZoneConfig>();
  readonly #runners = new Map<string, ZoneRunner>();
  readonly #byText = new Map<string, ZoneRunner>();
  /** What stood in the way of loading a zone from the store, until it is transferred anew. */
  readonly #damage = new Map<string, NonNullable<ZoneStatus['lastError']>>();
  readonly #listeners = new Set<SecondaryListener>();
  #nextStart = 0;
  #stopped = false;

  constructor(options: SecondaryOptions) {
    this.#options = options;
    const { store, table, client, clock, log, random, schedule } = options;
    const limits = { ...DEFAULT_SECONDARY_LIMITS, ...options.limits };
    this.#announcer = new Announcer({ client, clock, log, watcher: options.watcher });
    this.#transfers = options.transferOut ?? new TransferOut({ clock, log });
    this.#ports = {
      store,
      table,
      client,
      clock,
      log,
      random,
      schedule,
      site: options.site,
      limits,
      expiries: new DueTimes(
        clock,
        (zones) => {
          for (const zone of zones) this.#byText.get(zone)?.dispatch({ kind: 'look' });
        },
        (ms) => {
          log.warn({ ms }, 'the clock of this machine was set back; all times of the zones move with it');
          for (const runner of this.#runners.values()) runner.dispatch({ kind: 'set-back', ms });
        },
      ),
      checks: new Places(limits.checks),
      transfers: new Places(limits.transfers, limits.transfersPerPrimary),
      unreachable: new Unreachable(clock),
      compactor: options.compactor ?? new Compactor(),
      verifier: options.verifier ?? new Verifier(),
      running: options.running ?? new RunningTransfers(clock),
      emit: (event) => this.#emit(event),
      written: ({ domain, notify }, version, expireAt) => {
        table.prepare(domain, version, expireAt);
        if (notify.length > 0) this.#announcer.foretell(domain, version);
      },
      published: ({ key, config: { domain, notify } }, version) => {
        this.#damage.delete(key);
        if (notify.length === 0 || !this.#runners.has(key)) return;
        this.#announcer.watch(domain, version, notify);
        this.#announcer.announce(domain, version, clock.now());
      },
    };
    schedule.start(async (zone, reason, about) => this.#byText.get(zone)?.process(reason, about));
    options.site?.start({
      news: (head) => this.#byText.get(head.zone)?.dispatch({ kind: 'news', head }),
      zones: () => this.#byText.keys(),
      serves: (zone) => {
        const runner = this.#byText.get(zone);
        const head = runner?.siteHead();
        return head && runner?.version && { head, version: runner.version };
      },
    });
  }

  /** {@link takeOn} and {@link load}. */
  async addZone(config: SecondaryZoneConfig): Promise<void> {
    this.takeOn(config);
    await this.load(config.domain);
  }

  /** From now on queries for the zone are answered, with SERVFAIL until it is loaded. Throws `zone-already-served`. */
  takeOn(config: SecondaryZoneConfig): void {
    const { store, table } = this.#options;
    const { domain } = config;
    const zone = nameToText(domain);
    if (this.#stopped) throw new ZonewireError('secondary-stopped', `zone ${zone} was added after the end`, { zone });
    table.add({ apex: domain, acl: config.acl, role: 'secondary', handler: this.#handler });
    store.setLimits(domain, journalLimits(config));
    this.#waiting.set(nameKey(domain), config);
  }

  /**
   * Resolves once the last good version of the zone, if there is one on disk, is served (or is known to be expired): no
   * network is waited for. A zone whose stored version is damaged is fetched anew, the reason is on its status.
   */
  async load(domain: Name): Promise<void> {
    const { store, clock, log } = this.#options;
    const zone = nameToText(domain);
    const config = this.#waiting.get(nameKey(domain));
    if (config === undefined) return;
    let stored: StoredZone | undefined;
    try {
      stored = await store.load(domain);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const code = error instanceof ZonewireError ? error.code : 'store-failed';
      const text = `the stored version cannot be used, the zone is fetched anew: ${message}`;
      log.error({ zone, err: error }, text);
      this.#damage.set(nameKey(domain), { at: clock.now(), code, message: text });
    }
    // Removed or stopped while the disk was read.
    if (this.#stopped || this.#waiting.get(nameKey(domain)) !== config) return;
    const facts = stored === undefined ? NO_FACTS : readFacts(stored.facts);
    const runner = new ZoneRunner(config, { version: stored?.version, facts }, this.#ports, () => this.#pace());
    this.#waiting.delete(nameKey(domain));
    this.#runners.set(runner.key, runner);
    this.#byText.set(runner.text, runner);
    this.#options.site?.joined(runner.text);
    if (runner.version !== undefined && config.notify.length > 0)
      this.#announcer.watch(domain, runner.version, config.notify);
  }

  /** Gives a zone up: answers REFUSED from now on. What is stored of it stays, unless `drop` says otherwise. */
  async removeZone(domain: Name, options: { readonly drop?: boolean } = {}): Promise<void> {
    const { store, table } = this.#options;
    const runner = this.#runners.get(nameKey(domain));
    table.remove(domain);
    this.#waiting.delete(nameKey(domain));
    this.#announcer.forget(domain);
    this.#damage.delete(nameKey(domain));
    if (runner !== undefined) {
      this.#runners.delete(nameKey(domain));
      this.#byText.delete(runner.text);
      await runner.stop(options.drop);
    }
    if (options.drop) await store.drop(domain);
  }

  /** New settings for a zone that goes on: its plan is derived anew from what is known. Other primaries are asked at once. */
  updateConfig(config: SecondaryZoneConfig): void {
    const { store, table } = this.#options;
    const runner = this.#runner(config.domain);
    store.setLimits(config.domain, journalLimits(config));
    const entry = table.get(config.domain);
    if (entry !== undefined) entry.acl = config.acl;
    runner.reconfigure(config);
    if (config.notify.length === 0) this.#announcer.forget(config.domain);
    else if (runner.version !== undefined) this.#announcer.watch(config.domain, runner.version, config.notify);
  }

  /** Asks the primaries now, and resolves with what came of it. */
  refresh(domain: Name): Promise<RefreshOutcome> {
    return this.#runner(domain).ask('refresh');
  }

  /** Fetches the whole zone now and takes it whatever its serial is. */
  retransfer(domain: Name): Promise<RefreshOutcome> {
    return this.#runner(domain).ask('retransfer');
  }

  /** NOTIFY to everybody this zone is fed to. @returns how many there are. */
  notifyNow(domain: Name): number {
    this.#runner(domain);
    return this.#announcer.notifyNow(domain);
  }

  /** Where those stand that this node feeds with the zone. */
  lag(domain: Name): ReplicaLag[] {
    return this.#announcer.lag(domain);
  }

  /** A transfer of `serial` to one of those has come to its end. `zone`: presentation form, absolute, lower case. */
  fetched(zone: string, remote: string, serial: number, wantsForetold: boolean): void {
    this.#announcer.fetched(zone, remote, serial, wantsForetold);
  }

  /** NOTIFY to those this node feeds. */
  get notifyCounters(): Readonly<NotifyCounters> {
    return this.#announcer.counters;
  }

  /** Messages to secondaries that wait for their turn, and secondaries that are taken to be dead. */
  get notifyWaiting(): { readonly messages: number; readonly deadRemotes: number } {
    return this.#announcer.waiting;
  }

  has(domain: Name): boolean {
    return this.#runners.has(nameKey(domain)) || this.#waiting.has(nameKey(domain));
  }

  status(domain: Name): ZoneStatus | undefined {
    const runner = this.#runners.get(nameKey(domain));
    if (runner !== undefined) return this.#status(runner);
    const waiting = this.#waiting.get(nameKey(domain));
    return waiting && notLoadedStatus(waiting);
  }

  /** By presentation form, lower case; undefined: the zone is not loaded, or none of these. */
  standing(zone: string): ZoneStanding | undefined {
    const runner = this.#byText.get(zone);
    return runner && zoneStanding(runner, this.#damage.get(runner.key));
  }

  glance(domain: Name): ZoneGlance | undefined {
    const key = nameKey(domain);
    const runner = this.#runners.get(key);
    if (runner !== undefined) return zoneGlance(runner, this.#damage.get(key));
    const waiting = this.#waiting.get(key);
    return waiting && notLoadedGlance(waiting);
  }

  /** All zones, as they are when each is come to. */
  *glances(): Generator<ZoneGlance> {
    const runners = [...this.#runners];
    for (const waiting of [...this.#waiting.values()]) yield notLoadedGlance(waiting);
    for (const [key, runner] of runners) yield zoneGlance(runner, this.#damage.get(key));
  }

  /** Of every zone at everybody that it is fed to; see {@link Announcer.figures}. */
  figures(take: Parameters<Announcer['figures']>[0]): Generator<void> {
    return this.#announcer.figures(take);
  }

  /** Calls `listener` with everything that happens to the zones. @returns how to end it. */
  events(listener: SecondaryListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Transfers under way are given up, facts are stored. Zones stay in the table: answering ends with the nameserver. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#announcer.stop();
    // First: what other nodes share of the schedule is not cancelled by the zones that stop here.
    const closed = this.#options.schedule.close();
    await Promise.all(Array.from(this.#runners.values(), (runner) => runner.stop()));
    this.#ports.expiries.close();
    await closed;
    await this.#options.site?.close();
  }

  #status(runner: ZoneRunner): ZoneStatus {
    const { domain } = runner.config;
    const damage = this.#damage.get(runner.key);
    return zoneStatus(runner, this.#options.store.journalInfo(domain), this.#announcer.lag(domain), damage);
  }

  #runner(domain: Name): ZoneRunner {
    const runner = this.#runners.get(nameKey(domain));
    if (runner !== undefined) return runner;
    const zone = nameToText(domain);
    if (this.#waiting.has(nameKey(domain)))
      throw new ZonewireError('zone-not-loaded', `${zone} is not read from disk yet: try again in a moment`, { zone });
    throw new ZonewireError('zone-not-secondary', `this node is not secondary for ${zone}`, { zone });
  }

  /** First rounds after a start leave at a bounded pace, when the other zones are most likely loaded too. */
  #pace(): number {
    const first = this.#options.clock.now() + (this.#waiting.size - 1) * LOAD_MS;
    this.#nextStart = Math.max(first, this.#nextStart + 1000 / this.#ports.limits.startsPerSecond);
    return this.#nextStart;
  }

  /** One for all zones: each request names the apex of its own. */
  readonly #handler: ZoneHandler = {
    notify: async (request, context) => this.#notified(request, context),
    transfer: (request, context) => this.#transferOut(request.question[0].name, request, context),
  };

  /** The acl has let it pass. Answered at once, whatever the round that it begins brings (RFC 1996 4.7). */
  #notified(request: Message, context: RequestContext): MessageDraft | number {
    const notify = readNotify(request);
    if (!notify.ok) return notify.error.rcode;
    const runner = this.#runners.get(nameKey(notify.value.zone));
    // Not loaded from disk yet: the sender tries again.
    if (runner === undefined) return RCODE.SERVFAIL;
    const serial = notify.value.serialHint;
    const { zone, clock, from } = { zone: runner.text, clock: this.#options.clock, from: context.peerAddress };
    this.#emit({ kind: 'notified', zone, at: clock.now(), serial, from });
    runner.dispatch({ kind: 'notify', serial, primary: primaryOf(runner.primaries, context.peerAddress, context.key) });
    return notifyResponse(request, RCODE.NOERROR);
  }

  /** A hub feeds others from what it serves itself; an expired zone is not passed on. */
  #transferOut(domain: Name, request: Message, context: RequestContext): TransferAnswer {
    const { table, store, clock } = this.#options;
    const entry = table.get(domain);
    const version = entry?.state === 'serving' ? entry.version : undefined;
    const left = (entry?.expireAt ?? 0) - clock.now();
    if (version === undefined || left <= 0) return this.#transfers.answer(request, context, undefined);
    const source: TransferSource = {
      version,
      // RFC 7314 4: what is left of it here, so that a chain of secondaries does not outlive the origin.
      secondsToExpire: Math.floor(left / 1000),
      diffsFrom: (serial) => store.diffsFrom(domain, serial),
    };
    return this.#transfers.answer(request, context, source);
  }

  #emit(event: SecondaryEvent): void {
    countEvent(this.counters, event);
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#options.log.error({ err: error, zone: event.zone }, 'a listener to events of secondaries failed');
      }
    }
  }
}

function notLoadedStatus({ domain }: SecondaryZoneConfig): ZoneStatus {
  return { zone: nameToText(domain), role: 'secondary', state: 'loading' };
}

function notLoadedGlance({ domain }: SecondaryZoneConfig): ZoneGlance {
  const unknown = { serial: undefined, expireAt: undefined, expire: undefined };
  return { zone: nameToText(domain), role: 'secondary', state: 'loading', ...unknown, hasFailed: false };
}

function journalLimits({ journalMaxSize, journalMaxDepth }: SecondaryZoneConfig): JournalLimits {
  if (journalMaxSize === undefined && journalMaxDepth === undefined) return DEFAULT_JOURNAL_LIMITS;
  return {
    journalMaxSize: journalMaxSize ?? DEFAULT_JOURNAL_LIMITS.journalMaxSize,
    journalMaxDepth: journalMaxDepth ?? DEFAULT_JOURNAL_LIMITS.journalMaxDepth,
  };
}
