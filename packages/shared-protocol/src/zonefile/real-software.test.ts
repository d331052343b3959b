import { expect, test } from 'vitest';
import { fail, ok, unwrap } from '../errors.ts';
import { name } from '../name/name.ts';
import { namedCompilezone } from '../rdata/fixtures/zone-tools.ts';
import { recordToText } from '../rdata/rdata.ts';
import { parseZoneText } from './parse.ts';
import { RecordCollector } from './parse-records.ts';
import { printZone } from './print.ts';

/** Zone texts that BIND and we have to read as the same records. Each is read behind HEAD, relative to example.test. */
const HEAD = '$TTL 1h\n@ IN SOA ns1 host 1 2h 3 4 5\n@ IN NS ns1.example.org.\n';
const EXTRA: Readonly<Record<string, string>> = {
  hosts: 'www A 192.0.2.1\n A 192.0.2.2\nsub.example.test. A 192.0.2.3\n',
  'starts with blank': ' A 192.0.2.1\nz A 192.0.2.2\n',
  'sets things': '$ORIGIN deeper\n$TTL 77\nx A 192.0.2.9\n',
  outer: 'o1 A 192.0.2.1\n$INCLUDE hosts inner\no2 A 192.0.2.2',
};

const TEXTS: Readonly<Record<string, string>> = {
  'TTL and class in either order, or left out': `
a 5 IN A 192.0.2.1
b IN 6 A 192.0.2.2
c A 192.0.2.3
d IN A 192.0.2.4
e 7 A 192.0.2.5
 8 A 192.0.2.6
 IN TXT x
 CLASS1 9 TXT y`,
  'TTL with units': 'a 1h30m A 192.0.2.1\nb 1W2D3h4M5s A 192.0.2.2\nc 0 A 192.0.2.3\nd 2147483647 A 192.0.2.4\n',
  '$TTL changes': 'a A 192.0.2.1\n$TTL 2d\nb A 192.0.2.2\nb2 5 A 192.0.2.3\nc A 192.0.2.4\n$ttl 1\nd A 192.0.2.5',
  'names: relative, absolute, @, root, wildcard, underscore': `
www A 192.0.2.1
www.sub A 192.0.2.2
abs.example.test. A 192.0.2.3
@ A 192.0.2.4
* A 192.0.2.5
*.w MX 10 @
_sip._tcp SRV 0 0 5060 sip
n NS .
UPPER CNAME MiXed.Example.ORG.`,
  'names: escapes': `
a\\.b A 192.0.2.1
a\\046c A 192.0.2.2
sp\\032ace A 192.0.2.3
q\\"u A 192.0.2.4
p\\(\\) A 192.0.2.5
s\\; A 192.0.2.6
\\@ A 192.0.2.7
\\$x A 192.0.2.8
\\000\\255 A 192.0.2.9
b\\\\s A 192.0.2.10
sp\\ c A 192.0.2.11
\\* A 192.0.2.12`,
  '$ORIGIN: relative, absolute, root, lower case': `
$ORIGIN sub
a A 192.0.2.1
$origin deep
a A 192.0.2.2
$ORIGIN example.test.
b A 192.0.2.3
$ORIGIN .
c.example.test A 192.0.2.4
$ORIGIN test.
example A 192.0.2.5`,
  'owner left out: across blank and comment lines, $ORIGIN and $TTL': `
a A 192.0.2.1

   ; comment
 A 192.0.2.2
$ORIGIN sub
 A 192.0.2.3
$TTL 9
	A 192.0.2.4`,
  parentheses: `
a TXT ( "x"
  "y" ; comment )
( ) "z"
)
b ( A
  192.0.2.1 )
( c ) A 192.0.2.2
d A (192.0.2.3)
e TXT (a(b)c)
f TXT "a(b" "c)d" ( "e;f" )
g MX ( 10

 ; nothing here

 mail )`,
  'parentheses in comments': `
sub TXT ( ; (
 "a" ; )
 )`,
  'strings: quotes, escapes, words': `
a TXT "one" two "th ree"
b TXT "quote \\" back\\\\slash \\065 \\000 \\255 tab\t"
c TXT a\\ b a\\;c \\"d "x"y"z"
d TXT "" ""
e TXT "semi;colon (paren) @ $ORIGIN"
f HINFO "a" b
g TXT ümlaut "ümlaut ü"`,
  'comments in all places': '; first\na A 192.0.2.1;no blank\nb A 192.0.2.2 ; blank\n;\n ;\n\t; tab\nc A 192.0.2.3;',
  'CRLF line ends': 'a A 192.0.2.1\r\n A 192.0.2.2\r\nb TXT ( "x"\r\n "y" ) ; c\r\n\r\n$TTL 5\r\nc A 192.0.2.3\r\n',
  'CR line ends': 'a A 192.0.2.1\rb A 192.0.2.2\r',
  'tabs and trailing blanks': 'a\t\tIN\tA\t192.0.2.1\t \nb  \t A 192.0.2.2   \n  \t \n',
  'no line end at the end': 'a A 192.0.2.1',
  'types in lower case and by number':
    'a a 192.0.2.1\nb txt x\nc TYPE1 192.0.2.2\nd type65280 \\# 2 abcd\ne tYpE16 "x"\nf in a 192.0.2.3',
  'names that look like keywords':
    'in A 192.0.2.1\na A 192.0.2.2\n3600 A 192.0.2.3\ntxt TXT x\nMX MX 10 MX\n1h 5 A 192.0.2.4',
  "duplicate records and TTLs that differ are the reader of records' concern": 'a 5 A 192.0.2.1\nb 5 A 192.0.2.1\n',
  $INCLUDE: '$INCLUDE hosts\nafter A 192.0.2.9\n',
  '$INCLUDE with origin, quoted file, comment': '$INCLUDE "hosts" sub ; x\nafter A 192.0.2.9\n',
  '$INCLUDE gives owner and origin back':
    'mine A 192.0.2.7\n$INCLUDE hosts sub.example.test.\n A 192.0.2.8\nrel A 192.0.2.9\n',
  '$INCLUDE: the first owner of the file may be left out':
    'mine A 192.0.2.7\n$INCLUDE "starts with blank" sub\n A 192.0.2.8\n',
  '$INCLUDE: $TTL stays, $ORIGIN does not': '$INCLUDE "sets things"\na A 192.0.2.1\n',
  '$INCLUDE in $INCLUDE': '$INCLUDE outer o\nz A 192.0.2.1\n',
  $GENERATE: '$GENERATE 1-3 a$ A 192.0.2.$\n$GENERATE 0-10/5 b-$ 5 IN A 192.0.2.$\n$generate 7-7 c$ in 6 CNAME a$\n',
  '$GENERATE: offset, width, base': `
$GENERATE 0-20/7 d\${3} A 192.0.2.$
$GENERATE 0-20/7 d\${-2,3} A 192.0.2.$
$GENERATE 8-20/7 d\${0,0,d}o\${0,4,o}x\${0,2,x}X\${7,2,X} A 192.0.2.$
$GENERATE 0-1 neg\${-5,4,d}.\${-5,4,x} A 192.0.2.1
$GENERATE 0-600/299 n\${0,7,n}x A 192.0.2.1
$GENERATE 170-600/299 N\${0,6,N}x CNAME \${0,0,N}
$GENERATE 0010-0011 z\${00,007,X} A 192.0.2.1
`,
  '$GENERATE: reverse zones': '$GENERATE 1-3 $ PTR host-$.example.org.\n$GENERATE 0-3 $.2.0.192 CNAME $.sub\n',
  '$GENERATE: data of several words in quotes': `
$GENERATE 1-2 m$ MX "10 mail$"
$GENERATE 1-2 t$ TXT "hello $"
$GENERATE 1-2 q$ TXT "\\"hello $\\" w\\\\$"
$GENERATE 1-2 s$ SRV "0 5 506$ sip$.example.org."
`,
  '$GENERATE: dollar signs':
    '$GENERATE 1-1 a$$b\\$c A 192.0.2.$\n$GENERATE 1-2 d$-$-$ A 192.0.2.1\n$GENERATE 1-1 e TXT "x$$y\\$z $"\n',
  '$GENERATE does not change the owner': 'o A 192.0.2.7\n$GENERATE 1-2 a$ A 192.0.2.$\n A 192.0.2.8\n',
};

