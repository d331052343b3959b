import type { DnsExchange, Remote, RunningTransfers } from '@zonewire/nameserver';
import type { ComparisonOutcome } from '@zonewire/replicas';
import { DEFAULT_SECONDARY_LIMITS, type TransferredIn, transferIn } from '@zonewire/secondary';
import { nameToText, typeToText } from '@zonewire/shared-protocol';
import { type DifferingRRset, differingRRsets, type ZoneVersion } from '@zonewire/zone';
import { inSlices, type SlicePorts } from './in-slices.ts';

export interface CopyPorts {
  readonly client: DnsExchange;
  readonly running: RunningTransfers;
  /** What is served here now; undefined: nothing. */
  readonly served: () => ZoneVersion | undefined;
  /** A message ID that nobody can guess. */
  readonly messageId: () => number;
  /** Of versions served here: one digest is enough for all secondaries. */
  readonly digests: WeakMap<ZoneVersion, string>;
  readonly slices: Omit<SlicePorts, 'isWanted'>;
}

export const COPY = {
  /** ms for a whole transfer, and more for its octets: a slow one must not keep the others waiting for long. */
  transferTimeout: 60_000,
  octetsPerMs: 100,
  /** ms without a message in the middle of one. */
  idleTimeout: 15_000,
  /** A copy may take that many times what the zone takes here, and so many octets more. */
  sizeFactor: 2,
  sizeMore: 1024 * 1024,
  /** RRsets named of a copy that differs. */
  named: 3,
  /** Names between two looks at the time. */
  names: 200,
} as const;

/** Transfers the zone from a secondary (AXFR, with its key) and compares it with what is served here under the same serial. */
export async function compareCopy(remote: Remote, ports: CopyPorts, signal: AbortSignal): Promise<ComparisonOutcome> {
  const before = ports.served();
  if (before === undefined) return { result: 'failed', reason: 'the zone is not served here' };
  const copy = await fetchCopy(remote, before, ports, signal);
  if (!copy.ok) return failureOf(copy);
  if (copy.outcome !== 'zone') return { result: 'failed', reason: 'it did not send the whole zone' };
  const { serial, version } = copy;
  const ours = [before, ports.served()].find((one) => one?.serial === serial);
  if (ours === undefined)
    return { result: 'moved', serial, reason: `it sent serial ${serial}, which is not the one served here (any more)` };
  const slices = { ...ports.slices, isWanted: () => !signal.aborted };
  const digestHere = ports.digests.get(ours) ?? (await inSlices(ours.digestInSteps(COPY.names), slices))?.value;
  if (digestHere !== undefined) ports.digests.set(ours, digestHere);
  const digestThere = (await inSlices(version.digestInSteps(COPY.names), slices))?.value;
  if (digestHere === undefined || digestThere === undefined) return { result: 'failed', reason: 'given up here' };
  if (digestHere === digestThere)
    return { result: 'same', serial, reason: `all ${version.recordCount} records are the same` };
  const differing = await inSlices(differingRRsets(ours, version, COPY.named + 1, COPY.names), slices);
  return {
    result: 'different',
    serial,
    reason: `${wordsOf(differing?.value ?? [])} (digest ${digestThere.slice(0, 16)}…, ours is ${digestHere.slice(0, 16)}…)`,
  };
}

/** From the first of its addresses that is heard of. */
async function fetchCopy(
  { id, addresses, key }: Remote,
  held: ZoneVersion,
  { client, running, messageId }: CopyPorts,
  signal: AbortSignal,
): Promise<TransferredIn> {
  let copy: TransferredIn | undefined;
  const transferTimeout = COPY.transferTimeout + Math.ceil(held.byteLength / COPY.octetsPerMs);
  for (const { host, port } of addresses) {
    copy = await transferIn({
      client,
      zone: held.apex,
      primary: { key: `${id}@${host}:${port}`, id, host, port, tsigKey: key },
      type: 'axfr',
      held,
      id: messageId(),
      limits: {
        ...DEFAULT_SECONDARY_LIMITS,
        transferTimeout,
        idleTimeout: COPY.idleTimeout,
      },
      zoneMaxSize: COPY.sizeFactor * held.byteLength + COPY.sizeMore,
      signal,
      running,
    });
    if (copy.ok || copy.failure !== 'unreachable' || signal.aborted) break;
  }
  return copy ?? { ok: false, failure: 'unreachable', code: 'no-address', message: `${id} has no address` };
}

/** REFUSED, and NOTAUTH as Knot says it, are what a server answers that gives the zone to nobody, or not to us. */
const REFUSALS: Readonly<Record<string, string>> = { 'rcode-5': 'REFUSED', 'rcode-9': 'NOTAUTH' };

function failureOf({ code, message }: Extract<TransferredIn, { ok: false }>): ComparisonOutcome {
  const rcode = REFUSALS[code];
  if (rcode === undefined) return { result: 'failed', reason: message };
  return {
    result: 'refused',
    reason: `it refuses AXFR to this primary (${rcode}): its content cannot be compared unless its acl allows it (BIND: allow-transfer, NSD: provide-xfr, Knot: acl)`,
  };
}

const HOW: Readonly<Record<DifferingRRset['how'], string>> = {
  missing: 'is missing there',
  extra: 'is only there',
  other: 'is another there',
};

function wordsOf(differing: readonly DifferingRRset[]): string {
  const named = differing
    .slice(0, COPY.named)
    .map(({ name, type, how }) => `${nameToText(name)} ${typeToText(type)} ${HOW[how]}`);
  const more = differing.length > COPY.named ? ', and more' : '';
  return `${named.join(', ')}${more}`;
}
