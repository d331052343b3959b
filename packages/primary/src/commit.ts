import { type Name, RCODE, type ResourceRecord, type ZonewireError } from '@zonewire/shared-protocol';
import { applyDiff, replaceBase, ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import type { ZoneStore } from '@zonewire/zone-store';
import { type PrimaryFacts, writeFacts } from './facts.ts';
import { ChangeRefused, journalFailed, notLoaded, zoneTooLarge } from './refusals.ts';
import { nextSerial, type SerialPolicy } from './serial-policy.ts';
import { soaWithSerial } from './soa.ts';
import { refuseResult } from './update/check-change.ts';
import { type ChangeRefusal, type ChangeRequest, type Evaluation, evaluateChange } from './update/evaluate.ts';

/** Changes of one zone that may wait for the journal at once. The senders of an UPDATE wait for their answer, so few ever do. */
export const MAX_WAITING = 1_000;

export interface CommitPolicy {
  readonly serialPolicy: SerialPolicy;
  /** Octets of a version, at most. */
  readonly zoneMaxSize: number;
}

/** A version that is accepted but not durable yet. */
interface Waiting {
  readonly kind: 'diff' | 'image' | 'facts';
  /** Replaced by {@link CommitLine.rebase} with the same content in other layers. */
  version: ZoneVersion;
  readonly facts: PrimaryFacts;
  readonly diff?: ZoneDiff;
  readonly resolve: () => void;
  readonly reject: (error: ZonewireError) => void;
}

/** What became durable in one go, oldest first; told after it is published. */
export interface Published {
  readonly version: ZoneVersion;
  readonly facts: PrimaryFacts;
  /** Serials that came and were superseded in the same group, and the one that is served. */
  readonly serials: readonly number[];
}

export interface CommitPorts {
  readonly apex: Name;
  readonly store: Pick<ZoneStore, 'commitDiff' | 'commitImage' | 'saveFacts'>;
  readonly now: () => number;
  readonly policy: () => CommitPolicy;
  /** On disk, and not synced yet: for those who can get ready for it. It need not become what is served. */
  readonly written?: (version: ZoneVersion) => void;
  /** Serve this version from now on. */
  readonly publish: (version: ZoneVersion) => void;
  /** Tell the secondaries, and whoever listens. */
  readonly announce: (published: Published) => void;
  readonly failed: (error: ZonewireError) => void;
}

export interface Committed {
  readonly serial: number;
  /** False: the zone was so already. */
  readonly changed: boolean;
  readonly ignored: readonly string[];
}

/**
 * The commits of one zone, in line:
 *
 *     check ─► serial ─► diff │ ─► journal ─► publish ─► announce
 *     one after the other     │ all that came meanwhile, as one group
 *
 * A change is checked against the tip, the newest version accepted, which need not be durable yet; so a burst of changes builds
 * upon itself while the disk syncs. Nobody gets an answer before what it rests on is durable and served. When the journal does
 * not take a group, all of it and everything built upon it is refused, and the tip goes back to what is served.
 */
export class CommitLine {
  readonly #ports: CommitPorts;
  #published: { readonly version: ZoneVersion | undefined; readonly facts: PrimaryFacts };
  #tip: { readonly version: ZoneVersion | undefined; readonly facts: PrimaryFacts };
  #waiting: Waiting[] = [];
  /** With the journal now. */
  #group: readonly Waiting[] = [];
  #writing: Promise<void> | undefined;
  /** The newest acceptance; settles when the tip is served, or it is refused. */
  #last: Promise<void> = Promise.resolve();

  constructor(ports: CommitPorts, version: ZoneVersion | undefined, facts: PrimaryFacts) {
    this.#ports = ports;
    this.#published = { version, facts };
    this.#tip = this.#published;
  }

  /** The newest version accepted; what is built next is built upon it. */
  get tip(): { readonly version: ZoneVersion | undefined; readonly facts: PrimaryFacts } {
    return this.#tip;
  }

  get published(): { readonly version: ZoneVersion | undefined; readonly facts: PrimaryFacts } {
    return this.#published;
  }

  get idle(): boolean {
    return this.#writing === undefined;
  }

  /** A change by UPDATE or API. Rejects with {@link ChangeRefused}; resolves once the outcome is durable and served. */
  async change(request: ChangeRequest, strict = false): Promise<Committed> {
    const { version, facts } = this.#tip;
    if (version === undefined) throw notLoaded(this.#ports.apex);
    const evaluation = refuseIgnored(evaluateChange(version, request), strict);
    if (evaluation.kind === 'refused') return this.#refuse(evaluation);
    if (evaluation.kind === 'unchanged') {
      await this.#last;
      return { serial: version.serial, changed: false, ignored: evaluation.ignored };
    }
    if (this.#waiting.length >= MAX_WAITING)
      throw new ChangeRefused(
        RCODE.SERVFAIL,
        'too-many-changes',
        `${MAX_WAITING} changes wait for the disk already`,
        this.#ports.apex,
      );
    const soa = this.#newSoa(version, evaluation.soa);
    const { removed, added } = evaluation.changes;
    const diff = ZoneDiff.build(version.apex, [version.soaRecord, ...removed], [soa, ...added]);
    const next = this.#apply(version, diff);
    const refusal = refuseResult(next, added);
    if (refusal !== undefined) return this.#refuse(refusal);
    await this.accept('diff', next, { ...facts, updatesSince: facts.updatesSince + 1 }, diff);
    return { serial: next.serial, changed: true, ignored: evaluation.ignored };
  }

  /**
   * Puts a version in line that is checked already; `diff` leads to it from the tip. Settles when it is durable and served.
   * 'facts': the version is the tip's, only the facts are new.
   */
  accept(kind: Waiting['kind'], version: ZoneVersion, facts: PrimaryFacts, diff?: ZoneDiff): Promise<void> {
    const accepted = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ kind, version, facts, diff, resolve, reject });
    });
    // Whoever waits for `#last` only wants to know when it is over, and is told of a failure here.
    this.#last = accepted;
    accepted.catch(() => {});
    this.#tip = { version, facts };
    this.#writing ??= this.#write();
    return accepted;
  }

  /** Resolves when nothing is waiting any more, whatever became of it. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  /** `compacted` is `from` in one layer: every version built upon it changes over, and the new layers are served. */
  rebase(from: ZoneVersion, compacted: ZoneVersion): void {
    const { version, facts } = this.#published;
    if (version === undefined || this.#tip.version === undefined) return;
    const upon = (current: ZoneVersion) => replaceBase(current, from, compacted);
    for (const one of [...this.#group, ...this.#waiting]) one.version = upon(one.version);
    const published = upon(version);
    this.#tip = { version: upon(this.#tip.version), facts: this.#tip.facts };
    this.#published = { version: published, facts };
    this.#ports.publish(published);
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#nextGroup();
      this.#group = group;
      const { durable, error } = await this.#journal(group);
      if (durable.length > 0) {
        this.#publish(durable);
        for (const { resolve } of durable) resolve();
      }
      if (error !== undefined) this.#rollBack(group.slice(durable.length), error);
      this.#group = [];
    }
    this.#writing = undefined;
  }

  /** All diffs up to the first image or facts, which go alone: the store would take those although the diff before them failed. */
  #nextGroup(): Waiting[] {
    const other = this.#waiting.findIndex(({ kind }) => kind !== 'diff');
    return this.#waiting.splice(0, other < 0 ? this.#waiting.length : Math.max(1, other));
  }

  /** One group of calls, which the store puts into one transaction and one sync. */
  async #journal(group: readonly Waiting[]): Promise<{ durable: readonly Waiting[]; error?: unknown }> {
    const { store, apex, written } = this.#ports;
    const last = group[group.length - 1];
    const calls = group.map((one) => {
      const { kind, version, facts, diff } = one;
      if (kind === 'facts') return store.saveFacts(apex, writeFacts(facts));
      if (kind === 'diff') {
        const options = one === last && written !== undefined ? { written: () => written(one.version) } : {};
        return store.commitDiff(apex, diff!, version, writeFacts(facts), options);
      }
      return store.commitImage(apex, version, { facts: writeFacts(facts), diff });
    });
    const results = await Promise.allSettled(calls);
    const failed = results.findIndex(({ status }) => status === 'rejected');
    if (failed < 0) return { durable: group };
    return { durable: group.slice(0, failed), error: (results[failed] as PromiseRejectedResult).reason };
  }

  #publish(group: readonly Waiting[]): void {
    const { version, facts } = group[group.length - 1];
    this.#published = { version, facts };
    const serials = group.filter(({ kind }) => kind !== 'facts').map((one) => one.version.serial);
    if (serials.length === 0) return;
    this.#ports.publish(version);
    this.#ports.announce({ version, facts, serials });
  }

  #rollBack(group: readonly Waiting[], cause: unknown): void {
    const error = journalFailed(this.#ports.apex, cause);
    const refused = [...group, ...this.#waiting];
    this.#waiting = [];
    this.#tip = this.#published;
    // The tip is durable again: nobody has to wait, nor to fail, for what is gone.
    this.#last = Promise.resolve();
    this.#ports.failed(error);
    for (const { reject } of refused) reject(error);
  }

  /** The versions it was judged by may not be durable yet: the answer must not be known before they are. */
  async #refuse({ rcode, code, message }: ChangeRefusal): Promise<never> {
    await this.#last;
    throw new ChangeRefused(rcode, code, message, this.#ports.apex);
  }

  /** RFC 2136 3.6: the serial moves forward, unless the change brings a newer one itself. */
  #newSoa(version: ZoneVersion, brought: ResourceRecord | undefined): ResourceRecord {
    if (brought !== undefined) return brought;
    const { serialPolicy } = this.#ports.policy();
    return soaWithSerial(version.soaRecord, nextSerial(version.serial, serialPolicy, this.#ports.now()));
  }

  #apply(version: ZoneVersion, diff: ZoneDiff): ZoneVersion {
    const applied = applyDiff(version, diff);
    const { apex } = this.#ports;
    if (!applied.ok) throw new ChangeRefused(RCODE.SERVFAIL, applied.error.code, applied.error.message, apex);
    const { zoneMaxSize } = this.#ports.policy();
    if (applied.value.byteLength > zoneMaxSize) throw zoneTooLarge(apex, applied.value.byteLength, zoneMaxSize);
    return applied.value;
  }
}

/** The API wants a change whole or not at all. */
function refuseIgnored(evaluation: Evaluation, strict: boolean): Evaluation {
  if (!strict || evaluation.kind === 'refused' || evaluation.ignored.length === 0) return evaluation;
  const message = evaluation.ignored.join('; ');
  return { kind: 'refused', rcode: RCODE.REFUSED, code: 'change-not-possible', message };
}
