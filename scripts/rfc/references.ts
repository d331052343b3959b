import { literalsOf } from './literals.ts';

/** A test that names a section. */
export interface Reference {
  readonly rfc: number;
  /** `4.3.2`; empty: the RFC as a whole. */
  readonly section: string;
  readonly test: string;
  /** From the root of the repository. */
  readonly file: string;
}

/** Behind which code a string is the name of a test: a call, a row of a table, the rule of a case. */
const IS_NAME =
  /(^|[^\w.])(it|test|describe)(\.\w+)*\($|\)\($|(?<!(toEqual|toContain|toMatchObject)\()\[$|\b(rule|rfc):$/;
const OPENS_DESCRIBE = /(^|[^\w.])describe(\.\w+)*\($|(^|[^\w.])describe\.each\(.*\)\($/;

const SECTION = String.raw`(?:[A-D](?=[.\d])|\d+)(?:\.\d+)*(?:[a-z]\b)?(?: steps? \d[a-z]?)?`;
const SECTIONS = `${SECTION}(?:(?:, | and | to | or | with )${SECTION})*`;
const MENTION = new RegExp(String.raw`RFC (\d{3,5})(?:(?:,? section)? (${SECTIONS})(?![\w]))?`, 'g');
/** `(6.1.3)` inside a describe that names the RFC. */
const BARE = new RegExp(String.raw`\((${SECTIONS})\)`);

/** All sections that the tests of one file name, each once for a test. */
export function referencesOf(file: string, source: string): Reference[] {
  const found = new Map<string, Reference>();
  let around: number | undefined;
  for (const { text, before } of literalsOf(source)) {
    const opens = OPENS_DESCRIBE.test(before);
    if (opens) around = undefined;
    if (!IS_NAME.test(before)) continue;
    const mentions = [...text.matchAll(MENTION)];
    if (opens && mentions.length === 1) around = Number(mentions[0][1]);
    for (const [, rfc, sections] of mentions) for (const section of split(sections)) add(Number(rfc), section, text);
    const bare = mentions.length === 0 && around !== undefined ? BARE.exec(text) : null;
    if (bare && around !== undefined) for (const section of split(bare[1])) add(around, section, text);
  }
  return [...found.values()];

  function add(rfc: number, section: string, text: string): void {
    found.set(`${rfc} ${section} ${text}`, { rfc, section, test: text, file });
  }
}

/** `3.1 and 3.2` as two; what stands in between of `3.1 to 3.4` is not guessed. */
function split(sections: string | undefined): string[] {
  return sections === undefined ? [''] : sections.split(/, | and | to | or | with /).map((one) => one.trim());
}
