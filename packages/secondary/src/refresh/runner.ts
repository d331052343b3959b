import { isDeepStrictEqual } from 'node:util';
import type { Log, SerialAt, SoaCheck } from '@zonewire/nameserver';
import { nameKey, nameToText } from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import type { SecondaryZoneConfig } from '../config.ts';
import type { RefreshOutcome, SecondaryEvent } from '../events.ts';
import type { ScheduleAbout } from '../schedule/port.ts';
import { SITE, type SiteHead } from '../site/port.ts';
import { FactSaver } from './fact-saver.ts';
import type { RefreshFacts } from './facts.ts';
import { factsAfterInstall } from './facts-after.ts';
import { type Fetched, type FetchRequest, fetchVersion, heldOf } from './fetch.ts';
import { HeldVersion } from './held-version.ts';
import { start, step } from './machine.ts';
import { isExpired, type Plan, plan } from './plan.ts';
import { type PrimaryAddress, primaryAddresses } from './primaries.ts';
import { RoundWaiters } from './round-waiters.ts';
import type { RunnerPorts } from './runner-ports.ts';
import { SITE_AS_PRIMARY, SiteTalk, siteHeadOf } from './site-talk.ts';
import { checkSoa, type Failure } from './soa-check.ts';
import type { RefreshConfig, RefreshEffect, RefreshEvent, RefreshState } from './state.ts';
import { intervalsOf } from './timing.ts';

/** Carries out what the machine of one zone wants: asks, transfers, installs, saves, and tells it what came of it. */
export class ZoneRunner {
  /** Presentation form, lower case. */
  readonly text: string;
  /** nameKey of the apex. */
  readonly key: string;
  config: SecondaryZoneConfig;
  state: RefreshState;
  served: SerialAt | undefined;
  lastCheck: SoaCheck | undefined;
  readonly #ports: RunnerPorts;
  #machine: RefreshConfig;
  /** What the schedule was last told; reason undefined: nothing. */
  #plannedAt = 0;
  #plannedReason: Plan['reason'] | undefined;
  #isStopped = false;
  /** Of the round under way; zones at rest have none. */
  #round: AbortController | undefined;
  #saver: FactSaver | undefined;
  readonly #held: HeldVersion;
  #waiters: RoundWaiters | undefined;
  readonly #site: SiteTalk | undefined;
  #hasExpired = false;
  /** While it is made: what is served then was on disk. */
  #isLoading = true;

  /** `pace` gives the time of a first round after a start (see {@link RefreshState}). */
  constructor(
    config: SecondaryZoneConfig,
    stored: { readonly version: ZoneVersion | undefined; readonly facts: RefreshFacts },
    ports: RunnerPorts,
    pace: () => number,
  ) {
    this.config = config;
    this.text = nameToText(config.domain).toLowerCase();
    this.key = nameKey(config.domain);
    this.#ports = ports;
    this.#machine = machineConfig(config, ports.site !== undefined);
    this.#held = new HeldVersion(config.domain, stored.version, ports);
    const { site } = ports;
    this.#site = site && new SiteTalk(config.domain, this.text, { site, store: ports.store, clock: ports.clock });
    // From here on a clock that is set back is noticed, also before anything is due.
    const now = ports.expiries.look();
    const held = stored.version && heldOf(stored.version);
    // A version without the facts that belong to it (lost, or of another role) is old: it must be confirmed before it is served.
    const first = start({ held, facts: stored.facts }, now, this.#machine);
    // What is expired has no time to lose; how many are asked for at once is bounded all the same (limits.checks).
    const at = first.state.told === 'serving' ? pace() : now;
    this.state = { ...first.state, catchUp: held && { at, tries: 0 } };
    this.#perform(first.effects);
    this.#settle();
    this.#isLoading = false;
  }

  /** Made when something is said: most zones seldom do. */
  get #log(): Log {
    return this.#ports.log.child({ zone: this.text });
  }

  /** The version held, served or expired. */
  get version(): ZoneVersion | undefined {
    return this.#held.version;
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
    this.#plannedReason = undefined;
    // Another node of the site got the NOTIFY, and this one the round.
    if (reason === 'notify' && about?.notified !== undefined) this.dispatch({ kind: 'notify', ...about.notified });
    this.dispatch({ kind: 'tick' });
    if (this.state.phase.kind !== 'idle') await this.#waiting().rest();
    // The others know of it before the schedule lets one of them have the next round.
    await this.#site?.told();
  }

