import type { Compactor, Log, ZoneTable } from '@zonewire/nameserver';
import { type Name, nameToText } from '@zonewire/shared-protocol';
import { needsCompaction, replaceBase, type ZoneVersion } from '@zonewire/zone';

interface HeldVersionPorts {
  readonly compactor: Compactor;
  readonly table: ZoneTable;
  readonly log: Log;
}

/** The version of a zone that is held, served or expired; whether its verification vouches for it; and the merging of its layers. */
export class HeldVersion {
  version: ZoneVersion | undefined;
  /** The version held, when its verification vouches: then only what a diff touches is verified again. */
  vouched: ZoneVersion | undefined;
  readonly #zone: Name;
  readonly #ports: HeldVersionPorts;
  #compacting = false;
  #isStopped = false;

  constructor(zone: Name, version: ZoneVersion | undefined, ports: HeldVersionPorts) {
    this.#zone = zone;
    this.version = version;
    this.#ports = ports;
  }

  took(version: ZoneVersion, vouches: boolean): void {
    this.version = version;
    this.vouched = vouches ? version : undefined;
  }

  /** Many small changes make lookups probe more layers; merging them changes nothing that anybody sees. */
  async compactIfNeeded(): Promise<void> {
    const from = this.version;
    if (this.#compacting || from === undefined || !needsCompaction(from)) return;
    this.#compacting = true;
    try {
      const compacted = await this.#ports.compactor.compact(from);
      const before = this.version;
      if (this.#isStopped || before === undefined) return;
      this.version = replaceBase(before, from, compacted);
      if (this.vouched === before) this.vouched = this.version;
      // The same records: nothing but the layers they are read from changes. Another version may just have been published.
      this.#ports.table.replaceLayers(this.#zone, before, this.version);
    } catch (error) {
      const zone = nameToText(this.#zone).toLowerCase();
      this.#ports.log.warn({ zone, err: error }, 'the layers of the zone could not be merged; it is served as it is');
    } finally {
      this.#compacting = false;
    }
  }

  /** What is being merged is not taken any more. */
  stop(): void {
    this.#isStopped = true;
  }
}
