import fc from 'fast-check';

/** Labels as zone files write them, so that few of them meet often: siblings, children and namesakes are what makes zones hard. */
const COMMON = ['a', 'b', 'c', 'd', 'www', 'mail', 'ns1', 'x'];

/** Octets that mean something to somebody: to a zone file, to a host name, to the order of names (RFC 4034 6.1), to C. */
const ODD = [
  '\\000',
  '\\000a',
  'a\\000',
  '\\255',
  '\\255\\254\\128',
  '\\001',
  'a\\.b',
  '\\.',
  'a\\032b',
  '\\009',
  '\\010',
  '\\034',
  '\\059',
  '\\064',
  'x\\036',
  '\\040\\041',
  '\\092',
  '\\042x',
  'x*',
  '**',
  '_tcp',
  '_443',
  '-',
  '0',
  '255',
  'UPPER',
  'MiXed',
  '\\091',
  'A',
  'B',
  'WWW',
  '\\192\\012',
  'xn--nxasmq6b',
  'n'.repeat(63),
  'N'.repeat(62),
  '\\200'.repeat(63),
];

/** One label. The asterisk is one of them everywhere: it means something as the first one only (RFC 4592 2.1.1). */
export const label: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...COMMON) },
  { weight: 4, arbitrary: fc.constant('*') },
  { weight: 3, arbitrary: fc.constantFrom(...ODD) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 8 }).map(escaped) },
);

/** Octets as `\DDD`, which every server reads. */
function escaped(octets: Uint8Array): string {
  return Array.from(octets, (octet) => `\\${String(octet).padStart(3, '0')}`).join('');
}

/** A name below an apex as labels, the first one first. */
export type Path = readonly string[];

export function pathText(path: Path): string {
  return path.length === 0 ? '@' : path.join('.');
}

/** Octets of the path's labels on the wire, without the apex. */
export function pathLength(path: Path): number {
  return path.reduce((sum, one) => sum + 1 + octetsOf(one).length, 0);
}

export function octetsOf(text: string): number[] {
  const octets: number[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '\\') octets.push(text.charCodeAt(i));
    else if (/\d/.test(text[i + 1])) {
      octets.push(Number(text.slice(i + 1, i + 4)));
      i += 3;
    } else octets.push(text.charCodeAt(++i));
  }
  return octets;
}

/** Equal for paths that are one name: octets in lower case (RFC 4343). */
export function pathKey(path: Path): string {
  return path
    .map((one) =>
      octetsOf(one)
        .map((octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 32 : octet))
        .join(','),
    )
    .join('/');
}

/** The path with as many and as long labels before it as a name of 255 octets allows below an apex of `apex` octets. */
export function longest(path: Path, apex: number): Path {
  let room = 255 - apex - pathLength(path);
  const before: string[] = [];
  while (room >= 2) {
    const length = Math.min(63, room - 1);
    before.unshift('l'.repeat(length));
    room -= length + 1;
  }
  return [...before, ...path];
}
