import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address, PeerKey } from '../dig.ts';
import type { RunningProcess } from '../running-process.ts';

/** A zone as a real server is to hold it; the adapters translate it into each one's configuration. */
export interface PeerZone {
  /** `example.test.` */
  readonly name: string;
  /** Zone text: the peer is the zone's primary. */
  readonly text?: string;
  /** The peer is a secondary and follows these. */
  readonly primaries?: readonly Address[];
  /** Whom the peer sends NOTIFY. */
  readonly notify?: readonly Address[];
  /** Key for transfers, NOTIFY and updates of this zone, both ways; must be among the peer's keys. */
  readonly key?: PeerKey;
  /** False: BIND and NSD give it to nobody. */
  readonly transfers?: boolean;
  /**
   * What a primary keeps for IXFR. `short`: as little as the vendor's configuration allows (BIND 4 KiB, Knot and NSD two changes);
   * `none`: every IXFR is answered with the whole zone. PowerDNS never keeps any. Default: the vendor's own.
   */
  readonly journal?: 'short' | 'none';
}

export interface PeerOptions {
  readonly zones: readonly PeerZone[];
  readonly keys?: readonly PeerKey[];
  /** Default: a free one. Given where others must know it before the start. */
  readonly port?: number;
  /** Address of the loopback network that it listens at; BIND takes those of an interface only (127.0.0.1, ::1). Default: 127.0.0.1. */
  readonly host?: string;
  /** The network namespace that it runs in (`ip netns`), which the test makes; `host` is an address there. Default: the test's own. */
  readonly netns?: string;
  /** More lines for its configuration: BIND's options, Knot's server section, NSD's server clause, PowerDNS's file. */
  readonly settings?: readonly string[];
  /**
   * What it transfers survives its end: Knot keeps whole zones in its journal, NSD writes zone files (some seconds later). As the others
   * are set up here Knot and NSD keep it in memory only; BIND and PowerDNS always store it.
   */
  readonly durable?: boolean;
  /**
   * `default`: its vendor's own delays, rates and caches, as it is shipped; what a test must know of (addresses, folders, access, one
   * worker) stays set; PowerDNS then asks for AXFR only. Left out: every delay and rate limit off that it has, and what it caches of its zones.
   */
  readonly delays?: 'default';
  /** It may refuse zones: the start does not wait until it answers for them. */
  readonly mayRefuseZones?: boolean;
  /** ms until it has to be running and to answer for the zones it is primary for. Default: 60,000. */
  readonly startTimeout?: number;
}

/** A real server on loopback, with its own folder, port and process. */
export interface Peer extends Address {
  readonly vendor: 'bind' | 'knot' | 'nsd' | 'pdns';
  readonly folder: string;
  /** The one running now, or the last one that ran. */
  readonly process: RunningProcess;
  /** Everything it logged so far, before a restart too. */
  log(): string;
  /** Replaces the file of a zone that it is primary for, and makes it load the new content. */
  rewrite(zone: string, text: string): Promise<void>;
  /** While it is stopped: the zone as from an old backup, with this content and no history. */
  restore(zone: string, text: string): Promise<void>;
  /** Starts it again after {@link Peer.stop}, on the same port. */
  run(): Promise<void>;
  /** Ends it; with 'SIGKILL' as a crash. Its folder stays until {@link Peer.remove}. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  remove(): Promise<void>;
}

export function peerFolder(vendor: string): string {
  return mkdtempSync(join(tmpdir(), `zonewire-${vendor}-`));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

export function zoneFileName(zone: string): string {
  return `${zone === '.' ? 'root' : zone.replace(/\.$/, '')}.zone`;
}
