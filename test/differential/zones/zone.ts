import fc from 'fast-check';
import { label, longest, type Path, pathKey, pathLength, pathText } from './labels.ts';
import { DATA_TYPES, rdataText } from './rdata.ts';

/** A record with its owner relative to the apex; names in `rdata` end in {@link APEX}, or are outside. */
export interface ZoneRecord {
  readonly owner: Path;
  readonly ttl: number;
  readonly type: string;
  readonly rdata: string;
}

/** Octets of every apex on the wire: `z123.test.` */
export const APEX_LENGTH = 11;

/** Stands for the apex at the end of names in rdata: PowerDNS makes names absolute in some types only. */
const APEX = '~';

/** What a zone holds, whatever its apex is called: a smaller one can be served beside it under another name of the same length. */
export type Records = readonly ZoneRecord[];

const KINDS = ['data', 'data', 'data', 'data', 'cname', 'cname', 'dname', 'cut', 'cut', 'signed cut', 'many'] as const;
type Kind = (typeof KINDS)[number];

interface OwnerPlan {
  /** Which of the owners before it is its parent; 0: the apex. */
  readonly parent: number;
  readonly labels: readonly string[];
  readonly kind: Kind;
  readonly types: readonly number[];
  readonly numbers: readonly number[];
}

interface ZonePlan {
  readonly owners: readonly OwnerPlan[];
  readonly soa: readonly number[];
  readonly shape: 'usual' | 'usual ' | 'usual  ' | 'long names' | 'dname at apex' | 'wildcard at apex';
}

const TTLS = [300, 300, 0, 1, 60, 3600, 86_400, 2_147_483_647];
const number = fc.nat(1_000_000);

const ownerPlan: fc.Arbitrary<OwnerPlan> = fc.record({
  parent: number,
  labels: fc.oneof(
    { weight: 4, arbitrary: fc.tuple(label) },
    { weight: 1, arbitrary: fc.array(label, { minLength: 2, maxLength: 4 }) },
  ),
  kind: fc.constantFrom(...KINDS),
  types: fc.array(fc.nat(DATA_TYPES.length - 1), { minLength: 1, maxLength: 4 }),
  numbers: fc.array(number, { minLength: 8, maxLength: 8 }),
});

/** Records of a zone that every server may load (what some refuse is left out), with everything in it that makes answers difficult. */
export const zoneRecords: fc.Arbitrary<Records> = fc.noBias(
  fc
    .record<ZonePlan>({
      owners: fc.array(ownerPlan, { minLength: 3, maxLength: 36, size: 'max' }),
      soa: fc.array(number, { minLength: 3, maxLength: 3 }),
      shape: fc.constantFrom('usual', 'usual ', 'usual  ', 'long names', 'dname at apex', 'wildcard at apex'),
    })
    .map(assemble),
);

function assemble({ owners: plans, soa, shape }: ZonePlan): Records {
  const owners = placed(plans, shape);
  const cnames = new Set(owners.filter(({ plan }) => plan.kind === 'cname').map(({ path }) => pathKey(path)));
  const target = (pick: number) => targetText(owners, pick);
  // RFC 2181 10.3: the name of a server is no alias; such zones are refused.
  const server = (pick: number) => {
    const path = targetPath(owners, pick);
    return path === undefined || !cnames.has(pathKey(path)) ? target(pick) : 'ns.outside.';
  };
  const records: ZoneRecord[] = [
    {
      owner: [],
      ttl: TTLS[soa[0] % TTLS.length],
      type: 'SOA',
      rdata: `ns.outside. hostmaster 1 3600 600 86400 ${TTLS[soa[1] % TTLS.length]}`,
    },
    { owner: [], ttl: TTLS[soa[2] % TTLS.length], type: 'NS', rdata: 'ns.outside.' },
  ];
  // A server of the zone's own, and its address: BIND refuses a zone without it.
  if (soa[0] % 2 === 0 && shape !== 'dname at apex')
    records.push(
      { owner: [], ttl: records[1].ttl, type: 'NS', rdata: `ns0.${APEX}` },
      { owner: ['ns0'], ttl: 300, type: 'A', rdata: '192.0.2.53' },
    );
  if (shape === 'dname at apex') records.push({ owner: [], ttl: 300, type: 'DNAME', rdata: 'z999.test.' });
  for (const { path, plan } of owners) {
    for (const [type, numbers] of rrsets(plan)) {
      const ttl = TTLS[(numbers[0] + type.length) % TTLS.length];
      records.push({ owner: path, ttl, type, rdata: rdataText(type, numbers, type === 'NS' ? server : target) });
    }
  }
  return oneTtlEach(records);
}

interface PlacedOwner {
  readonly path: Path;
  readonly plan: OwnerPlan;
}

