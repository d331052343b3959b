import type { Log } from '@zonewire/nameserver';
import type { Name } from '@zonewire/shared-protocol';
import type { ZoneStore } from '@zonewire/zone-store';
import { type RefreshFacts, writeFacts } from './facts.ts';

/**
 * Stores the facts of a zone, one save at a time; what changes meanwhile is stored by one more. Losing a save is safe: except for
 * expiry, which is stored at once, facts only extend what was stored before, and a version is stored together with its own.
 * A zone has one while something is being saved.
 */
export class FactSaver {
  readonly #zone: Name;
  readonly #store: ZoneStore;
  readonly #log: Log;
  readonly #facts: () => RefreshFacts;
  readonly #done: () => void;
  #saving: Promise<void> | undefined;
  #again = false;

  /** `facts` are those of the moment; `done` is called when everything is saved. */
  constructor(zone: Name, store: ZoneStore, log: Log, facts: () => RefreshFacts, done: () => void) {
    this.#zone = zone;
    this.#store = store;
    this.#log = log;
    this.#facts = facts;
    this.#done = done;
  }

  save(): void {
    if (this.#saving !== undefined) {
      this.#again = true;
      return;
    }
    this.#saving = this.#saveNow().finally(() => {
      this.#saving = undefined;
      if (this.#again) {
        this.#again = false;
        this.save();
      } else this.#done();
    });
  }

  /** Resolves when nothing is being saved. */
  async settled(): Promise<void> {
    while (this.#saving !== undefined) await this.#saving;
  }

  async #saveNow(): Promise<void> {
    try {
      await this.#store.saveFacts(this.#zone, writeFacts(this.#facts()));
    } catch (error) {
      this.#log.warn({ err: error }, 'the times of the zone could not be stored; tried again after its next refresh');
    }
  }
}
