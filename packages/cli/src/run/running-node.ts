import { randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { DelegationWatch } from '@zonewire/delegation';
import {
  Compactor,
  DnsClient,
  type Log,
  Nameserver,
  RunningTransfers,
  randomPool,
  systemClock,
  TransferOut,
  Verifier,
  ZoneTable,
} from '@zonewire/nameserver';
import { diskFiles, Primary } from '@zonewire/primary';
import {
  type Comparisons,
  DEFAULT_WAITING_LIMITS,
  History,
  type OwnZones,
  Replicas,
  type WaitingRoom,
  type Webhooks,
} from '@zonewire/replicas';
import { DEFAULT_SECONDARY_LIMITS, Secondary, type SecondaryLimits } from '@zonewire/secondary';
import { type Name, name, nameKey, nameToText, type TsigKey, ZonewireError } from '@zonewire/shared-protocol';
import { openZoneStore, type ZoneStore } from '@zonewire/zone-store';
import type { FastifyInstance } from 'fastify';
import {
  hostPortText,
  isLoopback,
  type LoadedConfig,
  loadConfig,
  type NodeConfig,
  problemText,
} from '../config/mod.ts';
import { BOARD_PATH } from '../control/board.ts';
import type { ReloadReport } from '../control/ports.ts';
import { EventHub } from '../events/event-hub.ts';
import { EventStreams } from '../events/event-streams.ts';
import { count } from '../output/time.ts';
import { configureComparisons, openComparisons } from './comparing.ts';
import { controlPorts } from './control-ports.ts';
import { openDelegations, watchDelegations } from './delegation.ts';
import { Following } from './following.ts';
import { feedEvents } from './node-events.ts';
import { openOwnZones, watchOwnZones } from './own-zones.ts';
import { planReload } from './reload-plan.ts';
import { openSite, type Site } from './site.ts';
import { waitingRoom } from './waiting.ts';
import { openWebhooks } from './webhooks.ts';
import { ZoneDigests, zoneText as zoneNameText } from './zone-digests.ts';
import { type Failed, NodeZones } from './zones.ts';

/** Who listens to a change is told when it is over: on a small machine the secondaries need the processor meanwhile. */
const AFTERWARDS_MS = 5;

export interface RunningOptions {
  /** See StoreOptions. */
  readonly busyMs?: number;
}

export type KeyRing = ReadonlyMap<string, TsigKey>;

/**
 * A node and everything in it. Starting: store -> listen -> zones loaded and served, each at once; until then it answers
 * SERVFAIL; answering threads and control beside it. Stopping is the reverse.
 * The only place that knows every part.
 */
export class RunningNode {
  readonly startedAt = systemClock.now();
  readonly log: Log;
  readonly store: ZoneStore;
  readonly table = new ZoneTable();
  readonly client: DnsClient;
  readonly transferOut: TransferOut;
  readonly runningTransfers: RunningTransfers;
  readonly events: EventHub;
  readonly eventStreams: EventStreams;
  readonly digests: ZoneDigests;
  readonly following: Following;
  readonly nameserver: Nameserver;
  readonly primary: Primary;
  readonly secondary: Secondary;
  readonly site: Site;
  readonly zones: NodeZones;
  readonly waiting: WaitingRoom;
  readonly webhooks: Webhooks;
  readonly delegations: DelegationWatch;
  /** What is known of those this node notifies. */
  readonly replicas: Replicas;
  readonly comparisons: Comparisons;
  /** How the zones are that this node is secondary for. */
  readonly ownZones: OwnZones;
  readonly history: History;
  config: NodeConfig;
  configuredAt = systemClock.now();
  stopping = false;
  /** Resolves when every zone of the start is loaded or could not be, or the node is stopping. */
  loaded: Promise<void> = Promise.resolve();
  readonly verifier = new Verifier();
  /** Merges the overlays of all zones, one after the other. */
  readonly compactor = new Compactor();
  #keys: KeyRing;
  #control: FastifyInstance | undefined;
  /** Reloads are carried out one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(config: NodeConfig, store: ZoneStore, site: Site, log: Log) {
    this.config = config;
    this.site = site;
    this.store = store;
    this.log = log;
    this.#keys = keyRing(config);
    const clock = systemClock;
    const random = randomPool((out) => void randomFillSync(out));
    const { table } = this;
    this.client = new DnsClient({ clock, log, random });
    this.replicas = new Replicas({
      clock,
      log,
      lag: (zone) => this.zones.lag(name(zone)),
      later: afterwards,
      fetched: (...transfer) => this.zones.fetched(...transfer),
    });
    this.history = new History({
      path: join(config.server.dataDir, 'replication.db'),
      clock,
      log,
      limits: config.replicas,
    });
    this.replicas.events((event) => this.history.take(event));
    const running = new RunningTransfers(clock);
    this.runningTransfers = running;
    this.comparisons = openComparisons(this);
    this.transferOut = new TransferOut({ clock, log, watch: this.replicas.peers, running, later: afterwards });
    const { verifier, compactor } = this;
    const shared = { store, table, client: this.client, clock, log, verifier, compactor, watcher: this.replicas };
    this.primary = new Primary({ ...shared, files: diskFiles, transfers: this.transferOut });
    this.secondary = new Secondary({
      ...shared,
      random,
      schedule: site.schedule,
      site: site.link,
      limits: secondaryLimits(config),
      transferOut: this.transferOut,
      running,
    });
    this.ownZones = openOwnZones(this, afterwards);
    this.events = new EventHub({ firstId: this.startedAt, wanted: () => this.digests.wake() });
    this.eventStreams = new EventStreams({ hub: this.events, clock });
    feedEvents(this.events, {
      identity: config.server.identity,
      primary: this.primary,
      secondary: this.secondary,
      running,
      replicas: this.replicas,
      ownZones: this.ownZones,
    });
    this.digests = new ZoneDigests({
      table,
      clock,
      elapsed: () => performance.now(),
      isWanted: () => this.events.listeners > 0 || this.following.size > 0,
      done: (apex, { serial }, digest) => this.#content(apex, serial, digest),
    });
    this.following = new Following({ replicas: this.replicas, log, wanted: () => this.digests.wake() });
    this.zones = new NodeZones({ primary: this.primary, secondary: this.secondary, log });
    this.waiting = waitingRoom(this, { waits: config.control?.waits ?? DEFAULT_WAITING_LIMITS.waits });
    this.webhooks = openWebhooks(this);
    this.delegations = openDelegations(this);
    const { identity, version, listen, udp, workers } = config.server;
    const keys = () => this.#keys;
    const watch = this.replicas.peers;
    this.nameserver = new Nameserver({
      listen,
      zones: table,
      keys,
      identity,
      version,
      clock,
      log,
      udp,
      workers,
      watch,
    });
  }

  /**
   * Resolves when every address listens and the control API answers; {@link loaded} says when every zone is served that can be.
   * How soon that is hardly depends on what is on disk. @throws ZonewireError; then nothing is left running.
   */
  static async start(config: NodeConfig, log: Log, { busyMs }: RunningOptions = {}): Promise<RunningNode> {
    const store = await openZoneStore({ dir: config.server.dataDir, busyMs });
    const node = new RunningNode(config, store, await openSite(config, log), log);
    try {
      const failed = node.zones.takeOn(config.zones);
      await node.nameserver.listen();
      node.loaded = node.zones.load(config.zones).then((more) => logFailed(log, [...failed, ...more]));
      node.#turn = node.loaded;
      // What can be answered at once is, before the threads take a tenth of the start and the control API a quarter.
      await turn();
      await node.nameserver.startThreads();
      await node.#startControl();
      watchOwnZones(node.ownZones, config, { isJudged: false });
      void node.loaded.then(() => watchOwnZones(node.ownZones, node.config));
      node.following.configure(config.followed);
      watchDelegations(node.delegations, config);
      configureComparisons(node.comparisons, config);
      return node;
    } catch (error) {
      await node.stop();
      throw error;
    }
  }

  get listen(): string[] {
    return this.nameserver.addresses.map(hostPortText);
  }

  get controlUrl(): string | undefined {
    const address = this.#control?.server.address();
    return typeof address === 'object' && address
      ? `http://${hostPortText({ host: address.address, port: address.port })}`
      : undefined;
  }

  /** One sentence: what is served where. */
  summary(): string {
    let served = 0;
    for (const { state } of this.zones.glances()) if (state === 'serving' || state === 'frozen') served++;
    const control = this.controlUrl === undefined ? 'no control API' : `control ${this.controlUrl}`;
    return `${served} of ${count(this.zones.size, 'zone')} served, DNS ${this.listen.join(', ')}, ${control}`;
  }

  /** Reads configuration and changed zone files again. @throws ZonewireError `config-invalid`; then nothing has changed. */
  reload(cause: string): Promise<ReloadReport> {
    const turn = this.#turn.then(() => this.#reload(cause));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #reload(cause: string): Promise<ReloadReport> {
    if (this.stopping) throw new ZonewireError('node-stopping', 'the node is stopping');
    const loaded = loadConfig(this.config.file);
    if (!loaded.ok) throw this.#refuse(loaded);
    for (const warning of loaded.warnings) this.log.warn({}, problemText(warning));
    const plan = planReload(this.config, loaded.config);
    // Keys first: a new zone may be asked for with a new key at once.
    this.#keys = keyRing(loaded.config);
    this.config = { ...loaded.config, ...runningSettings(this.config, loaded.config) };
    this.configuredAt = systemClock.now();
    this.webhooks.configure(this.config.webhooks);
    this.following.configure(this.config.followed);
    watchDelegations(this.delegations, this.config);
    configureComparisons(this.comparisons, this.config);
    const failed = [...(await this.zones.remove(plan.remove)), ...(await this.zones.add(plan.add))];
    logFailed(this.log, failed);
    // What is wrong with a zone or its file is logged where it is found.
    failed.push(...(await this.zones.update(plan.update)));
    watchOwnZones(this.ownZones, this.config);
    const files = await this.zones.reloadFiles([...plan.update, ...plan.same]);
    const report: ReloadReport = {
      added: plan.add.map(zoneText),
      removed: plan.remove.map(zoneText),
      reconfigured: plan.update.map(zoneText),
      reloaded: files.reloaded,
      failed: once([...failed, ...files.failed]),
      needRestart: plan.needRestart,
    };
    for (const name of plan.needRestart) this.log.warn({}, `${name} has changed: it takes effect at the next start`);
    this.log.info({ cause, ...counts(report) }, 'configuration read again');
    return report;
  }

  /** What a zone holds: told to those who follow this node, and compared with what those it follows hold. */
  #content(apex: Name, serial: number, digest: string): void {
    const zone = zoneNameText(apex);
    if (this.zones.role(apex) === 'secondary') {
      const node = this.config.server.identity;
      this.events.publish({ kind: 'receipt', zone, at: systemClock.now(), node, serial, digest });
    }
    this.replicas.content(zone, serial, digest);
  }

  #refuse({ problems }: LoadedConfig & { ok: false }): ZonewireError {
    const lines = problems.map(problemText);
    for (const line of lines) this.log.error({}, line);
    this.log.error({}, `nothing has changed: ${count(lines.length, 'error')} in ${this.config.file}`);
    return new ZonewireError('config-invalid', `${lines.join('\n')}\nnothing has changed`);
  }

  /** Ends everything in the reverse order; waits for what is acknowledged to be on disk. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.zones.stop();
    this.waiting.stop();
    this.webhooks.stop();
    this.digests.stop();
    const followed = this.following.stop();
    this.delegations.stop();
    this.comparisons.stop();
    await this.#control?.close();
    await this.nameserver.stop();
    await this.#turn;
    await this.secondary.stop();
    await this.primary.stop();
    await followed;
    this.replicas.stop();
    this.ownZones.stop();
    await this.history.close();
    this.verifier.close();
    await this.store.close();
  }

  async #startControl(): Promise<void> {
    const { control } = this.config;
    if (!control) return;
    const token = () => this.config.control?.token;
    const board = token() === undefined ? undefined : await this.site.bullmq?.board(BOARD_PATH);
    const { controlServer } = await import('../control/server.ts');
    const server = controlServer(controlPorts(this), { token, log: this.log, board });
    try {
      await server.listen({ host: control.listen.host, port: control.listen.port });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const where = hostPortText(control.listen);
      if (code !== 'EADDRINUSE')
        throw new ZonewireError('control-not-listening', `control API at ${where}: ${message}`);
      const advice = 'stop that one, or set another address in control.listen';
      throw new ZonewireError('control-address-in-use', `${where} is taken by another program: ${advice}`);
    }
    this.#control = server;
  }
}

function afterwards(call: () => void): void {
  setTimeout(call, AFTERWARDS_MS).unref();
}

function keyRing(config: NodeConfig): KeyRing {
  return new Map(config.keys.map((key) => [nameKey(key.name), key]));
}

/**
 * What only a restart changes goes on as it is; the place and, of control, the token are taken at once. It is never dropped while the API
 * listens beyond loopback, which the new file may have changed with effect from the next start.
 */
