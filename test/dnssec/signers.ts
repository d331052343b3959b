import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@zonewire/testkit';

export const VENDORS = ['BIND', 'Knot', 'ldns'] as const;
export const DENIALS = ['NSEC', 'NSEC3', 'NSEC3 opt-out', 'NSEC3 salted'] as const;
export type Vendor = (typeof VENDORS)[number];
export type Denial = (typeof DENIALS)[number];

/** One vendor's tools with one pair of keys for one zone: signs its text as often as wanted. */
export interface Signer {
  /** Zone text, signed. */
  sign(text: string): Promise<string>;
  /** DS records, owned by the zone, as zone text lines. */
  readonly ds: string;
  remove(): void;
}

const ALGORITHM = 'ECDSAP256SHA256';
const SALT = 'beef';

/** `more`: further arguments of BIND's and ldns' signer, further lines of Knot's zone section. */
export async function makeSigner(
  vendor: Vendor,
  denial: Denial,
  zone: string,
  more: readonly string[] = [],
): Promise<Signer> {
  const folder = mkdtempSync(join(tmpdir(), 'zonewire-signer-'));
  const made = await { BIND: bindSigner, Knot: knotSigner, ldns: ldnsSigner }[vendor](folder, denial, zone, more);
  return { ...made, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

type Made = Omit<Signer, 'remove'>;

async function bindSigner(folder: string, denial: Denial, zone: string, more: readonly string[]): Promise<Made> {
  const keygen = async (...args: string[]) =>
    (await run('dnssec-keygen', ['-q', '-K', folder, '-a', ALGORITHM, ...args, zone])).stdout.trim();
  const ksk = await keygen('-f', 'KSK');
  await keygen();
  const { stdout: ds } = await run('dnssec-dsfromkey', ['-2', join(folder, `${ksk}.key`)]);
  const nsec3 =
    denial === 'NSEC'
      ? []
      : ['-3', denial === 'NSEC3 salted' ? SALT : '-', '-H', denial === 'NSEC3 salted' ? '5' : '0'];
  const optOut = denial === 'NSEC3 opt-out' ? ['-A'] : [];
  return {
    ds,
    async sign(text) {
      const [file, signed] = [join(folder, 'zone'), join(folder, 'signed')];
      writeFileSync(file, text);
      // -P: it finds fault with the CDS that asks for the removal of the DS (RFC 8078 4).
      await run('dnssec-signzone', [
        '-q',
        '-P',
        '-S',
        '-K',
        folder,
        '-d',
        folder,
        '-o',
        zone,
        ...nsec3,
        ...optOut,
        ...more,
        '-f',
        signed,
        file,
      ]);
      return readFileSync(signed, 'utf8');
    },
  };
}

async function knotSigner(folder: string, denial: Denial, zone: string, more: readonly string[]): Promise<Made> {
  const config = join(folder, 'knot.conf');
  writeFileSync(
    config,
    `server:
    rundir: ${folder}
database:
    storage: ${folder}
policy:
  - id: p
    manual: on
    algorithm: ${ALGORITHM.toLowerCase()}
    cds-cdnskey-publish: none
    rrsig-lifetime: 14d
    rrsig-refresh: 7d
    zone-max-ttl: 1d
    nsec3: ${denial === 'NSEC' ? 'off' : 'on'}
    nsec3-opt-out: ${denial === 'NSEC3 opt-out' ? 'on' : 'off'}
    nsec3-iterations: ${denial === 'NSEC3 salted' ? 5 : 0}
    nsec3-salt-length: ${denial === 'NSEC3 salted' ? 4 : 0}
zone:
  - domain: ${zone}
    storage: ${folder}
    file: zone
    dnssec-signing: on
    dnssec-policy: p
${more.map((line) => `    ${line}\n`).join('')}`,
  );
  const keymgr = async (...args: string[]) => (await run('keymgr', ['-c', config, zone, ...args])).stdout;
  writeFileSync(join(folder, 'zone'), '');
  await keymgr('generate', `algorithm=${ALGORITHM.toLowerCase()}`, 'ksk=yes', 'zsk=no');
  await keymgr('generate', `algorithm=${ALGORITHM.toLowerCase()}`, 'ksk=no', 'zsk=yes');
  const ds = (await keymgr('ds'))
    .split('\n')
    .filter((line) => / 13 2 /.test(line))
    .join('\n');
  const out = join(folder, 'out');
  mkdirSync(out);
  return {
    ds,
    async sign(text) {
      writeFileSync(join(folder, 'zone'), text);
      await run('kzonesign', ['-c', config, '-o', out, zone]);
      return readFileSync(join(out, 'zone'), 'utf8');
    },
  };
}

async function ldnsSigner(folder: string, denial: Denial, zone: string, more: readonly string[]): Promise<Made> {
  // ldns-keygen writes to the working directory.
  const keygen = async (...args: string[]) =>
    (await run('sh', ['-c', `cd "${folder}" && ldns-keygen -a ${ALGORITHM} ${args.join(' ')} ${zone}`])).stdout.trim();
  const keys = [await keygen('-k'), await keygen()].map((base) => join(folder, base));
  const dsFile = readdirSync(folder).find((name) => name.endsWith('.ds'))!;
  const nsec3 = denial === 'NSEC' ? [] : ['-n', '-t', denial === 'NSEC3 salted' ? '5' : '0'];
  const salt = denial === 'NSEC3 salted' ? ['-s', SALT] : [];
  const optOut = denial === 'NSEC3 opt-out' ? ['-p'] : [];
  return {
    ds: readFileSync(join(folder, dsFile), 'utf8'),
    async sign(text) {
      const [file, signed] = [join(folder, 'zone'), join(folder, 'signed')];
      writeFileSync(file, text);
      await run('ldns-signzone', [...nsec3, ...salt, ...optOut, ...more, '-o', zone, '-f', signed, file, ...keys]);
      return readFileSync(signed, 'utf8');
    },
  };
}
