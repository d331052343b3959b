import { isDeepStrictEqual } from 'node:util';
import type {
  Clock,
  Compactor,
  DnsExchange,
  FillRandom,
  Log,
  RunningTransfers,
  SerialAt,
  SoaCheck,
  Verifier,
  ZoneTable,
} from '@zonewire/nameserver';
import { type Name, nameToText } from '@zonewire/shared-protocol';
import { needsCompaction, replaceBase, type ZoneVersion } from '@zonewire/zone';
import type { ZoneStore } from '@zonewire/zone-store';
import type { SecondaryLimits, SecondaryZoneConfig } from '../config.ts';
import type { RefreshOutcome, SecondaryEvent } from '../events.ts';
import type { InstallTimes } from '../install.ts';
import type { DueTimes } from '../schedule/due-times.ts';
import type { Schedule, ScheduleAbout } from '../schedule/port.ts';
import { SITE, type SiteHead, type SiteLink, type ToldContent } from '../site/port.ts';
import { FactSaver } from './fact-saver.ts';
import type { RefreshFacts } from './facts.ts';
import { type Fetched, type FetchRequest, fetchFromSite, fetchVersion, heldOf, secondsLeft } from './fetch.ts';
import { factsAfterInstall, start, step } from './machine.ts';
import type { Places } from './places.ts';
import { isExpired, plan } from './plan.ts';
import { type PrimaryAddress, primaryAddresses } from './primaries.ts';
import { checkSoa, type Failure } from './soa-check.ts';
import type { RefreshConfig, RefreshEffect, RefreshEvent, RefreshState } from './state.ts';
import { DEFAULT_INTERVALS, type RefreshIntervals } from './timing.ts';
import type { Unreachable } from './unreachable.ts';

/** What the runners of all zones share. */
export interface RunnerPorts {
  readonly store: ZoneStore;
  readonly table: ZoneTable;
  readonly client: DnsExchange;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: FillRandom;
  readonly schedule: Schedule;
  /** Absent: the node is a site of its own. */
  readonly site?: SiteLink | undefined;
  /** When each zone expires: apart from the schedule, for it must be noticed in the middle of a round, and on every node by itself. */
  readonly expiries: DueTimes;
  readonly limits: SecondaryLimits;
  readonly checks: Places;
  readonly transfers: Places;
  readonly unreachable: Unreachable;
  readonly compactor: Compactor;
  readonly verifier: Verifier;
  readonly running: RunningTransfers;
  readonly emit: (event: SecondaryEvent) => void;
  /** A new version is served: those it is fed to are to be told. */
  readonly published: (zone: Name, version: ZoneVersion) => void;
}

/** Carries out what the machine of one zone wants: asks, transfers, installs, saves, and tells it what came of it. */
export class ZoneRunner {
  readonly text: string;
  config: SecondaryZoneConfig;
  state: RefreshState;
  version: ZoneVersion | undefined;
  /** The version held, when its verification vouches. */
  #vouched: ZoneVersion | undefined;
  served: SerialAt | undefined;
  lastCheck: SoaCheck | undefined;
  readonly #ports: RunnerPorts;
  readonly #log: Log;
  #machine: RefreshConfig;
  #planned: string | undefined;
  #isStopped = false;
  /** Of the round under way; zones at rest have none. */
  #round: AbortController | undefined;
  readonly #saver: FactSaver;
  #hasExpired = false;
  #compacting = false;
  #asked: ((outcome: RefreshOutcome) => void)[] = [];
  #inRound: ((outcome: RefreshOutcome) => void)[] = [];
  #roundOver: (() => void) | undefined;
  /** What the site said it has, while a round takes it from there. */
  #siteHead: SiteHead | undefined;
  /** What this node tells the site of its round. */
  #telling: Promise<void> | undefined;

