import type { Theme } from '../case.ts';
import { ADDRESSES } from './addresses.ts';
import { CERTIFICATES } from './certificates.ts';
import { DIRECTIVES } from './directives.ts';
import { DNSSEC } from './dnssec.ts';
import { GENERATE } from './generate.ts';
import { LAYOUT } from './layout.ts';
import { NAMES } from './names.ts';
import { NUMBERS } from './numbers.ts';
import { SEMANTICS } from './semantics.ts';
import { SOA } from './soa.ts';
import { STRINGS } from './strings.ts';
import { SVCB } from './svcb.ts';
import { TTLS } from './ttls.ts';

export { INCLUDES } from './includes.ts';

export const THEMES: readonly Theme[] = [
  ...LAYOUT,
  ...NAMES,
  ...TTLS,
  ...SOA,
  ...DIRECTIVES,
  ...GENERATE,
  ...ADDRESSES,
  ...STRINGS,
  ...NUMBERS,
  ...DNSSEC,
  ...CERTIFICATES,
  ...SVCB,
  ...SEMANTICS,
];
