import { type Problem, ZonewireError } from '@zonewire/shared-protocol';
import {
  needsVerification,
  refusalOf,
  type VerificationPolicy,
  type VerificationReport,
  verificationWarnings,
  verifyVersion,
  type ZoneVersion,
} from '@zonewire/zone';
import type { VerificationStatus } from '../status.ts';
import { VerificationThreads } from './threads.ts';

/** Threads that verify at a time; what comes beyond waits. */
export const VERIFICATION_THREADS = 2;

/** ms after which a thread is ended: a zone made to cost time must not keep the others waiting. 100,000 signed records take 5 s. */
export const VERIFICATION_TIMEOUT = 1_800_000;

/** Up to here verifying is done between two turns of the event loop, in about 5 ms: octets of a version to digest, records to validate. */
const DIGESTED_HERE = 512 * 1024;
const VALIDATED_HERE = 40;

export interface VerificationRequest {
  readonly policy: VerificationPolicy;
  /** ms since the epoch. */
  readonly now: number;
  /** The version served before, if its verification vouches: what has not changed is not computed again. */
  readonly checked: ZoneVersion | undefined;
  /** Ends it; it rejects then. */
  readonly signal?: AbortSignal | undefined;
}

/** What came of it. */
export interface Verification {
  /** Undefined: there was nothing to verify. */
  readonly status: VerificationStatus | undefined;
  /** Why the version must not be served. */
  readonly refusal: Problem | undefined;
  /** The version may be the `checked` of the next request. */
  readonly vouches: boolean;
}

export const NOTHING_VERIFIED: Verification = { status: undefined, refusal: undefined, vouches: false };

export interface VerifierCounters {
  /** Verdicts, by `zonemd verified`, `dnssec invalid` … */
  readonly verdicts: Map<string, number>;
  /** Everything found, by code; limits are codes too. */
  readonly findings: Map<string, number>;
  refused: number;
  /** On a thread of their own, and how many had to wait for one. */
  onThread: number;
  waited: number;
  /** Threads that ended without a result. */
  failed: number;
  /** Of these, because they took longer than is allowed. */
  timedOut: number;
  /** Signatures computed, and RRsets that were known to be good. */
  signatures: number;
  reused: number;
}

/** Verifies versions before they are served, as the zone's policy says: small ones here, large ones on threads that share the layers. */
export class Verifier {
  readonly counters: VerifierCounters = {
    verdicts: new Map(),
    findings: new Map(),
    refused: 0,
    onThread: 0,
    waited: 0,
    failed: 0,
    timedOut: 0,
    signatures: 0,
    reused: 0,
  };
  readonly #timeout: number;
  readonly #threads = new VerificationThreads();
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** `timeout`: ms that a thread may take. */
  constructor({ timeout = VERIFICATION_TIMEOUT }: { readonly timeout?: number } = {}) {
    this.#timeout = timeout;
  }

  /** Rejects when the signal is aborted, and with ZonewireError `verification-failed` when a thread ends without a result. */
  async verify(version: ZoneVersion, request: VerificationRequest): Promise<Verification> {
    const { policy, now } = request;
    if (!needsVerification(version, policy)) return NOTHING_VERIFIED;
    const started = performance.now();
    let report: VerificationReport;
    try {
      report = isSmall(version, policy)
        ? verifyVersion(version, policy, request)
        : await this.#inTurn(version, request);
    } catch (error) {
      const isRequired = policy.zonemd === 'require' || policy.dnssec === 'require';
      if (isRequired || !(error instanceof ZonewireError)) throw error;
      const status = { at: now, serial: version.serial, ms: 0, findings: [error.message] };
      return { status, refusal: undefined, vouches: false };
    }
    const refusal = refusalOf(report, policy);
    this.#count(report, refusal);
    const status = statusOf(report, version, now, Math.round(performance.now() - started));
    return { status, refusal, vouches: report.dnssec?.vouches ?? false };
  }

  /** Threads that are kept for the next version. */
  get keptThreads(): number {
    return this.#threads.kept;
  }

  /** Ends the threads that are kept for the next version. */
  close(): void {
    this.#threads.close();
  }

  async #inTurn(version: ZoneVersion, request: VerificationRequest): Promise<VerificationReport> {
    if (this.#running >= VERIFICATION_THREADS) {
      this.counters.waited++;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running++;
    try {
      request.signal?.throwIfAborted();
      this.counters.onThread++;
      return await this.#onThread(version, request);
    } catch (error) {
      if (request.signal?.aborted) throw error;
      this.counters.failed++;
      const why = error instanceof Error ? error.message : String(error);
      throw new ZonewireError('verification-failed', `the zone could not be verified: ${why}`, { cause: error });
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  #onThread(version: ZoneVersion, { policy, now, checked, signal }: VerificationRequest): Promise<VerificationReport> {
    const job = { layers: version.layers, policy, now, checked: checked?.layers };
    return this.#threads.run(job, signal, this.#timeout, () => {
      this.counters.timedOut++;
      return new Error(`it took longer than ${this.#timeout / 1000} s`);
    });
  }

  #count({ zonemd, dnssec }: VerificationReport, refusal: Problem | undefined): void {
    const { counters } = this;
    const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
    if (refusal !== undefined) counters.refused++;
    if (zonemd !== undefined) {
      count(counters.verdicts, `zonemd ${zonemd.result}`);
      if (zonemd.code !== undefined) count(counters.findings, zonemd.code);
    }
    if (dnssec !== undefined) {
      count(counters.verdicts, `dnssec ${dnssec.result}`);
      for (const { code } of dnssec.findings) count(counters.findings, code);
      counters.signatures += dnssec.signatures;
      counters.reused += dnssec.reused;
    }
  }
}

function isSmall(version: ZoneVersion, { dnssec }: VerificationPolicy): boolean {
  return version.byteLength <= DIGESTED_HERE && (dnssec === 'off' || version.recordCount <= VALIDATED_HERE);
}

/** Findings that are kept with a zone's status; all are counted. */
const SHOWN = 20;

function statusOf(report: VerificationReport, version: ZoneVersion, at: number, ms: number): VerificationStatus {
  const { zonemd, dnssec } = report;
  const findings = verificationWarnings(report);
  return {
    at,
    serial: version.serial,
    ms,
    ...(zonemd === undefined ? {} : { zonemd: zonemd.result }),
    ...(dnssec === undefined ? {} : { dnssec: dnssec.result }),
    ...(dnssec?.signaturesExpireAt === undefined ? {} : { signaturesExpireAt: dnssec.signaturesExpireAt }),
    findings:
      findings.length <= SHOWN ? findings : [...findings.slice(0, SHOWN), `… and ${findings.length - SHOWN} more`],
  };
}

/** What an operator is warned of while a version is served, now and later. `now`: ms since the epoch. */
export function statusWarnings(status: VerificationStatus | undefined, now: number): string[] {
  if (status === undefined) return [];
  const { findings, signaturesExpireAt } = status;
  if (signaturesExpireAt === undefined || signaturesExpireAt > now) return [...findings];
  const at = new Date(signaturesExpireAt).toISOString();
  return [
    ...findings,
    `DNSSEC: the first signatures expired at ${at}, the zone was not signed again; resolvers refuse its answers`,
  ];
}
