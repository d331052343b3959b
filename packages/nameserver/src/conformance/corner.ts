/**
 * A difficult corner of the DNS as a table: zones as text, questions, and the whole message that has to come back.
 * Ours is held against it without sockets (corners.test.ts), and so are real servers with the same zones (test/conformance/).
 */
export interface Corner {
  readonly title: string;
  /**
   * Zone text by apex, the first one being the origin of everything the cases say. Every zone gets `$TTL 300`, and unless it has an SOA
   * of its own {@link APEX} too.
   */
  readonly zones: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
  /** Its zones take questions away from those of other corners: a zone at the root, or above another corner's. */
  readonly alone?: boolean;
  /** Servers that do not take these zones, and why. */
  readonly without?: Partial<Record<Vendor, string>>;
}

export type Vendor = 'bind' | 'knot' | 'nsd' | 'pdns';

export interface Case {
  /** What has to be, with the section that says so: the test's name. */
  readonly rule: string;
  /**
   * As dig takes it: `x.y A`, `id.server. CH TXT +tcp`; flags in question.ts. Over UDP and without EDNS unless it says otherwise.
   * Names without a final dot are below the first zone.
   */
  readonly ask: string;
  /** The request octet by octet instead, in hex, when no question could say it; `ask` then tells transport, EDNS and the question that comes back. */
  readonly bytes?: string;
  /** No answer at all. */
  readonly silence?: true;
  /** Default NOERROR. */
  readonly rcode?: string;
  /** Default `aa`; of aa tc rd ra ad cd, in this order. */
  readonly flags?: string;
  /** Records as zone text, TTL 300 and the first zone's origin; order and repetition of names do not matter. Default: none. */
  readonly answer?: string;
  readonly authority?: string;
  readonly additional?: string;
  /** The question is not repeated. */
  readonly questionless?: true;
  /** Default: an OPT record when the request has one, version 0, DO as it came. `none`: none although there was one. */
  readonly edns?: 'none';
  /** Codes of the options in the OPT record of our answer; others are only asked whether they have those. Default: none. */
  readonly options?: readonly number[];
  /** Names are compared octet by octet; otherwise without regard to case. */
  readonly exact?: true;
  /** Who answers otherwise, and under which heading of docs/differences.md it says why ours is right. */
  readonly differs?: Partial<Record<Vendor, string>>;
}

/** Put before the text of a zone without SOA. Its server has no address here, so that nothing of it gets into the answers of those who add it. */
const APEX = '@ 3600 SOA ns hostmaster 1 7200 600 86400 60\n@ NS ns.elsewhere.\n';

/** {@link APEX}'s SOA as it stands in a negative answer, where its MINIMUM is its TTL (RFC 2308 5). */
export const NEGATIVE_SOA = '@ 60 SOA ns hostmaster 1 7200 600 86400 60';

/** The zone as every server loads it. */
export function zoneText(apex: string, text: string): string {
  const unindented = text.replace(/^ +/gm, '');
  return `$ORIGIN ${apex}\n$TTL 300\n${/^\S+(\s+\d+)?\s+SOA\s/m.test(unindented) ? '' : APEX}${unindented}\n`;
}

export function originOf(corner: Corner): string {
  return Object.keys(corner.zones)[0];
}
