import { name, TYPE } from '@zonewire/shared-protocol';
import { UpdateStream } from '@zonewire/testkit';
import { PAIRS, type Pair, type PairZone } from './pairs.ts';
import { Poller } from './poll.ts';

/** What changes the primary of a pair, and what sees it at the secondary. */
export interface Changing {
  readonly updates: UpdateStream;
  readonly poller: Poller;
}

/** Measures a pair whose zone is changed, from when its secondary answers for the zone; prints what the pair printed where that fails. */
export async function changingPair<T>(
  peer: string,
  zone: PairZone,
  measure: (pair: Pair, changing: Changing) => Promise<T>,
): Promise<T> {
  const pair = await PAIRS[peer](zone);
  const opened: { close(): void }[] = [];
  const closed = <C extends { close(): void }>(one: C): C => {
    opened.push(one);
    return one;
  };
  try {
    const updates = closed(await UpdateStream.open(pair.primary, name(zone.name)));
    const poller = closed(await Poller.open(pair.secondary));
    await poller.until(name(zone.name), TYPE.SOA, ({ answer }) => answer.length === 1, 180_000);
    return await measure(pair, { updates, poller });
  } catch (error) {
    console.error(`${pair.name} failed:\n${pair.output()}`);
    throw error;
  } finally {
    for (const one of opened) one.close();
    await pair.remove();
  }
}
