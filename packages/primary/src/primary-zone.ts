import type {
  Announcer,
  Clock,
  Compactor,
  Log,
  StatusError,
  TransferOut,
  TransferSource,
  Verification,
  VerificationStatus,
  Verifier,
  ZoneGlance,
  ZoneHandler,
  ZoneStatus,
  ZoneTable,
} from '@zonewire/nameserver';
import { statusWarnings } from '@zonewire/nameserver';
import { type Name, nameToText, ZonewireError } from '@zonewire/shared-protocol';
import { needsCompaction, type ZoneVersion } from '@zonewire/zone';
import type { ZoneStore } from '@zonewire/zone-store';
import { CommitLine, type Committed, type Published } from './commit.ts';
import { type PrimaryZoneConfig, type PrimaryZoneSettings, withDefaults } from './config.ts';
import type { PrimaryEvent } from './events.ts';
import { NO_FACTS, readFacts } from './facts.ts';
import { notLoaded, zoneClosing, zoneFrozen } from './refusals.ts';
import type { FilePort } from './source/file-port.ts';
import { freezeZone } from './source/freeze.ts';
import { type LoadOutcome, type LoadRequest, loadZoneFile } from './source/load.ts';
import { findingText } from './source/zone-file.ts';
import { answerUpdate, type UpdateCounters } from './update/answer-update.ts';
import type { ChangeRequest } from './update/evaluate.ts';
import { zoneState, zoneStatus } from './zone-status.ts';

export interface PrimaryZonePorts {
  readonly store: ZoneStore;
  readonly table: ZoneTable;
  readonly announcer: Announcer;
  readonly transfers: TransferOut;
  readonly compactor: Compactor;
  readonly verifier: Verifier;
  readonly files: FilePort;
  readonly clock: Clock;
  readonly log: Log;
  readonly updates: UpdateCounters;
  readonly emit: (event: PrimaryEvent) => void;
}

export interface ReloadOptions {
  /** The file is loaded even if that loses dynamic updates. */
  readonly discardUpdates?: boolean | undefined;
}

/** What an operator's request came to. */
export interface ZoneOutcome {
  /** One sentence. */
  readonly message: string;
  readonly serial: number;
}

