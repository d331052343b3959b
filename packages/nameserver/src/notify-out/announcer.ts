import { type Name, nameKey, nameToText } from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import type { DnsExchange } from '../client/dns-client.ts';
import type { Clock, Log } from '../ports.ts';
import type { ReplicaLag } from '../status.ts';
import { Backlog } from './backlog.ts';
import { CommitHistory } from './commit-history.ts';
import { type ExchangeWith, probeSerial, sendNotify } from './exchanges.ts';
import { startNotify, step, wakeAt } from './machine.ts';
import { NewNodeRounds } from './new-node.ts';
import { hasAnswered } from './nodes.ts';
import { type Exchange, type Heard, OutboundWindow } from './outbound-window.ts';
import { expectedIn, joinBacklog, stillWaits } from './place-in-backlog.ts';
import { addressText, type Remote, sameRemote } from './remote.ts';
import { RemoteNodes } from './remote-nodes.ts';
import { type LagFigures, lagBetween, lagFigures, noFigures, replicaLag } from './replica-lag.ts';
import type { NotifyEffect, NotifyEvent } from './state.ts';
import { type AnnouncedZone, spread, type Target } from './target.ts';
import { Telling } from './telling.ts';
import { NOTIFY_OUT, SILENT_IS_DEAD, SILENT_IS_UNREACHABLE } from './timing.ts';
import { WakeHeap } from './wake-heap.ts';
import type { NotifyWatcher } from './watcher.ts';

/** A target was seen to answer with a serial for the first time. Times in ms since the epoch. */
export interface ReplicaServed {
  readonly zone: Name;
  readonly remote: string;
  readonly serial: number;
  readonly servedAt: number;
  /** Absent when the commit is older than this process or its history. */
  readonly committedAt?: number;
  readonly lagMs?: number;
}

export interface NotifyCounters {
  notifiesSent: number;
  /** Of these, so many before the version was served ({@link Announcer.foretell}). */
  notifiesForetold: number;
  notifiesAcknowledged: number;
  /** No answer, or an answer that is no acknowledgement. */
  notifiesFailed: number;
  probesSent: number;
  probesFailed: number;
  /** Serials seen served. */
  confirmed: number;
}

export interface AnnouncerOptions {
  readonly client: Pick<DnsExchange, 'exchange'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onServed?: (served: ReplicaServed) => void;
  /** Told of everything that is sent and seen. */
  readonly watcher?: NotifyWatcher | undefined;
}

/**
 * Tells the secondaries of new versions and watches until each is seen to serve them: runs a notify machine for every zone and
 * target over the DNS client and the clock. Nothing is stored: at a start everybody is asked, and told where that is needed.
 */
export class Announcer {
  readonly counters: NotifyCounters = {
    notifiesSent: 0,
    notifiesForetold: 0,
    notifiesAcknowledged: 0,
    notifiesFailed: 0,
    probesSent: 0,
    probesFailed: 0,
    confirmed: 0,
  };
  readonly #client: AnnouncerOptions['client'];
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onServed: AnnouncerOptions['onServed'];
  readonly #watcher: NotifyWatcher | undefined;
  readonly #zones = new Map<string, AnnouncedZone>();
  readonly #byId = new Map<string, AnnouncedZone>();
  readonly #wakes: WakeHeap<Target>;
  readonly #window: OutboundWindow;
  /** By the id of the remote. */
  readonly #backlogs = new Map<string, Backlog>();
  readonly #nodes = new RemoteNodes();
  readonly #newNodes: NewNodeRounds<AnnouncedZone>;
  readonly #abort = new AbortController();
  readonly #telling: Telling;

