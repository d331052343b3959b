import { type Name, nameToText, ZonewireError } from '@zonewire/shared-protocol';
import type { Facts } from './port.ts';

/** Facts longer than this (UTF-16 units of their JSON) are refused: they are a few numbers and messages. */
export const MAX_FACTS = 1024 * 1024;

/** Facts as they are stored: JSON text, so that what is loaded is never the object that was saved. */
export function factsText(apex: Name, facts: Facts): string {
  const text = JSON.stringify(facts);
  if (text.length <= MAX_FACTS) return text;
  const zone = nameToText(apex);
  throw new ZonewireError('store-facts-too-large', `the facts of zone ${zone} are longer than ${MAX_FACTS}`, { zone });
}
