import { type Name, nameToText, ZonewireError } from '@zonewire/shared-protocol';
import type { ZoneDiff, ZoneVersion } from '@zonewire/zone';
import { refuseOutOfOrder } from '../commit-order.ts';
import type { JournalLimits, StoreStats } from '../port.ts';
import type { Operation } from './group-commit.ts';
import type { ImageLayers, PreparedFiles } from './image-layers.ts';
import { imageDue, LAYER_FILE_BYTES } from './image-policy.ts';
import type { ImageRows } from './image-rows.ts';
import type { JournalRows } from './journal-rows.ts';
import type { NewestDiffs } from './newest-diffs.ts';
import { advance, type Position, serialAt } from './position.ts';
import { heldAt, type ZoneRows } from './zone-rows.ts';
import { newZoneState, type ZoneState, type ZoneStates } from './zone-state.ts';

/** The parts of the store that an operation works on. */
export interface StoreParts {
  readonly states: ZoneStates;
  readonly zones: ZoneRows;
  readonly images: ImageRows;
  readonly layers: ImageLayers;
  readonly journal: JournalRows;
  readonly newest: NewestDiffs;
  readonly stats: StoreStats;
  nextZoneId(): number;
}

interface ZoneTarget {
  /** nameKey of the apex. */
  readonly key: string;
  readonly apex: Name;
}

/** The largest diff that becomes a journal row; a larger one is stored as an image, whatever the limits say. */
export const MAX_DIFF_ROW = 256 * 1024 * 1024;

/** A diff behind the stored version, and the image brought up to date with it where that is due and cheap. */
export function diffOperation(
  parts: StoreParts,
  o: ZoneTarget & {
    readonly diff: ZoneDiff;
    readonly version: ZoneVersion;
    /** JSON text. */
    readonly facts: string | undefined;
    readonly limits: JournalLimits;
    /** An image is to be written behind the commit: at once, for it needs files, or soon. */
    readonly imageWanted: (at: ZoneState, when: 'now' | 'soon') => void;
    /** See DiffOptions. */
    readonly written: (() => void) | undefined;
  },
): Operation {
  const { journal, layers, newest, states, zones } = parts;
  let appended: { readonly start: Position; readonly state: ZoneState } | undefined;
  let wanted: { readonly at: ZoneState; readonly when: 'now' | 'soon' } | undefined;
  let after: Written = NOTHING;
  return {
    bytes: o.diff.bytes.length + (o.facts?.length ?? 0),
    apply() {
      const before = states.get(o.key);
      const refusal = refuseDamaged(before, o) ?? refuseOutOfOrder(o.apex, storedSerial(before), o.diff, o.version);
      if (refusal !== undefined) return refusal;
      let state = journal.append(before as ZoneState, o.diff);
      appended = { start: (before as ZoneState).position, state };
      if (o.facts !== undefined) zones.setFacts(state.id, state.apex, o.facts, heldAt(state.position));
      const { newBytes, missingFiles } = layers.plan(state, o.version);
      const image = state.image ?? state;
      const diffs = state.ordinal - image.ordinal;
      const when = imageDue({ newBytes, diffs, diffBytes: state.total - image.total, limits: o.limits });
      if (when === 'now' && missingFiles.length === 0)
        ({ state, written: after } = replaceImage(parts, state, o.version));
      else if (when !== 'later') wanted = { at: state, when };
      after = stageTrimmed(parts, o, state, after);
      return undefined;
    },
    written: o.written,
    settled(failure) {
      count(parts.stats, failure);
      if (failure !== undefined) return;
      parts.stats.journalRows++;
      parts.stats.journalBytes += o.diff.bytes.length;
      if (appended !== undefined) newest.put(o.key, appended.state, appended.start, o.diff);
      finish(parts, after);
      if (wanted !== undefined) o.imageWanted(wanted.at, wanted.when);
    },
  };
}

/** A whole version; `diff` keeps the history, without it the history is cut here. */
export function imageOperation(
  parts: StoreParts,
  o: ZoneTarget & {
    readonly version: ZoneVersion;
    readonly diff: ZoneDiff | undefined;
    readonly facts: string | undefined;
    readonly limits: JournalLimits;
    /** Large layers, on disk already. */
    readonly prepared: PreparedFiles | undefined;
  },
): Operation {
  const { journal, layers, states } = parts;
  let after: Written = NOTHING;
  const small = o.version.layers.reduce((sum, { byteLength: b }) => sum + (b < LAYER_FILE_BYTES ? b : 0), 0);
  return {
    bytes: small + (o.diff?.bytes.length ?? 0) + (o.facts?.length ?? 0),
    apply() {
      const before = states.get(o.key);
      const damaged = before?.damage !== undefined;
      // Behind a damaged version there is no history to go on with.
      const refusal =
        damaged || o.diff === undefined ? undefined : refuseOutOfOrder(o.apex, storedSerial(before), o.diff, o.version);
      if (refusal !== undefined) return refusal;
      let state = ensureZone(parts, o, o.facts, o.version.serial);
      if (damaged || o.diff === undefined || !fitsJournal(o.diff, o.limits))
        state = journal.clear(state, advance(state.position, o.version.serial));
      else state = journal.append(state, o.diff);
      ({ state, written: after } = replaceImage(parts, state, o.version, o.prepared));
      after = stageTrimmed(parts, o, state, after);
      if (damaged) layers.sweep(states.all());
      return undefined;
    },
    settled(failure) {
      count(parts.stats, failure);
      if (failure === undefined) finish(parts, after);
      else if (o.prepared !== undefined) layers.discard(o.prepared);
    },
  };
}

