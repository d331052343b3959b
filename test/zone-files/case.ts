/** The four programs whose word counts. */
export const READERS = ['bind', 'knot', 'nsd', 'ldns'] as const;
export type Reader = (typeof READERS)[number];

/**
 * The texts of one theme. Each character of a text is an octet; `%Z` stands for the zone's name without final dot. The four read
 * a text alike, and we as they do, unless choices.ts says otherwise.
 */
export interface Theme {
  readonly name: string;
  /** Stands before each text; {@link HEAD} unless given. */
  readonly head?: string;
  /** The zone of all its cases, then one at most; else each has its own. */
  readonly zone?: string;
  /** BIND is to look at what records mean together too, as named does. */
  readonly integrity?: boolean;
  readonly cases: readonly string[];
}

export const HEAD =
  '$TTL 3600\n@ IN SOA ns.example.net. host.example.net. 1 3600 600 86400 300\n@ NS ns.example.net.\n';

/** A case made ready: with its own zone name, so that one server holds all of them. */
export interface ReadyCase {
  readonly theme: string;
  readonly title: string;
  /** `c0017.test.` */
  readonly zone: string;
  /** As in the theme. */
  readonly text: string;
  readonly octets: Uint8Array;
  readonly integrity: boolean;
}

export function readyCases(themes: readonly Theme[]): ReadyCase[] {
  const all = themes.flatMap((theme) => theme.cases.map((text) => ({ theme, text })));
  return all.map(({ theme, text }, i) => {
    const zone = theme.zone ?? `c${String(i).padStart(4, '0')}.test.`;
    const whole = ((theme.head ?? HEAD) + text).replaceAll('%Z', zone.slice(0, -1));
    const title = JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}...` : text);
    return {
      theme: theme.name,
      title,
      zone,
      text,
      octets: Buffer.from(whole, 'latin1'),
      integrity: theme.integrity === true,
    };
  });
}

export function zoneFile(zone: string): string {
  return zone === '.' ? 'root.zone' : `${zone.slice(0, -1)}.zone`;
}
