/** Why a zone file is looked at. */
export type LoadCause = 'start' | 'reload' | 'thaw';

export interface LoadSituation {
  readonly cause: LoadCause;
  /** There is a version to serve. */
  readonly stored: boolean;
  /** The content of the files is not the one last loaded or written. */
  readonly fileChanged: boolean;
  /** Commits by UPDATE or API since then. */
  readonly updatesSince: number;
  readonly frozen: boolean;
  /** The operator has said that updates may be lost. */
  readonly discardUpdates: boolean;
}

export type LoadDecision =
  /** The file takes over. */
  | 'load'
  /** The file is what was loaded; what is stored, updates included, stays. */
  | 'keep'
  /** The operator is editing: whatever stands in the file waits for `thaw`. */
  | 'keep-frozen'
  /** File and zone have both changed. Only a file that says what the zone says already may be taken; else nothing changes. */
  | 'take-only-if-same';

/** What happens to a file and the updates made since it was loaded: README.md has this as a table. Nothing is lost silently. */
export function decideLoad(situation: LoadSituation): LoadDecision {
  const { cause, stored, fileChanged, updatesSince, frozen, discardUpdates } = situation;
  if (!stored) return 'load';
  if (discardUpdates && updatesSince > 0) return 'load';
  if (!fileChanged) return 'keep';
  if (frozen && cause === 'start') return 'keep-frozen';
  return updatesSince > 0 ? 'take-only-if-same' : 'load';
}