  /** Where the zone stands here, for other nodes of the site; undefined while nothing can be served. */
  siteHead(): SiteHead | undefined {
    return siteHeadOf(this.text, this.state, this.nextAttemptAt);
  }

  /** Asks for a round of its own, and resolves with what came of it. */
  ask(kind: 'refresh' | 'retransfer'): Promise<RefreshOutcome> {
    const outcome = this.#waiting().outcomeOfNext();
    this.dispatch({ kind });
    return outcome;
  }

  reconfigure(config: SecondaryZoneConfig): void {
    const before = this.#machine.primaries;
    if (!isDeepStrictEqual(this.config.verification, config.verification)) this.#held.vouched = undefined;
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
      this.#waiters?.roundBegins();
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
    this.#round = undefined;
    this.#held.stop();
    this.#waiters?.stop({ outcome: 'failed', message: 'the zone was stopped' });
    if (!forget) this.#save();
    await this.#saver?.settled();
  }

  #waiting(): RoundWaiters {
    this.#waiters ??= new RoundWaiters();
    return this.#waiters;
  }

  #save(): void {
    this.#saver ??= new FactSaver(
      this.config.domain,
      this.#ports.store,
      this.#log,
      () => this.state.facts,
      () => (this.#saver = undefined),
    );
    this.#saver.save();
  }

  /** The schedule, the expiry and the table follow the state. */
  #settle(): void {
    const { schedule, expiries, table } = this.#ports;
    const { facts, told } = this.state;
    const next = plan(this.state, this.#machine);
    if (next !== undefined && (next.reason !== this.#plannedReason || next.at !== this.#plannedAt)) {
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
    this.#plannedAt = next?.at ?? 0;
    this.#plannedReason = next?.reason;
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
          this.#save();
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

  async #check(effect: Extract<RefreshEffect, { kind: 'check' }>): Promise<void> {
    if (effect.primary === SITE && this.#site !== undefined) {
      this.dispatch(await this.#site.check());
      return;
    }
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
    const site = effect.primary === SITE ? this.#site : undefined;
    const primary = site === undefined ? this.#primary(effect.primary) : SITE_AS_PRIMARY;
    const request = this.#request(effect, primary);
    const fetched = await (site === undefined ? fetchVersion(request) : site.fetch(request));
    if (fetched.kind === 'installed') this.#installed(fetched);
    else if (fetched.kind === 'failed') {
      if (site === undefined && !this.#isStopped)
        this.#emit({
          kind: 'transfer-failed',
          from: primary.key,
          type: effect.type,
          code: fetched.code,
          failure: fetched.failure,
        });
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
      stalls: this.state.facts.primaries[primary.key]?.stalls ?? 0,
      checked: this.#held.vouched,
      factsAfter: (event) => factsAfterInstall(this.state.facts, event, this.#ports.clock.now(), this.#machine),
      signal: this.#signal(),
    };
  }

  #installed({ version, event, verification, times }: Extract<Fetched, { kind: 'installed' }>): void {
    this.#held.took(version, verification.vouches);
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
    this.#ports.published(this, version);
    void this.#held.compactIfNeeded();
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
    const { table } = this.#ports;
    if (this.#isLoading) table.load(this.config.domain, version, expireAt);
    else table.publish(this.config.domain, version, expireAt);
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
    const head = source === 'site' ? undefined : this.siteHead();
    if (head !== undefined) this.#site?.tell(head, outcome === 'installed' ? this.#lastInstalled() : undefined);
    if (outcome === 'failed' && lastError !== undefined)
      this.#emit({ kind: 'failed', code: lastError.code, message: lastError.message });
    this.#over({
      outcome,
      serial: this.version?.serial,
      ...(outcome === 'failed' ? { message: lastError?.message } : {}),
    });
  }

  #lastInstalled() {
    const { version } = this;
    return version && { version, fromSerial: this.state.facts.lastTransfer?.fromSerial };
  }

  #over(outcome: RefreshOutcome): void {
    this.#round = undefined;
    this.#waiters?.roundEnds(outcome);
    if (this.#waiters?.isEmpty) this.#waiters = undefined;
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

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function machineConfig(config: SecondaryZoneConfig, site: boolean): RefreshConfig {
  return { zone: config.domain, primaries: primaryAddresses(config.primaries), intervals: intervalsOf(config), site };
}
