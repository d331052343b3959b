import type { KeySet } from '@zonewire/zone';
import type { FindingName } from './findings/registry.ts';
import type { LimitName } from './limits.ts';

/** A domain name in presentation form, absolute, lower case, escaped: safe to print and to compare. */
export type HostName = string;

/** What one server of the parent zone says of the zone. */
export interface ParentFacts {
  /** Empty when the configuration gives only its address. */
  readonly server: HostName;
  /** IP address, with the port where that is not 53. */
  readonly address: string;
  readonly says: ParentAnswer;
}

export type ParentAnswer =
  | {
      readonly kind: 'delegation';
      readonly ns: readonly HostName[];
      readonly glue: readonly Glue[];
      /** Rdata of the DS records; undefined: the question for them was not answered. */
      readonly ds: readonly Uint8Array[] | undefined;
      /** True: the server holds the zone itself too, so `ns` is the zone's own set and glue is not seen. */
      readonly holdsZone: boolean;
    }
  /** It answers with authority that there is no such delegation. */
  | { readonly kind: 'no-delegation'; readonly why: string }
  /** It is not a server of the parent zone, or does not answer for it. */
  | { readonly kind: 'lame'; readonly why: string }
  | { readonly kind: 'silent'; readonly why: string };

export interface Glue {
  readonly name: HostName;
  readonly address: string;
}

/** A name that an NS record of the zone or the delegation holds. */
export interface HostFacts {
  readonly name: HostName;
  /** As the zone says where the name is inside it, else as the rest of the world resolves it. Undefined: could not be found out. */
  readonly addresses: readonly string[] | undefined;
  /** It is an alias for this name. */
  readonly alias?: HostName;
  /** Why there are no addresses. */
  readonly problem?: string;
}

/** What one name server answers at one of its addresses. */
export interface ServerFacts {
  /** Name of the name server; the id of a configured secondary; `primary`. */
  readonly name: string;
  readonly address: string;
  readonly udp: SoaReply;
  readonly tcp: SoaReply;
  /** NS RRset at the zone's apex. */
  readonly ns?: readonly HostName[];
  /** Undefined: the question was not answered. Without keys: the zone is not signed there. */
  readonly keys?: KeySet;
}

export type SoaReply =
  | { readonly kind: 'answered'; readonly authoritative: boolean; readonly rcode: string; readonly serial?: number }
  | { readonly kind: 'silent'; readonly why: string };

export interface ConfiguredSecondary {
  readonly id: string;
  readonly addresses: readonly string[];
}

/** Everything that was asked and answered, as plain data: what the findings are made of. */
export interface DelegationFacts {
  readonly zone: HostName;
  /** ms since the epoch */
  readonly at: number;
  /** Undefined: the parent zone could not be found. */
  readonly parent: HostName | undefined;
  /** Why not. */
  readonly parentProblem?: string;
  readonly parents: readonly ParentFacts[];
  readonly hosts: readonly HostFacts[];
  /** Of the delegation and of the zone's own NS records. */
  readonly servers: readonly ServerFacts[];
  /** The configured primary, where there is one and it answers. */
  readonly primary?: ServerFacts;
  /** Targets of NOTIFY; undefined: no configuration is known. */
  readonly secondaries?: readonly ConfiguredSecondary[];
  /** Addresses of this node and of its primaries: not secondaries, and no strangers either. */
  readonly own?: readonly string[];
  /** Limits that were reached: what is missing here may still be there. */
  readonly cut: readonly { readonly limit: LimitName; readonly message: string }[];
}

export type Severity = 'error' | 'warning' | 'notice';

export interface DelegationFinding {
  /** docs/delegation.md explains each. */
  readonly code: FindingName;
  readonly severity: Severity;
  /** What it is about: a name server, an address, a DS; with `code` the same from check to check. */
  readonly subject: string;
  /** One sentence. */
  readonly message: string;
  /** What was seen where, a line each. */
  readonly seen: readonly string[];
  /** What to do, in plain words. */
  readonly advice: string;
  /** What to enter at the registrar, as lines of the form `NS ns1.example.test.`; empty: nothing is to be changed there. */
  readonly enter: readonly string[];
}

/** All that belongs at the registrar, as the zone stands now. */
export interface RegistrarEntry {
  readonly ns: readonly HostName[];
  readonly glue: readonly Glue[];
  /** `12345 13 2 ABCD…` */
  readonly ds: readonly string[];
}

export interface DelegationReport {
  readonly zone: HostName;
  readonly at: number;
  readonly parent?: HostName;
  /** The worst finding; `fine` when there is none. */
  readonly state: 'fine' | Severity;
  readonly findings: readonly DelegationFinding[];
  readonly registrar: RegistrarEntry;
  readonly servers: readonly ServerRow[];
}

/** A line of the summary. */
export interface ServerRow {
  readonly name: string;
  readonly address: string;
  /** At the parent, in the zone, among the configured secondaries. */
  readonly parent: boolean;
  readonly apex: boolean;
  readonly configured?: boolean;
  readonly udp: string;
  readonly tcp: string;
  readonly serial?: number;
}