function read(text: string, file = 'zone'): RecordCollector {
  const sink = new RecordCollector();
  const origin = name('example.test.');
  const include = (path: string) => (path in EXTRA ? ok({ text: EXTRA[path], file: path }) : fail('no-file', path));
  const result = parseZoneText(text, { origin, file, zone: origin, sink, include });
  expect(result.ok ? '' : result.error.message).toBe('');
  return sink;
}

function compare(text: string): void {
  const bind = namedCompilezone('example.test', text, EXTRA);
  expect(bind.ok, bind.said).toBe(true);
  const { records } = read(text);
  const line = namedCompilezone('example.test', records.map((record) => `${recordToText(record)}\n`).join(''));
  expect(line.lines).toEqual(bind.lines);
  const printed = [...printZone(records, { origin: name('example.test.') })].join('');
  expect(namedCompilezone('example.test', printed).lines).toEqual(bind.lines);
  expect(read(printed).records).toEqual(records);
}

test.each(Object.entries(TEXTS))('BIND and we read the same records: %s', (_, text) => {
  compare(HEAD + text);
});

test.each([
  ['RFC 1035 5.1: the last TTL', '@ 60 SOA a b 1 2 3 4 5\n@ NS a.\nx A 192.0.2.1\ny 70 A 192.0.2.2\nz A 192.0.2.3\n'],
  [
    'the SOA minimum where nothing else is said',
    '@ SOA a b 1 2 3 4 1h\n@ NS a.\nx A 192.0.2.1\ny 70 A 192.0.2.2\nz A 192.0.2.3\n',
  ],
  ['RFC 2308 4: $TTL behind the SOA', '@ 60 SOA a b 1 2 3 4 5\n$TTL 90\n@ NS a.\nx 70 A 192.0.2.2\nz A 192.0.2.3\n'],
  [
    'SOA in parentheses with units and comments',
    '@ 1d IN SOA a b (\n 2024 ; serial\n 1d ; refresh\n 2h\n 4w 1h30m )\n NS a.\n',
  ],
])('BIND and we take the same TTL: %s', (_, text) => {
  compare(text);
});

