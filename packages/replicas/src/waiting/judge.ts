import { ANSWERS_UNTIL_GONE } from '@zonewire/nameserver';
import { fail, isSameOrOlderSerial, ok, type Result } from '@zonewire/shared-protocol';
import type { HealthState } from '../model.ts';
import { type Change, changeId } from './change-id.ts';

/** Where one secondary stands, as far as somebody who waits for a serial there wants to know it. */
export interface Standing {
  readonly secondary: string;
  /** `host:port` */
  readonly address: string;
  /** The label of its place: another name to wait for it by, with all others of that place. */
  readonly place?: string | undefined;
  /** What it was last seen to answer with. */
  readonly serial?: number | undefined;
  /** When it was first seen to answer with the serial waited for or a later one, as far as that is remembered. ms since the epoch. */
  readonly answeredAt?: number | undefined;
  /** Nodes behind its address that were seen lately, and what each answers with. */
  readonly nodes?: readonly { readonly node: string; readonly serial?: number | undefined }[] | undefined;
  readonly state: HealthState;
  /** What is the matter, and what to do, each a sentence. */
  readonly reason?: string | undefined;
  readonly next?: string | undefined;
}

/** What the node knows when somebody asks for a change. */
export interface Look {
  /** The serial served here. */
  readonly here?: number | undefined;
  /** When the change was committed here, as far as that is remembered. */
  readonly committedAt?: number | undefined;
  readonly standings: readonly Standing[];
}

export type Goal =
  | { readonly kind: 'all' }
  /** More than half of all. */
  | { readonly kind: 'quorum' }
  /** Every secondary that has this id, or this place. */
  | { readonly kind: 'named'; readonly name: string };

export interface SecondaryProgress {
  readonly id: string;
  readonly address: string;
  readonly place?: string;
  /** Whether the wait is for it as well. */
  readonly wanted: boolean;
  readonly answered: boolean;
  /** The serial it was last seen to answer with. */
  readonly serial?: number;
  readonly answeredAt?: number;
  /** From the commit to {@link answeredAt}. */
  readonly lagMs?: number;
  /** Where more than one node answers at the address: which have it. All of them have to. */
  readonly nodes?: readonly {
    readonly node: string;
    readonly serial?: number | undefined;
    readonly answered: boolean;
  }[];
  readonly state: HealthState;
  /** Why it is missing. */
  readonly reason?: string;
  readonly next?: string;
}

export interface ChangeProgress extends Change {
  readonly id: string;
  readonly state: 'done' | 'pending' | 'timed-out';
  /** `all`, `quorum`, or the name that was asked for. */
  readonly wait: string;
  /** How many of the wanted secondaries have to answer with it, and do. */
  readonly needed: number;
  readonly answered: number;
  readonly here?: number;
  readonly committedAt?: number;
  /** In the order of the configuration. */
  readonly secondaries: readonly SecondaryProgress[];
}

/** `all`, `quorum`, else the id or the place of secondaries that have to be there now. */
export function parseGoal(text: string, standings: readonly Standing[]): Result<Goal> {
  if (text === 'all' || text === 'quorum') return ok({ kind: text });
  const goal: Goal = { kind: 'named', name: text };
  if (standings.some((standing) => isWanted(goal, standing))) return ok(goal);
  const names = standings.flatMap(({ secondary, place }) => [secondary, place ?? secondary]);
  const known = [...new Set(['all', 'quorum', ...names])];
  return fail(
    'secondary-unknown',
    `${JSON.stringify(text)} is no secondary and no place of this zone; there are: ${known.slice(0, 50).join(', ')}`,
  );
}

/** How far a change has come. A serial counts as arrived when a later one is answered (RFC 1982 3.2); a doubtful one does not. */
export function judge(change: Change, goal: Goal, { here, committedAt, standings }: Look): ChangeProgress {
  const secondaries = standings.map((standing) => progress(change, goal, standing, { here, committedAt }));
  const wanted = secondaries.filter((one) => one.wanted);
  const answered = wanted.filter((one) => one.answered).length;
  const needed = goal.kind === 'quorum' ? Math.floor(wanted.length / 2) + 1 : wanted.length;
  return {
    id: changeId(change),
    ...change,
    // Nobody to wait for is not everybody: a configuration that lost its secondaries must not look like success.
    state: wanted.length > 0 && answered >= needed ? 'done' : 'pending',
    wait: goal.kind === 'named' ? goal.name : goal.kind,
    needed,
    answered,
    ...(here === undefined ? {} : { here }),
    ...(committedAt === undefined ? {} : { committedAt }),
    secondaries,
  };
}

function isWanted(goal: Goal, { secondary, place }: Standing): boolean {
  if (goal.kind !== 'named') return true;
  return secondary === goal.name || place?.toLowerCase() === goal.name.toLowerCase();
}

function progress(change: Change, goal: Goal, standing: Standing, { here, committedAt }: Omit<Look, 'standings'>) {
  const { secondary: id, address, place, serial, state, answeredAt } = standing;
  const told = standing.nodes?.map((one) => ({ ...one, answered: hasArrived(change.serial, one.serial) })) ?? [];
  // One node alone is the secondary.
  const nodes = told.length > 1 ? told : [];
  const answered =
    (answeredAt !== undefined || hasArrived(change.serial, serial)) && nodes.every((one) => one.answered);
  return {
    id,
    address,
    ...(place === undefined ? {} : { place }),
    wanted: isWanted(goal, standing),
    answered,
    ...(serial === undefined ? {} : { serial }),
    ...(answeredAt === undefined ? {} : { answeredAt }),
    // Never negative: the clock may have been set back in between.
    ...(answeredAt === undefined || committedAt === undefined ? {} : { lagMs: Math.max(0, answeredAt - committedAt) }),
    ...(nodes.length === 0 ? {} : { nodes }),
    state,
    ...(answered ? {} : missing(change, standing, here, nodes)),
  } satisfies SecondaryProgress;
}

function hasArrived(wanted: number, seen: number | undefined): boolean {
  return seen !== undefined && isSameOrOlderSerial(wanted, seen);
}

function missing(
  { serial: wanted }: Change,
  { serial, reason, next }: Standing,
  here: number | undefined,
  nodes: NonNullable<SecondaryProgress['nodes']>,
) {
  if (here !== undefined && !hasArrived(wanted, here))
    return {
      reason: `serial ${wanted} is not here yet: this node serves ${here}.`,
      next: 'Commit the change here (zonewire zone reload), or wait for another serial.',
    };
  const late = nodes.filter((one) => !one.answered);
  if (late.length > 0 && late.length < nodes.length)
    return {
      reason: `${nodes.length - late.length} of ${nodes.length} nodes behind its address have it; missing: ${late.map(({ node, serial }) => `${node} (${serial === undefined ? 'not seen with this zone yet' : `serial ${serial}`})`).join(', ')}.`,
      next: `See why ${late[0].node} does not follow; a node that is gone is forgotten after ${ANSWERS_UNTIL_GONE} answers for each node that all come from others.`,
    };
  const seen = serial === undefined ? 'it was not seen to answer yet.' : `it answers with serial ${serial}.`;
  return { reason: reason === undefined || reason === '' ? seen : reason, ...(next ? { next } : {}) };
}