  /** `pace` gives the time of a first round after a start (see {@link RefreshState}). */
  constructor(
    config: SecondaryZoneConfig,
    stored: { readonly version: ZoneVersion | undefined; readonly facts: RefreshFacts },
    ports: RunnerPorts,
    pace: () => number,
  ) {
    this.config = config;
    this.text = nameToText(config.domain).toLowerCase();
    this.#ports = ports;
    this.#log = ports.log.child({ zone: this.text });
    this.#saver = new FactSaver(config.domain, ports.store, this.#log, () => this.state.facts);
    this.#machine = machineConfig(config, ports.site !== undefined);
    this.version = stored.version;
    const now = ports.clock.now();
    const held = stored.version && heldOf(stored.version);
    // A version without the facts that belong to it (lost, or of another role) is old: it must be confirmed before it is served.
    const first = start({ held, facts: stored.facts }, now, this.#machine);
    // What is expired has no time to lose; how many are asked for at once is bounded all the same (limits.checks).
    const at = first.state.told === 'serving' ? pace() : now;
    this.state = { ...first.state, catchUp: held && { at, tries: 0 } };
    this.#perform(first.effects);
    this.#settle();
  }

  get primaries(): readonly PrimaryAddress[] {
    return this.#machine.primaries;
  }

  get expired(): boolean {
    return isExpired(this.state);
  }

  /** When the next round is planned, ms since the epoch; undefined while one is under way. */
  get nextAttemptAt(): number | undefined {
    return plan(this.state, this.#machine)?.at;
  }

  /** The schedule's processor: a round, if one is due. Resolves when the zone is at rest. */
  async process(reason?: string, about?: ScheduleAbout): Promise<void> {
    this.#planned = undefined;
    // Another node of the site got the NOTIFY, and this one the round.
    if (reason === 'notify' && about?.notified !== undefined) this.dispatch({ kind: 'notify', ...about.notified });
    this.dispatch({ kind: 'tick' });
    if (this.state.phase.kind !== 'idle')
      await new Promise<void>((resolve) => {
        this.#roundOver = resolve;
      });
    // The others know of it before the schedule lets one of them have the next round.
    await this.#telling;
  }

  /** Where the zone stands here, for other nodes of the site; undefined while nothing can be served. */
  siteHead(): SiteHead | undefined {
    const { facts, held } = this.state;
    const { lastGoodCheckAt, expireAt, failures, lastAttemptAt, lastError } = facts;
    if (held === undefined || lastGoodCheckAt === undefined || expireAt === undefined || this.expired) return undefined;
    return {
      zone: this.text,
      serial: held.serial,
      checkedAt: lastGoodCheckAt,
      expireAt,
      nextAt: this.nextAttemptAt ?? facts.asOf,
      failures,
      ...(failures === 0 || lastError === undefined
        ? {}
        : { failedAt: lastAttemptAt, error: { code: lastError.code, message: lastError.message } }),
    };
  }

  /** Asks for a round of its own, and resolves with what came of it. */
  ask(kind: 'refresh' | 'retransfer'): Promise<RefreshOutcome> {
    return new Promise((resolve) => {
      this.#asked.push(resolve);
      this.dispatch({ kind });
    });
  }

  reconfigure(config: SecondaryZoneConfig): void {
    const before = this.#machine.primaries;
    if (!isDeepStrictEqual(this.config.verification, config.verification)) this.#vouched = undefined;
    this.config = config;
    this.#machine = machineConfig(config, this.#ports.site !== undefined);
    this.dispatch({ kind: 'configured' });
    if (!isDeepStrictEqual(before, this.#machine.primaries)) this.dispatch({ kind: 'refresh' });
  }

  dispatch(event: RefreshEvent): void {
    if (this.#isStopped) return;
    // A clock that was set back is told to all zones first, this one included.
    const now = this.#ports.expiries.look();
    const before = this.state;
    const next = step(before, event, now, this.#machine);
    this.state = next.state;
    if (
      before.phase.kind === 'idle' &&
      next.effects.some(({ kind }) => kind === 'check' || kind === 'transfer' || kind === 'ended')
    ) {
      this.#inRound.push(...this.#asked.splice(0));
    }
    this.#perform(next.effects);
    this.#settle();
  }

  /** Aborts what is under way and saves what is known. With `forget` nothing is saved any more. */
  async stop(forget = false): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#ports.expiries.delete(this.text);
    this.#ports.schedule.cancel(this.text);
    this.#round?.abort(new Error(`zone ${this.text} is being stopped`));
    this.#over({ outcome: 'failed', message: 'the zone was stopped' });
    for (const resolve of this.#asked.splice(0)) resolve({ outcome: 'failed', message: 'the zone was stopped' });
    if (!forget) this.#saver.save();
    await this.#saver.settled();
  }

  /** The schedule, the expiry and the table follow the state. */
  #settle(): void {
    const { schedule, expiries, table } = this.#ports;
    const { facts, told } = this.state;
    const next = plan(this.state, this.#machine);
    const planned = next && `${next.at} ${next.reason}`;
    if (next !== undefined && planned !== this.#planned) {
      const { held, pending } = this.state;
      const about = {
        serial: held?.serial,
        attempt: facts.failures + 1,
        ...(pending?.cause === 'notify' ? { notified: { serial: pending.serial, primary: pending.primary } } : {}),
        ...(pending === undefined || pending.cause === 'notify' ? {} : { local: true }),
      };
      if (next.priority === 'change') schedule.promote(this.text, next.reason, about);
      else schedule.set(this.text, next.at, next.reason, 'timer', about);
    }
    this.#planned = planned;
    if (told !== 'serving' || facts.expireAt === undefined) {
      expiries.delete(this.text);
      return;
    }
    expiries.set(this.text, facts.expireAt);
    const entry = table.get(this.config.domain);
    if (entry !== undefined && entry.version !== undefined && entry.expireAt !== facts.expireAt)
      table.renew(this.config.domain, facts.expireAt);
  }

  #perform(effects: readonly RefreshEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'check':
          void this.#work(effect, () => this.#check(effect));
          break;
        case 'transfer':
          void this.#work(effect, () => this.#transfer(effect));
          break;
        case 'serve':
          this.#serve();
          break;
        case 'expire':
          this.#expire();
          break;
        case 'save':
          this.#saver.save();
          break;
        case 'ended':
          this.#ended(effect);
          break;
      }
    }
  }

  /** A bug or a broken port must not leave the zone in a round for ever. */
  async #work(effect: { readonly primary: string }, work: () => Promise<void>): Promise<void> {
    try {
      // Never inside the dispatch that wants it: what it finds out is the next event.
      await undefined;
      if (this.#isStopped) return;
      await work();
    } catch (error) {
      if (this.#isStopped) return;
      this.#log.error({ err: error, primary: effect.primary }, 'a refresh ended with an unexpected error');
      const message = `unexpected error: ${error instanceof Error ? error.message : String(error)}`;
      this.dispatch({ kind: 'failed', primary: effect.primary, failure: 'local', code: 'internal-error', message });
    }
  }

  async #checkSite(site: SiteLink): Promise<void> {
    const head = await site.head(this.text);
    this.#siteHead = head;
    if (head === undefined || head.expireAt <= this.#ports.clock.now()) {
      const message = `the site knows nothing of ${this.text}`;
      this.dispatch({ kind: 'failed', primary: SITE, failure: 'unreachable', code: 'site-silent', message });
      return;
    }
    const { serial, checkedAt, nextAt } = head;
    const expire = secondsLeft(head, this.#ports.clock.now());
    this.dispatch({ kind: 'answered', primary: SITE, serial, expire, checkedAt, nextAt });
  }

  async #transferFromSite(site: SiteLink, effect: Extract<RefreshEffect, { kind: 'transfer' }>): Promise<void> {
    const head = this.#siteHead!;
    const fetched = await fetchFromSite({ ...this.#request(effect, SITE_AS_PRIMARY), site, head });
    if (fetched.kind === 'installed') this.#took(fetched);
    else if (fetched.kind === 'failed') this.#failed(SITE_AS_PRIMARY, fetched);
    else if (fetched.kind === 'answered')
      this.#failed(SITE_AS_PRIMARY, {
        failure: 'refused',
        code: 'site-not-newer',
        message: 'the site had nothing newer',
      });
  }

  async #check(effect: Extract<RefreshEffect, { kind: 'check' }>): Promise<void> {
    if (effect.primary === SITE && this.#ports.site !== undefined) return this.#checkSite(this.#ports.site);
    const { checks, unreachable, client, limits, clock } = this.#ports;
    const signal = this.#signal();
    const primary = this.#primary(effect.primary);
    const answer = await unreachable.ask(checks, effect.primary, effect.urgent, signal, () =>
      checkSoa({ client, zone: this.config.domain, primary, timeout: limits.checkTimeout, signal }),
    );
    const at = clock.now();
    if (!answer.ok) {
      this.lastCheck = { at, from: primary.key, result: answer.message };
      this.#emit({ kind: 'checked', from: primary.key, result: answer.message });
      this.#failed(primary, answer);
      return;
    }
    const { serial, expire } = answer;
    this.#checked(primary, serial);
    this.dispatch({ kind: 'answered', primary: primary.key, serial, expire });
  }

  #checked(primary: PrimaryAddress, serial: number): void {
    const ours = this.version?.serial;
    const result = ours === undefined ? 'not loaded yet' : serial === ours ? 'up to date' : `we have ${ours}`;
    this.lastCheck = { at: this.#ports.clock.now(), from: primary.key, serial, result };
    this.#emit({ kind: 'checked', from: primary.key, serial, result });
  }

  async #transfer(effect: Extract<RefreshEffect, { kind: 'transfer' }>): Promise<void> {
    if (effect.primary === SITE && this.#ports.site !== undefined)
      return this.#transferFromSite(this.#ports.site, effect);
    const primary = this.#primary(effect.primary);
    const fetched = await fetchVersion(this.#request(effect, primary));
    if (fetched.kind === 'installed') this.#took(fetched);
    else if (fetched.kind === 'failed') {
      if (!this.#isStopped)
        this.#emit({ kind: 'transfer-failed', from: primary.key, type: effect.type, code: fetched.code });
      this.#failed(primary, fetched);
    } else if (fetched.kind === 'answered') {
      const { serial, expire } = fetched;
      this.#checked(primary, serial);
      this.dispatch({ kind: 'answered', primary: primary.key, serial, expire });
    }
  }

  #request(effect: FetchRequest['effect'], primary: PrimaryAddress): FetchRequest {
    return {
      ports: this.#ports,
      config: this.config,
      primary,
      effect,
      held: this.version,
      checked: this.#vouched,
      factsAfter: (event) => factsAfterInstall(this.state.facts, event, this.#ports.clock.now(), this.#machine),
      signal: this.#signal(),
    };
  }

  #took({ version, event, verification, times }: Extract<Fetched, { kind: 'installed' }>): void {
    this.#vouched = verification.vouches ? version : undefined;
    this.#installed(version, event, times);
  }

  #installed(version: ZoneVersion, event: Extract<RefreshEvent, { kind: 'installed' }>, times: InstallTimes): void {
    this.version = version;
    this.#hasExpired = false;
    this.served = { serial: version.serial, at: this.#ports.clock.now() };
    const { type, from, records, bytes, ms, fromSerial, toSerial } = event.transfer;
    this.#log.info({ serial: toSerial, fromSerial, type, from, records, bytes, ms }, 'zone transferred');
    for (const finding of event.verification?.findings ?? []) this.#log.warn({ serial: toSerial }, finding);
    this.dispatch(event);
    this.#emit({
      kind: 'installed',
      transfer: event.transfer,
      times,
      primary: this.#machine.primaries.find(({ key }) => key === from)?.id ?? from,
      expireAt: this.state.facts.expireAt,
      refreshAt: this.nextAttemptAt,
    });
    this.#ports.published(this.config.domain, version);
    if (!this.#compacting && needsCompaction(version)) void this.#compact(version);
  }

  /** Many small changes make lookups probe more layers; merging them changes nothing that anybody sees. */
  async #compact(from: ZoneVersion): Promise<void> {
    this.#compacting = true;
    try {
      const compacted = await this.#ports.compactor.compact(from);
      if (this.#isStopped || this.version === undefined) return;
      const before = this.version;
      this.version = replaceBase(before, from, compacted);
      if (this.#vouched === before) this.#vouched = this.version;
      // The same records: nothing but the layers they are read from changes. Another version may just have been published.
      this.#ports.table.replaceLayers(this.config.domain, before, this.version);
    } catch (error) {
      this.#log.warn({ err: error }, 'the layers of the zone could not be merged; it is served as it is');
    } finally {
      this.#compacting = false;
    }
  }

  #failed(primary: PrimaryAddress, failure: Failure): void {
    if (this.#isStopped) return;
    this.#log.warn({ primary: primary.key, code: failure.code }, failure.message);
    const { failure: kind, code, message } = failure;
    this.dispatch({ kind: 'failed', primary: primary.key, failure: kind, code, message });
  }

  #serve(): void {
    const { version } = this;
    const { expireAt, asOf } = this.state.facts;
    if (version === undefined || expireAt === undefined) return;
    const revived = this.#hasExpired;
    this.#hasExpired = false;
    this.#ports.table.publish(this.config.domain, version, expireAt);
    if (this.served?.serial !== version.serial) this.served = { serial: version.serial, at: asOf };
    if (!revived) return;
    this.#log.info({ serial: version.serial }, 'zone is served again: a primary confirmed the serial');
    this.#emit({ kind: 'revived', serial: version.serial });
  }

  #expire(): void {
    const { table } = this.#ports;
    const { domain } = this.config;
    const entry = table.get(domain);
    // After a start the version is known to the table, so that it can be renewed.
    if (entry !== undefined && entry.version === undefined && this.version !== undefined)
      table.publish(domain, this.version, this.state.facts.expireAt ?? 0);
    if (entry !== undefined) table.expire(domain);
    this.served = undefined;
    this.#hasExpired = true;
    this.#log.error(
      { expireAt: this.state.facts.expireAt },
      'zone expired: no primary has confirmed it for SOA EXPIRE seconds; answers are SERVFAIL until one does',
    );
    this.#emit({ kind: 'expired' });
  }

  #ended({ outcome, source }: Extract<RefreshEffect, { kind: 'ended' }>): void {
    const { lastError } = this.state.facts;
    if (source !== 'site') this.#tell(outcome);
    if (outcome === 'failed' && lastError !== undefined)
      this.#emit({ kind: 'failed', code: lastError.code, message: lastError.message });
    this.#over({
      outcome,
      serial: this.version?.serial,
      ...(outcome === 'failed' ? { message: lastError?.message } : {}),
    });
  }

  /** What a primary said or gave is told to the other nodes of the site. */
  #tell(outcome: RefreshOutcome['outcome']): void {
    const { site, store } = this.#ports;
    const head = this.siteHead();
    if (site === undefined || head === undefined) return;
    const { version } = this;
    const fromSerial = this.state.facts.lastTransfer?.fromSerial;
    let content: ToldContent | undefined;
    if (outcome === 'installed' && version !== undefined) {
      const diffs =
        fromSerial === undefined ? undefined : store.diffsFrom(this.config.domain, fromSerial, version.byteLength);
      content = { version, diffs: diffs?.length === 0 ? undefined : diffs };
    }
    const telling = site.tell(head, content).finally(() => {
      if (this.#telling === telling) this.#telling = undefined;
    });
    this.#telling = telling;
  }

  #over(outcome: RefreshOutcome): void {
    this.#round = undefined;
    for (const resolve of this.#inRound.splice(0)) resolve(outcome);
    this.#roundOver?.();
    this.#roundOver = undefined;
  }

  #signal(): AbortSignal {
    this.#round ??= new AbortController();
    return this.#round.signal;
  }

  #primary(key: string): PrimaryAddress {
    const found = this.#machine.primaries.find((primary) => primary.key === key);
    if (found === undefined) throw new Error(`primary ${key} is not configured`);
    return found;
  }

  #emit(event: DistributiveOmit<SecondaryEvent, 'zone' | 'at'>): void {
    this.#ports.emit({ ...event, zone: this.text, at: this.#ports.clock.now() } as SecondaryEvent);
  }
}

/** The site in the place of a primary. */
const SITE_AS_PRIMARY: PrimaryAddress = { key: SITE, id: SITE, host: '', port: 0 };

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function machineConfig(config: SecondaryZoneConfig, site: boolean): RefreshConfig {
  return { zone: config.domain, primaries: primaryAddresses(config.primaries), intervals: intervalsOf(config), site };
}

function intervalsOf(config: SecondaryZoneConfig): RefreshIntervals {
  const keys = Object.keys(DEFAULT_INTERVALS) as (keyof RefreshIntervals)[];
  // Ten thousand zones with the defaults share them.
  if (keys.every((key) => config[key] === undefined)) return DEFAULT_INTERVALS;
  const intervals = { ...DEFAULT_INTERVALS };
  for (const key of keys) intervals[key] = config[key] ?? intervals[key];
  return intervals;
}
