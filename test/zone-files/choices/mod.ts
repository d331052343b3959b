import { ACCEPTED } from './accepted.ts';
import { type Choice, textKey } from './choice.ts';
import { DIFFERENCES } from './differences.ts';
import { REFUSED } from './refused.ts';

/** What the table says of a text; undefined where it says nothing. */
export function choiceOf(text: string): 'accept' | 'refuse' | undefined {
  const key = textKey(text);
  const has = ({ texts }: Choice) => texts.includes(key);
  if (ACCEPTED.some(has)) return 'accept';
  return REFUSED.some(has) ? 'refuse' : undefined;
}

/** Whether the table says that `server` makes other records of a text. */
export function isKnownDifference(text: string, server: string): boolean {
  const key = textKey(text);
  return DIFFERENCES.some((difference) => difference.server === server && difference.texts.includes(key));
}

/** Every text of the table. */
export function chosenTexts(): string[] {
  return [...ACCEPTED, ...REFUSED, ...DIFFERENCES].flatMap(({ texts }) => texts);
}