  constructor({ client, clock, log, onServed, watcher }: AnnouncerOptions) {
    this.#client = client;
    this.#clock = clock;
    this.#log = log;
    this.#onServed = onServed;
    this.#watcher = watcher;
    this.#wakes = new WakeHeap(clock, (target) =>
      this.#event(target, { kind: 'tick', ...expectedIn(target, clock.now()) }),
    );
    const zones = () => this.#zones.values();
    this.#newNodes = new NewNodeRounds(clock, zones, (zone, remote) => this.#lookAgain(zone, remote));
    this.#telling = new Telling(clock, this.#zones);
    const onDead = (host: string) => this.#telling.tell(host, (target) => this.#unreachable(target, host));
    const onAlive = (host: string) => this.#telling.tell(host, (target) => this.#event(target, { kind: 'reachable' }));
    this.#window = new OutboundWindow({ clock, onDead, onAlive });
  }

  /** Watches a zone that is served already (start, new in the configuration). For a zone already watched: new targets. */
  watch(apex: Name, version: ZoneVersion, remotes: readonly Remote[]): void {
    let zone = this.#zones.get(nameKey(apex));
    if (zone === undefined) {
      const soa = version.soaRecord;
      const text = nameToText(apex);
      const { serial } = version;
      zone = {
        apex,
        text,
        id: text.toLowerCase(),
        history: new CommitHistory(),
        serial,
        soa,
        foretold: undefined,
        targets: [],
      };
      this.#zones.set(nameKey(apex), zone);
      this.#byId.set(zone.id, zone);
    }
    this.#watcher?.watching(zone.id, remotes, { serial: zone.serial, expire: version.expire });
    this.#setTargets(zone, remotes);
  }

  /**
   * `version` is published since `committedAt` (ms since the epoch): NOTIFY leaves at once.
   * `serials`: all that were committed with it, for a group of commits of which the last is served.
   */
  announce(apex: Name, version: ZoneVersion, committedAt: number, serials: readonly number[] = [version.serial]): void {
    const zone = this.#zones.get(nameKey(apex));
    if (zone === undefined) return;
    for (const serial of serials) zone.history.add(serial, committedAt);
    if (zone.serial === version.serial) return;
    this.#watcher?.committed(zone.id, version.serial, serials, committedAt, version.expire);
    zone.serial = version.serial;
    zone.soa = version.soaRecord;
    zone.foretold = undefined;
    for (const target of zone.targets) {
      if (target.state.foretold === version.serial)
        this.#watcher?.notified(zone.id, target.remote.id, version.serial, committedAt);
      this.#event(target, { kind: 'commit', serial: version.serial });
      this.#hurry(target);
    }
  }

  /** A NOTIFY that waits because the target was found to be behind is one of a change now, and may be one of thousands. */
  #hurry(target: Target): void {
    const { queued, remote, state } = target;
    if (queued === undefined || queued.urgent) return;
    target.queued = { ...queued, urgent: true };
    this.#window.run(remote.addresses, state.address, true, queued.exchange);
  }

  /** NOTIFY to every target now. @returns how many targets there are. */
  notifyNow(apex: Name): number {
    const targets = this.#zones.get(nameKey(apex))?.targets ?? [];
    for (const target of targets) this.#event(target, { kind: 'notify-now' });
    return targets.length;
  }

  /** A transfer of `serial` to a remote has come to its end. `zone`: presentation form, absolute, lower case. */
  fetched(zone: string, remote: string, serial: number, wantsForetold = false): void {
    for (const target of this.#byId.get(zone)?.targets ?? []) {
      if (target.remote.id !== remote) continue;
      target.wantsForetold = wantsForetold;
      this.#event(target, { kind: 'fetched', serial });
    }
  }

  /**
   * `version` is written, and will be announced as soon as it is synced. Who will ask for it at once and wait for the answer is told now:
   * it comes to the door meanwhile. What it is told is a hint (RFC 1996 3.7): when the sync fails it gets the version that is served.
   */
  foretell(apex: Name, version: ZoneVersion): void {
    const zone = this.#zones.get(nameKey(apex));
    if (zone === undefined) return;
    zone.foretold = { apex, serial: version.serial, soa: version.soaRecord };
    for (const target of zone.targets)
      if (target.wantsForetold) this.#event(target, { kind: 'foretell', serial: version.serial });
  }

  forget(apex: Name): void {
    const zone = this.#zones.get(nameKey(apex));
    if (zone === undefined) return;
    this.#zones.delete(nameKey(apex));
    this.#byId.delete(zone.id);
    this.#watcher?.forgotten(zone.id);
    for (const target of zone.targets) this.#drop(target);
  }

  /** Messages that wait for their turn, and remotes that are taken to be dead. */
  get waiting(): { readonly messages: number; readonly deadRemotes: number } {
    return { messages: this.#window.waiting, deadRemotes: this.#window.dead };
  }

  /** Where every target stands; in the order of the configuration. */
  lag(apex: Name): ReplicaLag[] {
    const zone = this.#zones.get(nameKey(apex));
    const now = this.#clock.now();
    return zone?.targets.map(({ remote, state }) => replicaLag(remote, state, zone.history, now)) ?? [];
  }

  /** What {@link lag} has in numbers, of every target, to `take`: the same object each time. A step is a zone. */
  *figures(take: (zone: string, remote: string, figures: LagFigures) => void): Generator<void> {
    const figures = noFigures();
    for (const { id, targets, history } of [...this.#zones.values()]) {
      const now = this.#clock.now();
      for (const { remote, state } of targets) {
        lagFigures(figures, state, history, now);
        take(id, remote.id, figures);
      }
      yield;
    }
  }

  stop(): void {
    for (const zone of this.#zones.values()) for (const target of zone.targets) target.gone = true;
    this.#zones.clear();
    this.#byId.clear();
    this.#wakes.stop();
    this.#window.stop();
    this.#newNodes.stop();
    this.#telling.stop();
    this.#abort.abort();
  }

  /** Targets that did not change go on as they are; the others start anew, by being asked. */
  #setTargets(zone: AnnouncedZone, remotes: readonly Remote[]): void {
    const before = zone.targets;
    zone.targets = [];
    const now = this.#clock.now();
    for (const remote of remotes) {
      const kept = before.find((target) => !target.gone && sameRemote(target.remote, remote));
      if (kept !== undefined) {
        zone.targets.push(kept);
        continue;
      }
      const { state, effects } = startNotify(zone.serial, remote.addresses.length, spread(zone.apex, remote.id), now);
      const backlog = this.#backlog(remote.id);
      const target: Target = {
        zone,
        remote,
        state,
        gone: false,
        queued: undefined,
        wantsForetold: false,
        backlog,
        waiting: undefined,
      };
      zone.targets.push(target);
      this.#carryOut(target, effects);
    }
    for (const target of before) if (!zone.targets.includes(target)) this.#drop(target);
  }

  #backlog(remote: string): Backlog {
    let backlog = this.#backlogs.get(remote);
    if (backlog === undefined) {
      backlog = new Backlog();
      this.#backlogs.set(remote, backlog);
    }
    return backlog;
  }

  #drop(target: Target): void {
    target.gone = true;
    if (typeof target.waiting === 'object') target.backlog.left();
    this.#wakes.set(target, undefined);
  }

  /** `now`: when it happened. */
  #event(target: Target, event: NotifyEvent, now: number = this.#clock.now()): void {
    if (target.gone) return;
    const before = target.state;
    const { state, effects } = step(before, event, now);
    target.state = state;
    if (target.waiting !== undefined) stillWaits(target, event, before, now);
    this.#carryOut(target, effects);
  }

  #carryOut(target: Target, effects: readonly NotifyEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'confirmed') {
        this.#confirmed(target, effect.serial);
        continue;
      }
      const exchange: Exchange = (address, scout) => {
        // It may wait in two lines: it leaves with the first of them.
        if (target.gone || (effect.kind === 'notify' && target.queued?.exchange !== exchange)) return undefined;
        if (effect.kind === 'notify') target.queued = undefined;
        const timeout = scout === undefined ? effect.timeout : NOTIFY_OUT.notifyTimeout;
        const to = { remote: target.remote, address, timeout, signal: scout ?? this.#abort.signal };
        return effect.kind === 'notify' ? this.#notify(target, to, effect.serial) : this.#probe(target, to);
      };
      if (effect.kind === 'notify') target.queued = { exchange, urgent: effect.urgent };
      this.#window.run(target.remote.addresses, effect.address, effect.urgent, exchange);
    }
    this.#wakes.set(target, wakeAt(target.state));
  }

  /** The NOTIFY says the newest serial, also when it had to wait for its turn. */
  async #notify(target: Target, to: ExchangeWith, serial: number): Promise<Heard> {
    const { zone, remote } = target;
    const now = this.#clock.now();
    const told = zone.foretold?.serial === serial ? zone.foretold : zone;
    if (told === zone && target.state.sentAt !== now) this.#event(target, { kind: 'notify-leaves' });
    this.counters.notifiesSent++;
    // Nobody knows yet of what is foretold: the watcher hears of it with the commit.
    if (told !== zone) this.counters.notifiesForetold++;
    else this.#watcher?.notified(zone.id, remote.id, zone.serial, now);
    const event = await sendNotify(this.#client, told, to);
    const heard = heardBy(event);
    if (target.gone) return heard;
    const at = Math.min(this.#clock.now(), now + (event.ms ?? Number.POSITIVE_INFINITY));
    if (event.kind === 'notify-acknowledged') {
      this.counters.notifiesAcknowledged++;
      this.#watcher?.acknowledged(zone.id, remote.id, event.serial, at);
      joinBacklog(target, at);
      this.#event(target, { ...event, ...expectedIn(target, at) }, at);
    } else {
      this.counters.notifiesFailed++;
      const { serial, reason, cause } = event;
      this.#watcher?.notifyFailed(zone.id, remote.id, { at, cause, reason });
      this.#log.debug({ zone: zone.text, remote: remote.id, serial }, `NOTIFY not acknowledged: ${reason}`);
      this.#event(target, event);
    }
    return heard;
  }

  async #probe(target: Target, to: ExchangeWith): Promise<Heard> {
    const { zone, remote } = target;
    this.counters.probesSent++;
    const askedAt = this.#clock.now();
    const event = await probeSerial(this.#client, zone, to);
    const heard = heardBy(event);
    if (target.gone) return heard;
    const at = this.#clock.now();
    if (event.kind === 'probe-failed') {
      this.counters.probesFailed++;
      if (event.cause === 'refused' && target.state.phase === 'unknown') {
        joinBacklog(target, at);
        this.#event(target, { ...event, ...expectedIn(target, at) });
      } else this.#event(target, event);
      this.#watcher?.probeFailed(zone.id, remote.id, { ...event, at });
      return heard;
    }
    const answer = { ...event, ...this.#nodes.heard(remote.id, event.node, at) };
    this.#event(target, answer);
    if (answer.isOther) this.#newNodes.seen(remote.id);
    this.#watcher?.answered(zone.id, remote.id, { ...answer, at, askedAt });
    return heard;
  }

  /** `host` is taken to be dead: what waits for it is not sent, and yet its zones are not reached. */
  #unreachable(target: Target, host: string): void {
    const { zone, remote, state } = target;
    const { addresses } = remote;
    if (state.silent >= SILENT_IS_UNREACHABLE || !addresses.every((one) => this.#window.isDead(addressText(one))))
      return;
    const reason = `no answer from ${host} to any of the ${SILENT_IS_DEAD} messages before, for whatever zones: this one waits until there is one`;
    this.#event(target, { kind: 'unreachable', reason });
    const at = this.#clock.now();
    this.#watcher?.probeFailed(zone.id, remote.id, { at, cause: 'silence', reason, silent: SILENT_IS_UNREACHABLE });
  }

  /** Asks the target of `zone` where a node of `remote` has not answered for it yet. */
  #lookAgain({ targets }: AnnouncedZone, remote: string): boolean {
    const target = targets.find((one) => one.remote.id === remote);
    if (target === undefined || target.state.phase !== 'in-sync' || target.state.probing) return false;
    const { nodes } = target.state;
    if (this.#nodes.of(remote).every(({ node }) => hasAnswered(nodes, node))) return false;
    this.#event(target, { kind: 'other-node' });
    return true;
  }

  #confirmed({ zone, remote, state }: Target, serial: number): void {
    const servedAt = state.seen?.at ?? this.#clock.now();
    const committedAt = zone.history.committedAt(serial);
    const lagMs = lagBetween(committedAt, servedAt);
    this.counters.confirmed++;
    this.#log.debug({ zone: zone.text, remote: remote.id, serial, lagMs }, 'served by the secondary');
    this.#onServed?.({ zone: zone.apex, remote: remote.id, serial, servedAt, committedAt, lagMs });
  }
}

function heardBy(event: NotifyEvent): Heard {
  if (!('cause' in event) || event.cause !== 'silence') return 'answered';
  return event.nobody ? 'nobody' : 'silence';
}