/**
 * The image of an older commit, whose large layers were written meanwhile. Nobody waits for it;
 * when the zone was replaced or has a newer image it does nothing.
 */
export function behindImageOperation(
  parts: StoreParts,
  o: ZoneTarget & {
    readonly version: ZoneVersion;
    readonly at: ZoneState;
    readonly limits: JournalLimits;
    readonly prepared: PreparedFiles;
  },
): Operation {
  const { layers, states } = parts;
  let after: Written | undefined;
  return {
    bytes: 0,
    apply() {
      const state = states.get(o.key);
      if (state?.image === undefined || state.id !== o.at.id || state.epoch !== o.at.epoch) return undefined;
      if (state.damage !== undefined || state.image.position > o.at.position) return undefined;
      const replaced = replaceImage(parts, state, o.version, o.prepared, o.at);
      after = stageTrimmed(parts, o, replaced.state, replaced.written);
      return undefined;
    },
    settled(failure) {
      if (failure !== undefined || after === undefined) layers.discard(o.prepared);
      else finish(parts, after);
    },
  };
}

export function factsOperation(parts: StoreParts, o: ZoneTarget & { readonly facts: string }): Operation {
  return {
    bytes: o.facts.length,
    apply() {
      parts.states.stage(o.key, ensureZone(parts, o, o.facts, undefined));
      return undefined;
    },
    settled: (failure) => count(parts.stats, failure),
  };
}

export function dropOperation(parts: StoreParts, o: ZoneTarget): Operation {
  const { images, journal, layers, states, zones } = parts;
  let files: readonly number[] = [];
  return {
    bytes: 0,
    apply() {
      const state = states.get(o.key);
      if (state === undefined) return undefined;
      journal.clear(state, state.position);
      files = layers.deleteRows(state, new Set());
      images.delete(state.id);
      zones.delete(state.id, state.apex);
      states.stage(o.key, undefined);
      if (state.damage !== undefined) layers.sweep(states.all());
      return undefined;
    },
    settled(failure) {
      count(parts.stats, failure);
      if (failure === undefined) layers.removeFiles(files);
    },
  };
}

export function fitsJournal(diff: ZoneDiff, limits: JournalLimits): boolean {
  return diff.bytes.length <= Math.min(limits.journalMaxSize, MAX_DIFF_ROW);
}

/** What the transaction did that counts, or must be done, only once it is stored. */
interface Written {
  readonly images: number;
  readonly bytes: number;
  /** Ids of layer files no image names any more. */
  readonly superseded: readonly number[];
  /** Diffs dropped by the limits. */
  readonly trimmed: number;
}

const NOTHING: Written = { images: 0, bytes: 0, superseded: [], trimmed: 0 };

function replaceImage(
  { layers }: StoreParts,
  before: ZoneState,
  version: ZoneVersion,
  prepared?: PreparedFiles,
  at: ZoneState = before,
): { state: ZoneState; written: Written } {
  const { state, bytes, superseded } = layers.replace(before, version, at, prepared);
  return { state, written: { images: 1, bytes, superseded, trimmed: 0 } };
}

function stageTrimmed(
  { journal, states }: StoreParts,
  { key, limits }: { key: string; limits: JournalLimits },
  before: ZoneState,
  written: Written,
): Written {
  const { state, trimmed } = journal.trim(before, limits);
  states.stage(key, state);
  return { ...written, trimmed };
}

function count(stats: StoreStats, failure: ZonewireError | undefined): void {
  if (failure === undefined) stats.commits++;
  else stats.commitsRefused++;
}

function finish({ layers, stats }: StoreParts, { images, bytes, superseded, trimmed }: Written): void {
  stats.journalRowsTrimmed += trimmed;
  stats.imagesWritten += images;
  stats.imageBytes += bytes;
  layers.removeFiles(superseded);
}

/** The zone's state with `facts` stored; a new row when the zone is new. `serial`: of the version that becomes the stored one with it. */
function ensureZone(
  { states, zones, nextZoneId }: StoreParts,
  o: ZoneTarget,
  facts: string | undefined,
  serial: number | undefined,
): ZoneState {
  const known = states.get(o.key);
  const state = known ?? newZoneState(nextZoneId(), o.apex);
  const { id, apex, image, position } = state;
  const held = serial === undefined ? heldAt(image && position) : heldAt(advance(position, serial));
  if (known === undefined) zones.insert(id, apex, facts ?? '{}', held);
  else if (facts !== undefined) zones.setFacts(id, apex, facts, held);
  else if (state.damage !== undefined && !zones.facts(id, apex).ok) zones.setFacts(id, apex, '{}', held);
  return state;
}

function storedSerial(state: ZoneState | undefined): number | undefined {
  return state?.image === undefined ? undefined : serialAt(state.position);
}

function refuseDamaged(state: ZoneState | undefined, { apex }: ZoneTarget): ZonewireError | undefined {
  if (state?.damage === undefined) return undefined;
  const zone = nameToText(apex);
  return new ZonewireError(
    'store-damaged',
    `what is stored of zone ${zone} is damaged (${state.damage}): only a whole version can be stored over it`,
    { zone },
  );
}
