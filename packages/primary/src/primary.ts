import {
  Announcer,
  type Clock,
  Compactor,
  type DnsExchange,
  type Log,
  type NotifyCounters,
  type NotifyWatcher,
  type ReplicaLag,
  TransferOut,
  Verifier,
  type ZoneGlance,
  type ZoneStatus,
  type ZoneTable,
} from '@zonewire/nameserver';
import { type Name, nameKey, nameToText, ZonewireError } from '@zonewire/shared-protocol';
import type { ZoneStore } from '@zonewire/zone-store';
import type { PrimaryZoneConfig } from './config.ts';
import type { PrimaryEvent, PrimaryEventListener } from './events.ts';
import { PrimaryZone, type PrimaryZonePorts, type ReloadOptions, type ZoneOutcome } from './primary-zone.ts';
import type { FilePort } from './source/file-port.ts';
import { newUpdateCounters, type UpdateCounters } from './update/answer-update.ts';
import type { ChangeRequest } from './update/evaluate.ts';

export interface PrimaryOptions {
  readonly store: ZoneStore;
  readonly table: ZoneTable;
  readonly client: Pick<DnsExchange, 'exchange'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly files: FilePort;
  /** Shared with the secondary, so that the limits hold for the node; default: one of its own. */
  readonly transfers?: TransferOut | undefined;
  readonly compactor?: Compactor | undefined;
  /** Default: one of its own. */
  readonly verifier?: Verifier | undefined;
  /** Told of everything that is sent to the secondaries and seen of them. */
  readonly watcher?: NotifyWatcher | undefined;
}

export interface ChangeOutcome {
  /** `ZONE~SERIAL`: the change is at a secondary when it serves that serial or a newer one. */
  readonly changeId: string;
  readonly serial: number;
  /** False: the zone was so already, and kept its serial. */
  readonly changed: boolean;
}

/** The zones this node owns. Methods that name a zone throw ZonewireError `zone-unknown` for one that is not here. */
export class Primary {
  readonly updateCounters: UpdateCounters = newUpdateCounters();
  readonly #ports: PrimaryZonePorts;
  readonly #zones = new Map<string, PrimaryZone>();
  readonly #listeners = new Set<PrimaryEventListener>();

  constructor({ store, table, client, clock, log, files, transfers, compactor, verifier, watcher }: PrimaryOptions) {
    const emit = (event: PrimaryEvent) => {
      for (const listener of this.#listeners) {
        try {
          listener(event);
        } catch (error) {
          // A commit must not stop for somebody who only watches.
          log.error({ err: error, event: event.kind }, 'a listener of zone events failed');
        }
      }
    };
    const announcer = new Announcer({
      client,
      clock,
      log,
      watcher,
      onServed: (served) => emit({ kind: 'replica-served', ...served }),
    });
    const updates = this.updateCounters;
    this.#ports = {
      store,
      table,
      announcer,
      transfers: transfers ?? new TransferOut({ clock, log }),
      compactor: compactor ?? new Compactor(),
      verifier: verifier ?? new Verifier(),
      files,
      clock,
      log,
      updates,
      emit,
    };
  }

  get notifyCounters(): Readonly<NotifyCounters> {
    return this.#ports.announcer.counters;
  }

  /** Messages to secondaries that wait for their turn, and secondaries that are taken to be dead. */
  get notifyWaiting(): { readonly messages: number; readonly deadRemotes: number } {
    return this.#ports.announcer.waiting;
  }

  /** A transfer of `serial` to a remote that is notified has come to its end. `zone`: presentation form, absolute, lower case. */
  fetched(zone: string, remote: string, serial: number, wantsForetold: boolean): void {
    this.#ports.announcer.fetched(zone, remote, serial, wantsForetold);
  }

  get transfers(): TransferOut {
    return this.#ports.transfers;
  }

  /** {@link takeOn} and {@link load}. */
  async addZone(config: PrimaryZoneConfig): Promise<void> {
    this.takeOn(config);
    await this.load(config.domain);
  }

  /** From now on queries for the zone are answered, with SERVFAIL until it is loaded. Throws `zone-already-served`. */
  takeOn(config: PrimaryZoneConfig): void {
    this.#zones.set(nameKey(config.domain), new PrimaryZone(this.#ports, config));
  }

  /** Resolves when the zone is served, or its status says why it is not. */
  async load(domain: Name): Promise<void> {
    await this.#zone(domain).open();
  }

  /** Stops serving it. What is stored stays: a zone added again goes on where it was. */
  async removeZone(domain: Name): Promise<void> {
    const zone = this.#zone(domain);
    this.#zones.delete(nameKey(domain));
    await zone.close();
  }

  async updateConfig(config: PrimaryZoneConfig): Promise<void> {
    await this.#zone(config.domain).updateConfig(config);
  }

  /** Looks at the zone file. Rejects with the reason when it is not taken; then nothing has changed. */
  async reload(domain: Name, options: ReloadOptions = {}): Promise<ZoneOutcome> {
    return this.#zone(domain).reload(options);
  }

  async freeze(domain: Name): Promise<ZoneOutcome> {
    return this.#zone(domain).freeze();
  }

  async thaw(domain: Name): Promise<ZoneOutcome> {
    return this.#zone(domain).thaw();
  }

  /** NOTIFY to every target now. @returns how many there are. */
  notifyNow(domain: Name): number {
    return this.#zone(domain).notifyNow();
  }

  /**
   * Changes a zone as an UPDATE does; resolves when it is durable and served. Rejects with ZonewireError, `change-not-possible`
   * also where RFC 2136 would ignore a part of it without a word.
   */
  async commit(domain: Name, request: ChangeRequest): Promise<ChangeOutcome> {
    const { serial, changed } = await this.#zone(domain).change(request, true);
    return { changeId: `${nameToText(domain)}~${serial}`, serial, changed };
  }

  status(domain: Name): ZoneStatus {
    return this.#zone(domain).status();
  }

  glance(domain: Name): ZoneGlance {
    return this.#zone(domain).glance();
  }

  /** All zones, as they are when each is come to. */
  *glances(): Generator<ZoneGlance> {
    for (const zone of [...this.#zones.values()]) yield zone.glance();
  }

  lag(domain: Name): ReplicaLag[] {
    return this.#ports.announcer.lag(domain);
  }

  /** Of every zone at every target of NOTIFY; see {@link Announcer.figures}. */
  figures(take: Parameters<Announcer['figures']>[0]): Generator<void> {
    return this.#ports.announcer.figures(take);
  }

  /** @returns a function that ends it. */
  events(listener: PrimaryEventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Waits for what is accepted to be durable. The store is closed by whoever opened it. */
  async stop(): Promise<void> {
    const zones = [...this.#zones.values()];
    this.#zones.clear();
    await Promise.all(zones.map((zone) => zone.close()));
    this.#ports.announcer.stop();
  }

  #zone(domain: Name): PrimaryZone {
    const zone = this.#zones.get(nameKey(domain));
    if (zone !== undefined) return zone;
    const text = nameToText(domain);
    throw new ZonewireError('zone-unknown', `this node is not primary for ${text}`, { zone: text });
  }
}