function runningSettings(
  { server, control, redis, limits, replicas }: NodeConfig,
  next: NodeConfig,
): Pick<NodeConfig, 'server' | 'control' | 'redis' | 'limits' | 'replicas'> {
  const running = { server: { ...server, place: next.server.place }, control, redis, limits, replicas };
  if (!control || !next.control) return running;
  const mayDrop = isLoopback(control.listen.host);
  const token = next.control.token ?? (mayDrop ? undefined : control.token);
  return { ...running, control: { ...control, token } };
}

function secondaryLimits({ limits }: NodeConfig): Partial<SecondaryLimits> {
  const { checks, transfers, transfersPerPrimary, idleTimeout } = { ...DEFAULT_SECONDARY_LIMITS, ...defined(limits) };
  return { checks, transfers, transfersPerPrimary, idleTimeout };
}

function defined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function zoneText({ domain }: NodeConfig['zones'][number]): string {
  return nameToText(domain);
}

/** A zone whose new settings failed has its file looked at as well: one line is enough. */
function once(failed: readonly Failed[]): Failed[] {
  return [...new Map(failed.map((one) => [`${one.zone} ${one.message}`, one])).values()];
}

function logFailed(log: Log, failed: readonly Failed[]): void {
  for (const { zone, message } of failed) log.error({ zone }, message);
}

function counts(report: ReloadReport) {
  const { added, removed, reconfigured, reloaded, failed } = report;
  return {
    added: added.length,
    removed: removed.length,
    reconfigured: reconfigured.length,
    reloaded: reloaded.length,
    failed: failed.length,
  };
}
