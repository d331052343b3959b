import type { Verification } from '@zonewire/nameserver';
import { type Name, nameToText, ZonewireError } from '@zonewire/shared-protocol';
import { applyDiff, checkSerial, type ZoneDiff, type ZoneVersion } from '@zonewire/zone';
import type { CommitLine } from '../commit.ts';
import type { FileFacts } from '../facts.ts';
import { zoneTooLarge } from '../refusals.ts';
import type { SerialPolicy } from '../serial-policy.ts';
import type { FilePort } from './file-port.ts';
import { decideLoad, type LoadCause, type LoadDecision } from './load-decision.ts';
import { readOnce } from './read-once.ts';
import { readZoneFile } from './read-zone-file.ts';
import { stepToFile } from './step-to-file.ts';
import type { ZoneFile, ZoneFileFinding } from './zone-file.ts';
import { sourceIsUnchanged } from './zone-source.ts';

export interface LoadPorts {
  readonly apex: Name;
  readonly files: FilePort;
  readonly line: CommitLine;
  readonly now: () => number;
  /** ZONEMD and DNSSEC, as the zone is configured; on a thread when that takes long. */
  readonly examine: (version: ZoneVersion) => Promise<Verification>;
}

export interface LoadRequest {
  readonly cause: LoadCause;
  readonly path: string;
  readonly discardUpdates: boolean;
  readonly serialPolicy: SerialPolicy;
  readonly zoneMaxSize: number;
}

export interface LoadOutcome {
  readonly kind: 'loaded' | 'unchanged' | 'waits-for-thaw';
  readonly serial: number;
  /** One sentence for an operator. */
  readonly message: string;
  /** Of the file just read; undefined when it was not read: those of before still hold. */
  readonly findings?: readonly ZoneFileFinding[];
  /** Of the file just read. */
  readonly verification?: Verification;
}

/**
 * Looks at the zone's file and lets it take over where that loses nothing (load-decision.ts). Resolves when the outcome is
 * durable and served. Rejects with a ZonewireError when the file is not taken; then everything stays as it was.
 */
export async function loadZoneFile(ports: LoadPorts, request: LoadRequest): Promise<LoadOutcome> {
  const { apex, line } = ports;
  const { path } = request;
  const files = readOnce(ports.files);
  const seal = line.tip.facts.file;
  const fileChanged = seal === undefined || !(await sourceIsUnchanged(files, path, seal));
  const early = decide(ports, request, fileChanged);
  const serial = line.tip.version?.serial ?? 0;
  if (early === 'keep') return { kind: 'unchanged', serial, message: `${path} has not changed` };
  if (early === 'keep-frozen')
    return {
      kind: 'waits-for-thaw',
      serial,
      message: `the zone is frozen: what has changed in ${path} is loaded by "zonewire zone thaw ${nameToText(apex)}"`,
    };
  const { zoneMaxSize } = request;
  const file = await readZoneFile(files, { apex, path, zoneMaxSize, now: ports.now() });
  if (!file.ok) throw new ZonewireError(file.error.code, file.error.message, { zone: nameToText(apex) });
  const verification = await ports.examine(file.value.version);
  const { refusal } = verification;
  if (refusal !== undefined)
    throw new ZonewireError(refusal.code, `${path}: ${refusal.message}`, { zone: nameToText(apex) });
  // Once more: updates may have been accepted while the file was read.
  return { ...(await take(ports, request, decide(ports, request, fileChanged), file.value)), verification };
}

function decide({ line }: LoadPorts, { cause, discardUpdates }: LoadRequest, fileChanged: boolean): LoadDecision {
  const { version, facts } = line.tip;
  const { updatesSince, frozen = false } = facts;
  return decideLoad({ cause, stored: version !== undefined, fileChanged, updatesSince, frozen, discardUpdates });
}

async function take(
  ports: LoadPorts,
  request: LoadRequest,
  decision: LoadDecision,
  file: ZoneFile,
): Promise<LoadOutcome> {
  const { apex, line, now } = ports;
  const { path, serialPolicy, zoneMaxSize } = request;
  const { version: from, facts } = line.tip;
  const { findings } = file;
  const next = { ...facts, updatesSince: 0, file: fileFacts(path, file, now()) };
  if (file.version.byteLength > zoneMaxSize) throw zoneTooLarge(apex, file.version.byteLength, zoneMaxSize);
  if (from === undefined) {
    await line.accept('image', file.version, next);
    const { serial, recordCount } = file.version;
    return { kind: 'loaded', serial, message: `loaded ${path}: serial ${serial}, ${recordCount} records`, findings };
  }
  const step = stepToFile(from, file.version, serialPolicy, now());
  if (step.kind === 'refused')
    throw new ZonewireError(step.code, `${path}: ${step.message}`, { zone: nameToText(apex) });
  if (decision === 'take-only-if-same' && step.kind === 'step' && !step.onlySerial)
    throw wouldLoseUpdates(apex, path, facts.updatesSince);
  if (step.kind === 'same') {
    await line.accept('facts', from, next);
    const message = `${path} says what is served already: serial stays ${from.serial}`;
    const [backwards] = checkSerial(file.version, from.serial);
    const told = backwards === undefined ? findings : [serialBackwards(path, backwards.message), ...findings];
    return { kind: 'unchanged', serial: from.serial, message, findings: told };
  }
  const { diff, version } = step;
  if (isSmall(diff, version)) {
    // The new version shares everything unchanged with the old one.
    const applied = applyDiff(from, diff);
    if (!applied.ok) throw new ZonewireError(applied.error.code, applied.error.message, { zone: nameToText(apex) });
    await line.accept('diff', applied.value, next, diff);
  } else await line.accept('image', version, next, diff);
  return {
    kind: 'loaded',
    serial: version.serial,
    message: `loaded ${path}: serial ${from.serial} to ${version.serial}, records: ${diff.removedCount - 1} removed, ${diff.addedCount - 1} added`,
    findings: step.warning === undefined ? findings : [serialBackwards(path, step.warning), ...findings],
  };
}

function serialBackwards(path: string, message: string): ZoneFileFinding {
  return { check: 'serial-backwards', severity: 'warning', place: path, message };
}

function isSmall(diff: ZoneDiff, version: ZoneVersion): boolean {
  return 4 * (diff.removedCount + diff.addedCount) < version.recordCount;
}

function fileFacts(path: string, { version, seal }: ZoneFile, loadedAt: number): FileFacts {
  return { path, serial: version.serial, loadedAt, digest: seal.digest, stamps: seal.stamps };
}

function wouldLoseUpdates(apex: Name, path: string, updates: number): ZonewireError {
  const zone = nameToText(apex);
  const message =
    `${path} has changed, and so has the zone: loading the file would lose ${updates} dynamic update${updates === 1 ? '' : 's'} made since it was loaded last. ` +
    `To keep them: "zonewire zone freeze ${zone}" writes the zone over the file (your file is kept as ${path}.before-freeze), put your change in, "zonewire zone thaw ${zone}". ` +
    `To drop them: "zonewire zone reload ${zone} --discard-updates"`;
  return new ZonewireError('zone-has-updates', message, { zone });
}
