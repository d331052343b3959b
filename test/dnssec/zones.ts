/** The zone that is signed, and the zones below its cuts. Between them they need every proof there is. */
export const PARENT = 'example.test.';
export const SIGNED_CHILD = 'secure.example.test.';
export const UNSIGNED_CHILD = 'plain.example.test.';

/**
 * Signing again makes every RRSIG anew; with this the rest of the zone is longer, and an IXFR shorter than the zone. It also makes the image
 * large enough (64 KiB) for the diff to lie above it as a layer of its own.
 */
const BULK = Array.from(
  { length: 180 },
  (_, i) => `bulk${i % 3} TXT "${String(i).padStart(250, '.')}" "${'.'.repeat(250)}"`,
).join('\n');

/** `ds`: the DS records of {@link SIGNED_CHILD}, as lines. */
export function parentZone(serial: number, ds: string, extra = ''): string {
  return `$ORIGIN ${PARENT}
$TTL 300
@ SOA ns1 hostmaster ${serial} 3600 600 86400 200
@ NS ns1
@ MX 10 mail
@ TXT "apex"
@ CDS 0 0 0 00
@ CDNSKEY 0 3 0 AA==
ns1 A 127.0.0.1
mail A 192.0.2.2
mail AAAA 2001:db8::2
www A 192.0.2.3
www AAAA 2001:db8::3
UPPER A 192.0.2.4
alias CNAME www
alias2 CNAME alias
dangling CNAME nowhere
towild CNAME x.wild
outside CNAME www.elsewhere.
tocut CNAME www.plain
*.wild A 192.0.2.5
*.wild TXT "expanded"
\\001first.wild TXT "sorts before the asterisk"
there.wild A 192.0.2.6
*.walias CNAME www
*.wtower CNAME y.walias
a.*.starred TXT "its parent is an asterisk and an empty non-terminal"
a.b.ent TXT "two empty non-terminals above"
srv SRV 0 0 80 www
wildmx MX 10 q.wild
wildmx MX 20 b.q.wild
old DNAME new
x.new A 192.0.2.7
gone DNAME nothing.here
aliasdn CNAME x.old
plain NS ns.plain
plain NS ns1
ns.plain A 127.0.0.1
secure NS ns1
${ds}
below.plainonly NS ns.elsewhere.
secured.under NS ns.elsewhere.
secured.under DS 12345 13 2 ${'AB'.repeat(32)}
zz TXT "near the end"
${BULK}
${extra}
`;
}

export function childZone(origin: string): string {
  return `$ORIGIN ${origin}
$TTL 300
@ SOA ns1.${PARENT} hostmaster 1 3600 600 86400 200
@ NS ns1.${PARENT}
ns A 127.0.0.1
www A 192.0.2.10
*.w TXT "w"
`;
}

const OWNERS = [
  '@',
  'ns1',
  'mail',
  'www',
  'Upper',
  'alias',
  'alias2',
  'dangling',
  'towild',
  'outside',
  'tocut',
  'wild',
  '*.wild',
  'q.wild',
  'b.q.wild',
  '\\000before.wild',
  '\\001first.wild',
  'there.wild',
  'x.there.wild',
  'walias',
  'p.walias',
  'wtower',
  'r.wtower',
  'starred',
  '*.starred',
  'any.starred',
  'a.*.starred',
  'b.any.starred',
  'b.*.starred',
  'a',
  'ent',
  'b.ent',
  'a.b.ent',
  'c.ent',
  'c.b.ent',
  'x.a.b.ent',
  'srv',
  'wildmx',
  'old',
  'x.old',
  'y.old',
  'deep.x.old',
  'new',
  'x.new',
  'gone',
  'x.gone',
  'aliasdn',
  'plain',
  'www.plain',
  'ns.plain',
  'secure',
  'www.secure',
  'plainonly',
  'below.plainonly',
  'x.below.plainonly',
  'other.plainonly',
  'under',
  'secured.under',
  'x.secured.under',
  'zz',
  'zzz',
  '0',
  '~',
  '*',
  'x.*',
  'nothing',
  'no.nothing',
  'x.www',
  '*.www',
  'x.y.z.www',
];
const TYPES = [
  'A',
  'TXT',
  'NS',
  'DS',
  'SOA',
  'CNAME',
  'DNAME',
  'MX',
  'SRV',
  'NSEC',
  'NSEC3',
  'NSEC3PARAM',
  'RRSIG',
  'DNSKEY',
  'CDS',
  'CDNSKEY',
];

export interface Question {
  readonly name: string;
  readonly type: string;
}

/** Every name and phenomenon of {@link parentZone} with every type. */
export const QUESTIONS: readonly Question[] = OWNERS.flatMap((owner) =>
  TYPES.map((type) => ({ name: owner === '@' ? PARENT : `${owner}.${PARENT}`, type })),
);
