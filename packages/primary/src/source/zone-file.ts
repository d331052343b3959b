import type { Name, Problem } from '@zonewire/shared-protocol';
import type { Severity, ZoneVersion } from '@zonewire/zone';
import type { SourceSeal } from './zone-source.ts';

/** What is to be read. */
export interface ZoneFileRequest {
  readonly apex: Name;
  readonly path: string;
  /** Octets that the version may take. */
  readonly zoneMaxSize: number;
  /** ms since the epoch, for lifetimes of signatures. */
  readonly now: number;
}

/** Something wrong or odd in a zone file. Plain data, so that a thread can send it. */
export interface ZoneFileFinding {
  /** A name of docs/checks.md, or the code of what is wrong with the text. */
  readonly check: string;
  readonly severity: Severity;
  /** `file:line:column`, or the file where there is no better place. */
  readonly place: string;
  /** The owner, when it is about records. */
  readonly name?: string;
  /** What is wrong and what to do. */
  readonly message: string;
}

export interface ZoneFile {
  readonly version: ZoneVersion;
  readonly seal: SourceSeal;
  /** Odd, but taken. */
  readonly findings: readonly ZoneFileFinding[];
}

/** Why a zone file cannot be loaded. `message` is the first reason, with its file:line:column where there is one. */
export interface ZoneFileProblem extends Problem {
  readonly findings: readonly ZoneFileFinding[];
}

/** One line for an operator: `zones/a.zone:3:1: www.a.test.: … [cname-and-other-data]`. */
export function findingText({ check, place, name, message }: ZoneFileFinding): string {
  return `${place}: ${name === undefined ? '' : `${name}: `}${message} [${check}]`;
}
