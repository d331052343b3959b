import {
  CLASS,
  type Name,
  nameKey,
  nameToText,
  OPCODE,
  RCODE,
  type ResourceRecord,
  rcodeToText,
  readSoa,
  TYPE,
} from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import type { DnsExchange } from '../client/dns-client.ts';
import type { Clock, Log } from '../ports.ts';
import type { ReplicaLag } from '../status.ts';
import { CommitHistory } from './commit-history.ts';
import { type NotifyEffect, type NotifyEvent, type NotifyState, startNotify, step, wakeAt } from './machine.ts';
import { OutboundWindow } from './outbound-window.ts';
import { addressText, type Remote, type RemoteAddress } from './remote.ts';
import { lagBetween, replicaLag } from './replica-lag.ts';
import { WakeHeap } from './wake-heap.ts';

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
}

interface Target {
  readonly zone: AnnouncedZone;
  readonly remote: Remote;
  state: NotifyState;
  /** Set when the zone or the target goes away: what is still under way is not listened to any more. */
  gone: boolean;
}

interface AnnouncedZone {
  readonly apex: Name;
  readonly text: string;
  readonly history: CommitHistory;
  serial: number;
  soa: ResourceRecord;
  targets: Target[];
}

/**
 * Tells the secondaries of new versions and watches until each is seen to serve them: runs a notify machine for every zone and
 * target over the DNS client and the clock. Nothing is stored: at a start everybody is asked, and told where that is needed.
 */
export class Announcer {
  readonly counters: NotifyCounters = {
    notifiesSent: 0,
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
  readonly #zones = new Map<string, AnnouncedZone>();
  readonly #wakes: WakeHeap<Target>;
  readonly #window = new OutboundWindow();
  readonly #abort = new AbortController();

  constructor({ client, clock, log, onServed }: AnnouncerOptions) {
    this.#client = client;
    this.#clock = clock;
    this.#log = log;
    this.#onServed = onServed;
    this.#wakes = new WakeHeap(clock, (target) => this.#event(target, { kind: 'tick' }));
  }

  /** Watches a zone that is served already (start, new in the configuration). For a zone already watched: new targets. */
  watch(apex: Name, version: ZoneVersion, remotes: readonly Remote[]): void {
    let zone = this.#zones.get(nameKey(apex));
    if (zone === undefined) {
      const soa = version.soaRecord;
      const text = nameToText(apex);
      zone = { apex, text, history: new CommitHistory(), serial: version.serial, soa, targets: [] };
      this.#zones.set(nameKey(apex), zone);
    }
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
    zone.serial = version.serial;
    zone.soa = version.soaRecord;
    for (const target of zone.targets) this.#event(target, { kind: 'commit', serial: version.serial });
  }

  /** NOTIFY to every target now. @returns how many targets there are. */
  notifyNow(apex: Name): number {
    const targets = this.#zones.get(nameKey(apex))?.targets ?? [];
    for (const target of targets) this.#event(target, { kind: 'notify-now' });
    return targets.length;
  }

  forget(apex: Name): void {
    const zone = this.#zones.get(nameKey(apex));
    if (zone === undefined) return;
    this.#zones.delete(nameKey(apex));
    for (const target of zone.targets) this.#drop(target);
  }

  /** Where every target stands; in the order of the configuration. */
  lag(apex: Name): ReplicaLag[] {
    const zone = this.#zones.get(nameKey(apex));
    const now = this.#clock.now();
    return zone?.targets.map(({ remote, state }) => replicaLag(remote, state, zone.history, now)) ?? [];
  }

  stop(): void {
    for (const zone of this.#zones.values()) for (const target of zone.targets) target.gone = true;
    this.#zones.clear();
    this.#wakes.stop();
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
      const target = { zone, remote, state, gone: false };
      zone.targets.push(target);
      this.#carryOut(target, effects);
    }
    for (const target of before) if (!zone.targets.includes(target)) this.#drop(target);
  }

  #drop(target: Target): void {
    target.gone = true;
    this.#wakes.set(target, undefined);
  }

  #event(target: Target, event: NotifyEvent): void {
    if (target.gone) return;
    const { state, effects } = step(target.state, event, this.#clock.now());
    target.state = state;
    this.#carryOut(target, effects);
  }

