import type { Judge } from './compare/judge.ts';
import { type Comparison, compareZones } from './compare-zones.ts';
import type { Question } from './questions.ts';
import type { PeerName, ServedZone } from './servers.ts';
import { type Signing, signed } from './zones/signed.ts';
import { type Records, zoneText } from './zones/zone.ts';

export interface Scenario {
  /** The apex: `z001.test.` */
  readonly origin: string;
  readonly records: Records;
  readonly signing: Signing | undefined;
  readonly questions: readonly Question[];
}

/** A scenario as it is served: with its text, signatures included. */
export type Prepared = Scenario & { readonly zone: ServedZone };

export interface RoundResult extends Comparison<Prepared> {
  /** Zones that no tool would sign, with the tools' reasons. */
  readonly unsigned: readonly string[];
}

/** Signs what is to be signed, and compares all scenarios at once. */
export async function runRound(
  scenarios: readonly Scenario[],
  peers: readonly PeerName[],
  judge: Judge,
): Promise<RoundResult> {
  const unsigned: string[] = [];
  const prepared = await Promise.all(
    scenarios.map(async (scenario) => ({ ...scenario, zone: await prepare(scenario, unsigned) })),
  );
  return { ...(await compareZones(prepared, peers, judge)), unsigned };
}

async function prepare({ origin, records, signing }: Scenario, unsigned: string[]): Promise<ServedZone> {
  const text = zoneText(origin, records);
  if (signing === undefined) return { name: origin, text, signed: false };
  try {
    return { name: origin, text: await signed(origin, text, signing), signed: true };
  } catch (error) {
    unsigned.push((error as Error).message);
    return { name: origin, text, signed: false };
  }
}
