import type { Explanation } from '../compare/explanation.ts';
import { ADDITIONAL } from './additional.ts';
import { BIND } from './bind.ts';
import { CHOICES } from './choices.ts';
import { KNOT } from './knot.ts';
import { NSD } from './nsd.ts';
import { PDNS } from './pdns.ts';
import { SIZES } from './sizes.ts';

/** Every difference that stays. Each has a section of its name in docs/differences.md. */
export const EXPLANATIONS: readonly Explanation[] = [
  ...SIZES,
  ...CHOICES,
  ...ADDITIONAL,
  ...BIND,
  ...KNOT,
  ...NSD,
  ...PDNS,
];