  #carryOut(target: Target, effects: readonly NotifyEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'confirmed') {
        this.#confirmed(target, effect.serial);
        continue;
      }
      const address = target.remote.addresses[effect.address];
      const urgent = effect.kind === 'notify' || effect.urgent;
      this.#window.run(addressText(address), urgent, () => {
        if (target.gone) return Promise.resolve();
        return effect.kind === 'notify'
          ? this.#notify(target, address, effect.timeout)
          : this.#probe(target, address, effect.timeout);
      });
    }
    this.#wakes.set(target, wakeAt(target.state));
  }

  /** The NOTIFY says the newest serial, also when it had to wait for its turn. */
  async #notify(target: Target, address: RemoteAddress, timeout: number): Promise<void> {
    const { zone, remote } = target;
    const { apex: name, serial, soa } = zone;
    this.counters.notifiesSent++;
    const question = [{ name, type: TYPE.SOA, class: CLASS.IN }];
    const request = { opcode: OPCODE.NOTIFY, aa: true, question, answer: [soa] };
    const result = await this.#exchange(request, remote, address, timeout);
    if (result.ok && result.value.message.rcode === RCODE.NOERROR) {
      this.counters.notifiesAcknowledged++;
      this.#event(target, { kind: 'notify-acknowledged', serial });
      return;
    }
    this.counters.notifiesFailed++;
    const at = addressText(address);
    const reason = result.ok ? notifyRefusal(at, result.value.message.rcode) : result.error.message;
    const rcode = result.ok ? result.value.message.rcode : undefined;
    const cause = rcode === RCODE.NOTIMP ? 'not-implemented' : isSilence(result) ? 'silence' : 'refused';
    this.#log.debug({ zone: zone.text, remote: remote.id, peer: at, serial }, `NOTIFY not acknowledged: ${reason}`);
    this.#event(target, { kind: 'notify-failed', serial, cause, reason });
  }

  /** Asks as a resolver does, so that what is seen is what everybody gets. */
  async #probe(target: Target, address: RemoteAddress, timeout: number): Promise<void> {
    const { zone, remote } = target;
    this.counters.probesSent++;
    const request = { question: [{ name: zone.apex, type: TYPE.SOA, class: CLASS.IN }] };
    const result = await this.#exchange(request, remote, address, timeout);
    if (result.ok) {
      const { message } = result.value;
      const answer = message.answer.find((record) => record.type === TYPE.SOA);
      const soa = answer && message.rcode === RCODE.NOERROR && message.aa ? readSoa(answer.rdata) : undefined;
      if (soa?.ok) return this.#event(target, { kind: 'probe-answered', serial: soa.value.serial });
    }
    this.counters.probesFailed++;
    const at = addressText(address);
    const reason = result.ok
      ? `${at} answers the SOA query with ${rcodeToText(result.value.message.rcode)} and no authoritative SOA record`
      : result.error.message;
    this.#event(target, { kind: 'probe-failed', cause: isSilence(result) ? 'silence' : 'refused', reason });
  }

  /** One datagram: when to repeat is the machine's to say. */
  #exchange(
    request: Parameters<DnsExchange['exchange']>[0],
    remote: Remote,
    address: RemoteAddress,
    timeout: number,
  ): ReturnType<DnsExchange['exchange']> {
    const { key } = remote;
    const { signal } = this.#abort;
    return this.#client.exchange(request, address, { timeout, key, transport: 'udp', attempts: 1, signal });
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

/** Codes of the client for which nobody answered at all. */
const SILENT = new Set(['timeout', 'connection-refused', 'unreachable', 'not-permitted', 'socket-error', 'aborted']);

function isSilence(result: Awaited<ReturnType<DnsExchange['exchange']>>): boolean {
  return !result.ok && SILENT.has(result.error.code);
}

function notifyRefusal(at: string, rcode: number): string {
  const answer = `${at} answers the NOTIFY with ${rcodeToText(rcode)}`;
  if (rcode === RCODE.REFUSED || rcode === RCODE.NOTAUTH)
    return `${answer}: it does not have the zone, or does not let us (address, key) notify it`;
  return answer;
}

function sameRemote(a: Remote, b: Remote): boolean {
  return (
    a.id === b.id &&
    a.addresses.length === b.addresses.length &&
    a.addresses.every(({ host, port }, i) => host === b.addresses[i].host && port === b.addresses[i].port) &&
    sameKey(a.key, b.key)
  );
}

function sameKey(a: Remote['key'], b: Remote['key']): boolean {
  if (a === undefined || b === undefined) return a === b;
  return nameKey(a.name) === nameKey(b.name) && a.algorithm === b.algorithm && Buffer.compare(a.secret, b.secret) === 0;
}

/** 0 to 1, the same for the same zone and target at every start. */
function spread(apex: Name, id: string): number {
  let hash = 0x811c9dc5;
  for (const octet of apex) hash = Math.imul(hash ^ octet, 0x01000193);
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 0x1_0000_0000;
}