/** The owners that can be: one kind for a name, nothing below a DNAME (RFC 6672 2.4), no zone cut or DNAME at a wildcard (RFC 4592 4). */
function placed(plans: readonly OwnerPlan[], shape: ZonePlan['shape']): PlacedOwner[] {
  const owners: PlacedOwner[] = [];
  const seen = new Set<string>();
  const dnames = new Set<string>();
  for (const plan of plans) {
    const parent = plan.parent % (owners.length + 2);
    const above = owners[parent - 2]?.path ?? [];
    let path: Path = [...plan.labels, ...above];
    if (shape === 'wildcard at apex' && owners.length === 0) path = ['*'];
    if (shape === 'long names' && plan.numbers[0] % 3 === 0) path = longest(path, APEX_LENGTH);
    if (shape === 'dname at apex') path = [];
    const key = pathKey(path);
    const isBelowDname = path.some((_, i) => i > 0 && dnames.has(pathKey(path.slice(i))));
    if (pathLength(path) + APEX_LENGTH > 255 || isBelowDname || seen.has(key)) continue;
    const isBare = path.length === 0 || path[0] === '*';
    const kind = isBare && plan.kind !== 'cname' ? (plan.kind === 'many' ? 'many' : 'data') : plan.kind;
    if (path.length === 0 && kind === 'cname') continue;
    if (kind === 'dname' && owners.some((owner) => pathKey(owner.path).endsWith(`/${key}`))) continue;
    seen.add(key);
    if (kind === 'dname') dnames.add(key);
    owners.push({ path, plan: { ...plan, kind } });
  }
  return owners;
}

function rrsets({ kind, types, numbers }: OwnerPlan): [string, readonly number[]][] {
  const data = types.flatMap((pick, i): [string, readonly number[]][] => {
    const rest = numbers.slice(i);
    const type = DATA_TYPES[pick];
    return rest[0] % 3 === 0
      ? [
          [type, rest],
          [type, [rest[0] + 8, ...rest.slice(1).reverse()]],
        ]
      : [[type, rest]];
  });
  switch (kind) {
    case 'data':
      return data;
    case 'many': {
      const [pick, count, base] = numbers;
      // No MX: Knot 3.2.6 answers no query any more after one for 38 of them with addresses that fit 800 octets in part.
      const type = ['A', 'AAAA', 'TXT', 'TYPE65280'][pick % 4];
      return Array.from({ length: 3 + (count % 40) }, (_, i) => [type, [base + i, 4 * i, 0]]);
    }
    case 'cname':
      return [['CNAME', numbers]];
    case 'dname':
      return numbers[7] % 3 === 0 ? [['DNAME', numbers], ...data] : [['DNAME', numbers]];
    default: {
      const servers = numbers.slice(0, 1 + (numbers[7] % 3)).map((one): [string, readonly number[]] => ['NS', [one]]);
      const ds: [string, readonly number[]][] = kind === 'cut' ? [] : [['DS', numbers]];
      // Data at the cut itself: glue, or hidden.
      return [...servers, ...ds, ...(numbers[6] % 3 === 0 ? data : [])];
    }
  }
}

function targetPath(owners: readonly PlacedOwner[], pick: number): Path | undefined {
  const way = pick % 16;
  const owner = owners[(pick >>> 4) % Math.max(1, owners.length)]?.path ?? [];
  if (way < 9) return owner;
  if (way === 9) return owner[0] === '*' ? ['made', ...owner.slice(1)] : ['made', ...owner];
  if (way === 10) return ['a', ...owner];
  if (way === 11) return ['nothing', ...owner.slice(1)];
  return way === 12 ? [] : undefined;
}

function targetText(owners: readonly PlacedOwner[], pick: number): string {
  const path = targetPath(owners, pick);
  if (path !== undefined && pathLength(path) + APEX_LENGTH <= 255) return [...path, APEX].join('.');
  return ['host.outside.', 'a.z999.test.', 'test.', 'Other.OUTSIDE.'][pick % 4];
}

/** RFC 2181 5.2: the records of an RRset have one TTL; and no record stands there twice. */
function oneTtlEach(records: readonly ZoneRecord[]): Records {
  const ttls = new Map<string, number>();
  const seen = new Set<string>();
  const kept: ZoneRecord[] = [];
  for (const record of records) {
    const rrset = `${pathKey(record.owner)} ${record.type}`;
    const whole = `${rrset} ${record.rdata.toLowerCase()}`;
    if (seen.has(whole)) continue;
    seen.add(whole);
    if (!ttls.has(rrset)) ttls.set(rrset, record.ttl);
    kept.push({ ...record, ttl: ttls.get(rrset)! });
  }
  return kept;
}

/** Zone text for the apex `origin`. */
export function zoneText(origin: string, records: Records): string {
  const lines = records.map(
    ({ owner, ttl, type, rdata }) => `${pathText(owner)} ${ttl} IN ${type} ${rdata.replaceAll(APEX, origin)}`,
  );
  return `$ORIGIN ${origin}\n$TTL 300\n${lines.join('\n')}\n`;
}