/** One zone that this node owns: its file, its commits, its place in the table from its making on. It answers SERVFAIL until it is loaded. */
export class PrimaryZone {
  readonly apex: Name;
  readonly #text: string;
  readonly #ports: PrimaryZonePorts;
  readonly #log: Log;
  #config: PrimaryZoneSettings;
  #line: CommitLine;
  /** Updates are refused from the moment freeze begins. */
  #freezing = false;
  /** What is stored does not verify: the zone is not loaded from its file without being told so. */
  #damaged = false;
  #closing = false;
  #opened: Promise<void> | undefined;
  #loadError: StatusError | undefined;
  #journalError: StatusError | undefined;
  /** Of the file, when it was read last. */
  #warnings: readonly string[] = [];
  /** Of the file served, and its serial when that version vouches for a later one (DnssecVerdict). */
  #verification: VerificationStatus | undefined;
  #vouchedSerial: number | undefined;
  readonly #ended = new AbortController();
  /** A changed file waits for thaw. */
  #notice: string | undefined;
  #servedAt: number | undefined;
  #compacting = false;
  /** The announcer knows the zone. */
  #watched = false;
  /** Operators' requests are carried out one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(ports: PrimaryZonePorts, config: PrimaryZoneConfig) {
    this.apex = config.domain;
    this.#ports = ports;
    this.#config = withDefaults(config);
    this.#text = nameToText(config.domain);
    this.#log = ports.log.child({ zone: this.#text });
    this.#line = this.#newLine(undefined);
    ports.table.add({ apex: this.apex, acl: config.acl, role: 'primary', handler: this.#handler });
  }

  /**
   * Serves what is stored, at once; then looks at the file. The first call does it, the others wait for it. Never rejects for
   * what is wrong with the zone: its status says it.
   */
  open(): Promise<void> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  async #open(): Promise<void> {
    if (this.#closing) return;
    const { store, table, clock } = this.#ports;
    this.#setLimits();
    let stored: Awaited<ReturnType<ZoneStore['load']>>;
    try {
      stored = await store.load(this.apex);
    } catch (error) {
      this.#damaged = true;
      const advice = `"zonewire zone reload ${this.#text} --discard-updates" serves the zone file instead; dynamic updates since it was loaded are lost then`;
      this.#failed('store-damaged', `${(error as Error).message}; ${advice}`);
    }
    if (this.#closing) return;
    this.#line = this.#newLine(stored);
    const { version } = this.#line.tip;
    if (version !== undefined) {
      table.load(this.apex, version);
      this.#servedAt = clock.now();
      this.#watch(version);
    }
    // What is wrong with the file is in the status now.
    if (!this.#damaged) await this.#load('start', false).catch(() => {});
  }

  /** The zone goes; what is stored of it stays. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#ended.abort(zoneClosing(this.apex));
    await this.#opened;
    await this.#turn;
    await this.#line.settled();
    this.#ports.announcer.forget(this.apex);
    this.#ports.table.remove(this.apex);
  }

  /** Takes a new configuration; the file is looked at when its path is another one. */
  async updateConfig(config: PrimaryZoneConfig): Promise<void> {
    const otherFile = config.file !== this.#config.file;
    this.#config = withDefaults(config);
    this.#setLimits();
    const entry = this.#ports.table.get(this.apex);
    if (entry !== undefined) entry.acl = config.acl;
    const { version } = this.#line.published;
    if (version !== undefined) this.#watch(version);
    if (otherFile) await this.reload({});
  }

  reload({ discardUpdates = false }: ReloadOptions): Promise<ZoneOutcome> {
    return this.#exclusive(async () => {
      if (this.#damaged && !discardUpdates) {
        const { code, message } = this.#loadError!;
        throw new ZonewireError(code, message, { zone: this.#text });
      }
      return this.#load('reload', discardUpdates);
    });
  }

  /** Updates are refused, and the file says what the zone says, until {@link thaw}. Survives a restart. */
  freeze(): Promise<ZoneOutcome> {
    return this.#exclusive(async () => {
      const { files, clock } = this.#ports;
      const { version, facts } = this.#line.tip;
      if (facts.frozen) return { message: 'the zone is frozen already', serial: version?.serial ?? 0 };
      this.#freezing = true;
      try {
        const ports = { apex: this.apex, files, line: this.#line, now: () => clock.now() };
        const outcome = await freezeZone(ports, this.#config.file);
        this.#log.info({ serial: outcome.serial }, outcome.message);
        this.#ports.emit({ kind: 'frozen', zone: this.apex, at: clock.now() });
        return outcome;
      } finally {
        this.#freezing = false;
      }
    });
  }

  /** Loads the file and accepts updates again. A file that cannot be loaded leaves the zone frozen. */
  thaw(): Promise<ZoneOutcome> {
    return this.#exclusive(async () => {
      const zone = this.#text;
      if (!this.#line.tip.facts.frozen) throw new ZonewireError('zone-not-frozen', `${zone} is not frozen`, { zone });
      const loaded = await this.#load('thaw', false);
      const { version, facts } = this.#line.tip;
      await this.#line.accept('facts', version!, { ...facts, frozen: false });
      this.#log.info({ serial: loaded.serial }, 'thawed');
      this.#ports.emit({ kind: 'thawed', zone: this.apex, at: this.#ports.clock.now() });
      return { message: `thawed; ${loaded.message}`, serial: loaded.serial };
    });
  }

  /** By the API: the same way as an UPDATE, but what the rules would ignore is refused. */
  change(request: ChangeRequest, strict: boolean): Promise<Committed> {
    if (this.#closing) return Promise.reject(zoneClosing(this.apex));
    if (this.#freezing || this.#line.tip.facts.frozen) return Promise.reject(zoneFrozen(this.apex));
    return this.#line.change(request, strict);
  }

  notifyNow(): number {
    if (this.#line.published.version === undefined) throw notLoaded(this.apex);
    return this.#ports.announcer.notifyNow(this.apex);
  }

  status(): ZoneStatus {
    const { store, announcer, clock } = this.#ports;
    const { version, facts } = this.#line.published;
    const verification = this.#verification?.serial === version?.serial ? this.#verification : undefined;
    const warnings = [...this.#warnings, ...statusWarnings(verification, clock.now())];
    return zoneStatus({
      apex: this.apex,
      version,
      facts,
      servedAt: this.#servedAt,
      lastError: this.#journalError ?? this.#loadError,
      warnings: this.#notice === undefined ? warnings : [this.#notice, ...warnings],
      verification,
      journal: store.journalInfo(this.apex),
      notify: announcer.lag(this.apex),
    });
  }

  glance(): ZoneGlance {
    const { version, facts } = this.#line.published;
    const lastError = this.#journalError ?? this.#loadError;
    return {
      zone: this.#text,
      role: 'primary',
      state: zoneState({ version, facts, lastError }),
      serial: this.#servedAt === undefined ? undefined : version?.serial,
      expireAt: undefined,
      expire: version?.expire,
      hasFailed: lastError !== undefined,
    };
  }

  async #load(cause: LoadRequest['cause'], discardUpdates: boolean): Promise<LoadOutcome> {
    const { files, clock } = this.#ports;
    const { file: path, serialPolicy, zoneMaxSize } = this.#config;
    const examine = (version: ZoneVersion) => this.#examine(version);
    const ports = { apex: this.apex, files, line: this.#line, now: () => clock.now(), examine };
    try {
      const outcome = await loadZoneFile(ports, { cause, path, discardUpdates, serialPolicy, zoneMaxSize });
      this.#notice = outcome.kind === 'waits-for-thaw' ? outcome.message : undefined;
      this.#warnings = outcome.findings?.map(findingText) ?? this.#warnings;
      if (outcome.verification !== undefined) this.#verified(outcome.verification, outcome.serial);
      for (const finding of outcome.findings ?? []) this.#log.warn({ check: finding.check }, findingText(finding));
      // Thousands of files that nobody has touched are looked at when the node starts, and at each SIGHUP.
      const isNews = outcome.kind !== 'unchanged' || outcome.findings !== undefined;
      this.#log[isNews ? 'info' : 'debug']({ serial: outcome.serial }, outcome.message);
      this.#damaged = false;
      this.#loadError = undefined;
      return outcome;
    } catch (error) {
      const served = this.#line.published.version;
      const kept =
        served === undefined ? 'the zone answers SERVFAIL until it is loaded' : `serial ${served.serial} stays served`;
      const code = error instanceof ZonewireError ? error.code : 'zone-file-not-loaded';
      this.#failed(code, `${(error as Error).message}; ${kept}`);
      throw error;
    }
  }

  /** Signed zones take no updates: what was found of the file holds as long as its serial is served. */
  #examine(version: ZoneVersion): Promise<Verification> {
    const { verifier, clock } = this.#ports;
    const { version: tip } = this.#line.tip;
    const checked = tip?.serial === this.#vouchedSerial ? tip : undefined;
    const { verification: policy } = this.#config;
    return verifier.verify(version, { policy, now: clock.now(), checked, signal: this.#ended.signal });
  }

  #verified({ status, vouches }: Verification, serial: number): void {
    this.#verification = status;
    this.#vouchedSerial = vouches ? serial : undefined;
    for (const finding of status?.findings ?? []) this.#log.warn({ serial }, finding);
  }

  #failed(code: string, message: string): void {
    const at = this.#ports.clock.now();
    this.#loadError = { at, code, message };
    this.#log.error({ code }, message);
    this.#ports.emit({ kind: 'problem', zone: this.apex, at, code, message });
  }

  #newLine(stored: Awaited<ReturnType<ZoneStore['load']>>): CommitLine {
    const { store, table, clock } = this.#ports;
    const facts = stored === undefined ? NO_FACTS : readFacts(stored.facts);
    const ports = {
      apex: this.apex,
      store,
      now: () => clock.now(),
      policy: () => this.#config,
      written: (version: Published['version']) => this.#written(version),
      publish: (version: Published['version']) => table.publish(this.apex, version),
      announce: (published: Published) => this.#announce(published),
      failed: (error: ZonewireError) => this.#journalFailed(error),
    };
    return new CommitLine(ports, stored?.version, facts);
  }

  /** While it is synced: answering threads take it, to be shown later, and those who will wait for it are told. */
  #written(version: ZoneVersion): void {
    const { table, announcer } = this.#ports;
    table.prepare(this.apex, version);
    announcer.foretell(this.apex, version);
  }

  #announce({ version, serials }: Published): void {
    const { announcer, clock } = this.#ports;
    const at = clock.now();
    this.#servedAt = at;
    this.#journalError = undefined;
    if (!this.#watched) this.#watch(version);
    announcer.announce(this.apex, version, at, serials);
    this.#log.info({ serial: version.serial, commits: serials.length }, `serving serial ${version.serial}`);
    this.#ports.emit({ kind: 'published', zone: this.apex, serial: version.serial, serials, at });
    if (!this.#compacting && needsCompaction(version)) void this.#compact(version);
  }

  /** Many changes make lookups probe more layers; merging them changes nothing that anybody sees. */
  async #compact(version: ZoneVersion): Promise<void> {
    this.#compacting = true;
    const line = this.#line;
    try {
      const compacted = await this.#ports.compactor.compact(version);
      // The zone may be gone meanwhile, or be there again with another line.
      if (!this.#closing) line.rebase(version, compacted);
    } catch (error) {
      this.#log.warn({ err: error }, 'the layers of the zone could not be merged; it is served as it is');
    } finally {
      this.#compacting = false;
    }
  }

  #watch(version: ZoneVersion): void {
    this.#watched = true;
    this.#ports.announcer.watch(this.apex, version, this.#config.notify);
  }

  #journalFailed({ code, message }: ZonewireError): void {
    const at = this.#ports.clock.now();
    this.#journalError = { at, code, message };
    this.#log.error({ code }, message);
    this.#ports.emit({ kind: 'problem', zone: this.apex, at, code, message });
  }

  readonly #handler: ZoneHandler = {
    update: (message, context) =>
      answerUpdate(message, context, (request) => this.change(request, false), this.#ports.updates, this.#log),
    transfer: (message, context) => this.#ports.transfers.answer(message, context, this.#transferSource()),
  };

  #transferSource(): TransferSource | undefined {
    const { version } = this.#line.published;
    if (version === undefined) return undefined;
    return {
      version,
      // RFC 7314 4: a primary gives the SOA's value.
      secondsToExpire: version.soa.expire,
      diffsFrom: (serial) => this.#ports.store.diffsFrom(this.apex, serial),
    };
  }

  #setLimits(): void {
    const { journalMaxSize, journalMaxDepth } = this.#config;
    this.#ports.store.setLimits(this.apex, { journalMaxSize, journalMaxDepth });
  }

  /** A zone still waiting to be loaded is loaded for it. */
  #exclusive<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => this.open()).then(action);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
