import { unwrap } from '@zonewire/shared-protocol';
import { ZoneVersion } from '@zonewire/zone';
import type { AclRule } from '../../access.ts';
import type { ZoneHandler } from '../../zone-handler.ts';
import type { ZoneTable } from '../../zone-table.ts';
import { nameOfOctets, type ToThread, type ZoneCopy } from './messages.ts';

/** Shared by all zones, as the words of a state and a role are: each message brings copies of its own. */
const NO_ACL: readonly AclRule[] = [];
const NO_HANDLER: ZoneHandler = {};
const STATES = { serving: 'serving', loading: 'loading', expired: 'expired' } as const;
const ROLES = { primary: 'primary', secondary: 'secondary' } as const;

/** What an answering thread knows of the zones: what the main thread has told it. A prepared version is opened, and shown when it is served. */
export class ZoneCopies {
  readonly #table: ZoneTable;
  #prepared:
    | { readonly ticket: number; readonly copy: ZoneCopy; readonly version: ZoneVersion | undefined }
    | undefined;

  /** `zones` is emptied: the thread keeps no list of them beside the table. */
  constructor(table: ZoneTable, zones: ZoneCopy[]) {
    this.#table = table;
    for (const zone of zones.splice(0)) this.#set(zone, this.#open(zone));
  }

  take(message: ToThread): void {
    if (message.kind === 'prepared') {
      if (message.isLastServed) this.#show();
      this.#prepared = { ticket: message.ticket, copy: message.zone, version: this.#open(message.zone) };
      return;
    }
    if (message.kind === 'removed') {
      this.#outdated(message.apex);
      this.#table.remove(nameOfOctets(message.apex));
      return;
    }
    for (const zone of message.zones) {
      this.#outdated(zone.apex);
      this.#set(zone, this.#open(zone));
    }
  }

  /** To be called behind all messages: the version that came with `ticket` is served. */
  show(ticket: number): void {
    if (this.#prepared?.ticket === ticket) this.#show();
  }

  #show(): void {
    if (this.#prepared === undefined) return;
    const { copy, version } = this.#prepared;
    this.#prepared = undefined;
    this.#set(copy, version);
  }

  /** What is told of a zone is all of it: what was prepared before is served by now, or will never be. */
  #outdated(apex: ZoneCopy['apex']): void {
    if (this.#prepared?.copy.apex === apex) this.#prepared = undefined;
  }

  #open({ apex: octets, layers }: ZoneCopy): ZoneVersion | undefined {
    if (layers === undefined) return undefined;
    const apex = nameOfOctets(octets);
    return unwrap(ZoneVersion.open(layers, this.#table.get(apex)?.apex ?? apex));
  }

  #set({ apex: octets, state: said, expireAt, role }: ZoneCopy, version: ZoneVersion | undefined): void {
    const state = STATES[said];
    const apex = nameOfOctets(octets);
    const entry = this.#table.get(apex);
    if (entry === undefined) {
      this.#table.add({
        apex: version?.apex ?? apex,
        version,
        state,
        expireAt,
        acl: NO_ACL,
        role: ROLES[role],
        handler: NO_HANDLER,
      });
      return;
    }
    entry.version = version;
    entry.state = state;
    entry.expireAt = expireAt;
  }
}
