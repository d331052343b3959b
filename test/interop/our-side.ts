import type { PeerKey, ZonewireNode } from '@zonewire/testkit';
import { expect } from 'vitest';
import { patiently } from './patiently.ts';

/** What our node says in its log of a transfer that it served to the end. */
export interface TransferOutEntry {
  readonly type: 'axfr' | 'diffs' | 'axfr-style' | 'up-to-date';
  readonly why?: string;
  readonly key?: string;
  /** Of an IXFR: the serial that the secondary has. */
  readonly from?: number;
  readonly serial: number;
}

/** All transfers of a zone that this node's process served so far, oldest first, without single SOAs. */
export function transfersOut(node: ZonewireNode, zone: string): TransferOutEntry[] {
  const entries: TransferOutEntry[] = [];
  for (const line of node.process.output.split('\n')) {
    if (!line.includes('"transfer out: ')) continue;
    const { type, why, key, from, serial, zone: itsZone } = JSON.parse(line);
    if (itsZone === zone && type !== 'up-to-date') entries.push({ type, why, key, from, serial });
  }
  return entries;
}

/** Waits until the last transfer served of a zone is this one, made with the zone's key or none. */
export async function expectTransferOut(
  node: ZonewireNode,
  { zone, key }: { readonly zone: string; readonly key: PeerKey | undefined },
  expected: Omit<TransferOutEntry, 'key'>,
): Promise<void> {
  const { serial } = expected;
  // The log is written beside the work.
  await patiently(`transfer of ${zone} at serial ${serial}`, () => transfersOut(node, zone).at(-1)?.serial === serial);
  expect(transfersOut(node, zone).at(-1)).toMatchObject({ ...expected, key: key?.name });
}

/** Of the status of a zone that our node is secondary for. */
export interface SecondaryStatus {
  readonly state: string;
  readonly notified?: { readonly serial: number };
  readonly served?: { readonly serial: number };
  readonly lastTransfer?: {
    readonly type: 'axfr' | 'ixfr' | 'axfr-style-ixfr';
    readonly fromSerial?: number;
    readonly toSerial: number;
  };
  readonly lastError?: { readonly code: string };
  readonly warnings?: readonly string[];
  readonly primaries: readonly { readonly state: string; readonly lastError?: { readonly code: string } }[];
}

export function statusOf(node: ZonewireNode, zone: string): Promise<SecondaryStatus> {
  return node.status<SecondaryStatus>(zone);
}

/** The transfer that brought our secondary's version, and how it stands with its primary. */
export async function expectTransferIn(
  node: ZonewireNode,
  { zone }: { readonly zone: string },
  expected: Partial<NonNullable<SecondaryStatus['lastTransfer']>>,
): Promise<void> {
  const { lastTransfer, primaries } = await statusOf(node, zone);
  expect(lastTransfer, JSON.stringify(primaries)).toMatchObject(expected);
}