test.each([
  ['an unknown type', 'a FOO x\n'],
  ['an unknown directive', '$FOO x\n'],
  ['a broken address', 'a A 192.0.2.256\n'],
  ['a class other than IN', 'a CH TXT x\n'],
  ['a label of 64 octets', `${'a'.repeat(64)} A 192.0.2.1\n`],
  ['an open quote', 'a TXT "x\n'],
  ['an open parenthesis', 'a TXT ( x\n'],
  ['a closing parenthesis', 'a TXT x )\n'],
  ['too many words', 'a A 192.0.2.1 x\n'],
  ['too few words', 'a MX 10\n'],
  ['a quoted name', 'a MX 10 "b"\n'],
  ['a string of 256 octets', `a TXT ${'x'.repeat(256)}\n`],
  ['a $GENERATE of no range', '$GENERATE 3-1 a$ A 192.0.2.1\n'],
  ['an $INCLUDE of no file', '$INCLUDE nosuch\n'],
  ['a meta type', 'a AXFR x\n'],
  ['a name of 256 octets', `${'a.'.repeat(121)}a A 192.0.2.1\n`],
])('BIND and we refuse %s', (_, text) => {
  expect(namedCompilezone('example.test', HEAD + text).ok).toBe(false);
  const sink = new RecordCollector();
  const result = parseZoneText(HEAD + text, { origin: name('example.test.'), file: 'z', sink });
  expect(result.ok).toBe(false);
});

test('BIND reads the longest name we read', () => {
  compare(`${HEAD}${'a.'.repeat(119)}aa A 192.0.2.1\n`);
  expect(
    unwrap(parseZoneText(HEAD, { origin: name('example.test.'), file: 'z', sink: new RecordCollector() })).records,
  ).toBe(2);
});
