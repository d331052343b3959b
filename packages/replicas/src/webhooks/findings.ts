import { type Alert, type AlertFinding, type AlertKind, findingAlert } from './alert.ts';

/** Findings that came and went with one check of a delegation. */
export interface FindingChange {
  readonly zone: string;
  /** ms since the epoch */
  readonly at: number;
  readonly appeared: readonly AlertFinding[];
  readonly gone: readonly AlertFinding[];
}

export interface FindingsOptions {
  readonly on: ReadonlySet<AlertKind>;
  /** Findings that are remembered; beyond it one is told without a recovery to come. */
  readonly maxTold?: number;
  readonly tell: (alert: Alert) => void;
}

const DEFAULT_MAX_TOLD = 100_000;

/** Errors and warnings of delegation checks for one webhook. They are hours apart and do not flap: told at once. Notices are not told. */
export class Findings {
  readonly #options: FindingsOptions;
  readonly #told = new Set<string>();

  constructor(options: FindingsOptions) {
    this.#options = options;
  }

  take({ zone, at, appeared, gone }: FindingChange): void {
    const { on, maxTold = DEFAULT_MAX_TOLD, tell } = this.#options;
    for (const one of gone)
      if (this.#told.delete(keyOf(zone, one)) && on.has('recovered')) tell(findingAlert('recovered', zone, at, one));
    if (!on.has('delegation')) return;
    for (const one of appeared) {
      if (one.severity === 'notice') continue;
      if (this.#told.size < maxTold) this.#told.add(keyOf(zone, one));
      tell(findingAlert('delegation', zone, at, one));
    }
  }
}

function keyOf(zone: string, { code, subject }: AlertFinding): string {
  return `${zone} ${code} ${subject}`;
}
