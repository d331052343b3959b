import type { Corner } from './corner.ts';
import { wildcards } from './corners/wildcards.ts';

export { type Case, type Corner, originOf, type Vendor, zoneText } from './corner.ts';
export { type Request, readRequest } from './question.ts';
export { expected, type Shown, shown } from './shown.ts';

/** Every corner, one file each; a new one is added here. */
export const CORNERS: readonly Corner[] = [wildcards];
