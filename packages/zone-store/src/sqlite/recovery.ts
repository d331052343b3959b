import type { DatabaseSync } from 'node:sqlite';
import { fail, isName, nameKey, ok, type Result } from '@zonewire/shared-protocol';
import { applyDiff, ZoneVersion } from '@zonewire/zone';
import { emptyStats } from '../port.ts';
import { isOfOneStatement } from './database.ts';
import { ImageLayers } from './image-layers.ts';
import { type ImageFields, ImageRows, imageOf } from './image-rows.ts';
import { JournalRows } from './journal-rows.ts';
import { LayerFiles } from './layer-files.ts';
import { NewestDiffs } from './newest-diffs.ts';
import type { StoreParts } from './operations.ts';
import { serialAt } from './position.ts';
import { type Census, censusOf, heldAt, isCensus, NOBODY, withZone, ZoneRows } from './zone-rows.ts';
import { newZoneState, type ZoneState, ZoneStates } from './zone-state.ts';

interface ScannedRow extends Partial<ImageFields> {
  readonly id: number;
  readonly apex: Uint8Array;
  readonly held: number;
  readonly firstStart: number | null;
  readonly firstOrdinal: number;
  readonly firstTotalBefore: number;
  readonly lastStart: number;
  readonly lastStop: number;
  readonly lastOrdinal: number;
  readonly lastTotal: number;
}

// Per zone: its row, its image, and by two seeks the first and the last diff. No diff or layer is read.
const SCAN = `
  SELECT z.id, z.apex, z.held, i.position, i.ordinal, i.total, i.layers, i.crc,
    f.start AS firstStart, f.ordinal AS firstOrdinal, f.total - length(f.diff) AS firstTotalBefore,
    l.start AS lastStart, l.stop AS lastStop, l.ordinal AS lastOrdinal, l.total AS lastTotal
  FROM zone z LEFT JOIN image i ON i.zone = z.id
    LEFT JOIN journal f ON f.zone = z.id AND f.start = (SELECT min(start) FROM journal WHERE zone = z.id)
    LEFT JOIN journal l ON l.zone = z.id AND l.start = (SELECT max(start) FROM journal WHERE zone = z.id)`;

/** What a look at a database brought. */
export interface Recovered {
  readonly parts: StoreParts;
  /** What shows that zones may be missing; undefined: nothing. Then nothing is removed. */
  readonly suspicion: string | undefined;
}

/**
 * What a start does: reads what is on disk of every zone, in short, and removes the files a crash left.
 * Reads no records: those are read and verified by {@link recoverVersion}, zone by zone.
 * `suspect`: something is wrong with the database, and every page of it is looked at.
 */
export function recoverStore(dir: string, db: DatabaseSync, suspect = false): Recovered {
  const files = new LayerFiles(dir);
  const images = new ImageRows(db);
  const states = new ZoneStates();
  const stats = emptyStats();
  let suspicion = suspect ? pagesDamaged(db) : undefined;
  let zoneId = 0;
  let layerId = 0;
  let found: Census = NOBODY;
  let told: Census | undefined;
  const named = new Set<number>();
  try {
    layerId = images.lastLayerId();
    for (const row of scan(db)) {
      if (isCensus(row)) {
        told = censusOf(db.prepare('SELECT facts, crc FROM zone WHERE id = 0').get() as never);
        if (told === undefined) suspicion = 'the number of its zones does not match its checksum';
        continue;
      }
      zoneId = Math.max(zoneId, row.id);
      // Nobody can ask for a zone without a name; a name that is damaged but still one fails in load.
      if (!(row.apex instanceof Uint8Array && isName(row.apex))) {
        stats.damaged++;
        suspicion = 'the name of a zone is damaged';
        continue;
      }
      found = withZone(found, row.apex);
      const state = stateOf(row);
      states.restore(nameKey(row.apex), state);
      for (const { id } of state.image?.layers ?? []) {
        layerId = Math.max(layerId, id);
        named.add(id);
      }
    }
  } catch (cause) {
    if (!isOfOneStatement(cause)) throw cause;
    suspicion = (cause as Error).message;
  }
  const { zones, names } = told ?? NOBODY;
  if (zones !== found.zones || names !== found.names)
    suspicion ??= `it has ${found.zones} zones instead of ${zones}, or others`;
  const orphans = suspicion === undefined ? files.removeOrphans(named) : { removed: 0, lastId: 0 };
  stats.orphansRemoved = orphans.removed;
  const parts = {
    states,
    images,
    zones: new ZoneRows(db, found),
    layers: new ImageLayers(images, files, Math.max(layerId, orphans.lastId)),
    journal: new JournalRows(db),
    newest: new NewestDiffs(),
    stats,
    nextZoneId: () => ++zoneId,
  };
  return { parts, suspicion };
}

function pagesDamaged(db: DatabaseSync): string | undefined {
  try {
    const [found] = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {});
    return found === 'ok' ? undefined : String(found);
  } catch (cause) {
    return (cause as Error).message;
  }
}

function scan(db: DatabaseSync): Iterable<ScannedRow> {
  return db.prepare(SCAN).iterate() as Iterable<unknown> as Iterable<ScannedRow>;
}

function stateOf(row: ScannedRow): ZoneState {
  // A copy: what comes from the database has a buffer of its own behind it.
  const state = newZoneState(row.id, row.apex.slice());
  const hasJournal = row.firstStart !== null;
  const damaged = (damage: string): ZoneState => ({ ...state, damage });
  if (typeof row.layers !== 'string') return hasJournal || row.held > 0 ? damaged('its image is missing') : state;
  const image = imageOf(row.id, row as ImageFields);
  if (image === undefined) return damaged('the row of its image does not match its checksum');
  if (row.held > heldAt(Math.max(image.position, hasJournal ? row.lastStop : 0)))
    return damaged('its journal has lost its newest diffs');
  // A history that ends before the image has lost its newest diffs: it is of no use for IXFR, the zone is whole.
  if (row.firstStart === null || row.lastStop < image.position) {
    const { position, ordinal, total } = image;
    return { ...state, image, position, ordinal, total };
  }
  return {
    ...state,
    image,
    position: row.lastStop,
    ordinal: row.lastOrdinal,
    total: row.lastTotal,
    oldest: { start: row.firstStart, ordinal: row.firstOrdinal, totalBefore: row.firstTotalBefore },
  };
}

/** The current version of a zone that has one: its image, and the diffs behind it applied one by one. It shares the state's apex. */
export function recoverVersion(state: ZoneState, layers: ImageLayers, journal: JournalRows): Result<ZoneVersion> {
  if (state.damage !== undefined || state.image === undefined)
    return fail('image-damaged', state.damage ?? 'it has no image');
  const buffers: SharedArrayBuffer[] = [];
  for (const layer of state.image.layers) {
    const read = layers.read(layer, state.apex);
    if (!read.ok) return read;
    buffers.push(read.value);
  }
  const opened = ZoneVersion.open(buffers, state.apex);
  if (!opened.ok) return opened;
  if (opened.value.serial !== serialAt(state.image.position))
    return fail(
      'image-damaged',
      `its image has serial ${opened.value.serial} instead of ${serialAt(state.image.position)}`,
    );
  if (nameKey(opened.value.apex) !== nameKey(state.apex))
    return fail('image-damaged', 'its image is that of another zone');
  let version = opened.value;
  if (state.image.position === state.position) return ok(version);
  for (const diff of journal.chain(state, state.apex, state.image.position)) {
    if (!diff.ok) return diff;
    const next = applyDiff(version, diff.value);
    if (!next.ok) return next;
    version = next.value;
  }
  return ok(version);
}
