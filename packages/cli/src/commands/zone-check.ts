import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { ZoneFileFinding } from '@zonewire/primary';
import { type Name, nameFromText, namesEqual, nameToText, type Result } from '@zonewire/shared-protocol';
import type { VerificationPolicy, VerificationReport, ZoneFinding } from '@zonewire/zone';
import type { NodeConfig } from '../config/mod.ts';
import { printable, styled } from '../output/terminal.ts';
import { count } from '../output/time.ts';
import {
  type Command,
  EXIT,
  type Invocation,
  type OptionSpec,
  OUTPUT_OPTION,
  printJson,
  stringOption,
  usageError,
} from './command.ts';

const options: Readonly<Record<string, OptionSpec>> = {
  zone: { type: 'string', value: 'NAME', help: 'the zone that FILE holds (default: its name without .zone or .db)' },
  serial: { type: 'string', value: 'N', help: 'the serial served now: says when that of FILE is older' },
  config: { type: 'string', short: 'c', value: 'FILE', help: 'configuration that says which file holds ZONE' },
  dnssec: { type: 'boolean', help: 'validate signatures and NSEC or NSEC3 too; not valid or not signed: exit code 1' },
  ...OUTPUT_OPTION,
};

interface Checked {
  readonly zone: string;
  readonly file: string;
  readonly ok: boolean;
  readonly serial?: number;
  readonly records?: number;
  /** docs/checks.md explains each `check`. */
  readonly findings: readonly ZoneFileFinding[];
}

/** A zone beyond this would not be loaded either, unless its zone-max-size says so. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

export const zoneCheck: Command = {
  name: 'zone check',
  summary: 'check a zone file as a node would load it, without a node',
  arguments: '[FILE|ZONE]',
  options,
  example: 'zonewire zone check zones/example.test.zone',
  details:
    'Every problem is printed with file:line:column and the name of its check, which docs/checks.md explains. With -c, ZONE is\n' +
    'looked up in the configuration; without ZONE every zone file of it is checked, with its zonemd-verify and dnssec-validation;\n' +
    'without -c a wrong ZONEMD is a warning. Exit code 1 when a node would refuse the zone.',
  async run(invocation) {
    const targets = await targetsOf(invocation);
    const results: Checked[] = [];
    const how = {
      dnssec: invocation.options.dnssec === true,
      now: invocation.now(),
      served: servedSerial(invocation),
    };
    for (const target of targets) results.push(await check(target, how));
    if (invocation.json) printJson(invocation, results);
    else for (const result of results) await print(invocation, result);
    return results.every(({ ok }) => ok) ? EXIT.FINE : EXIT.PROBLEM;
  },
};

interface Target {
  readonly zone: Name;
  readonly file: string;
  readonly maxSize: number;
  /** Undefined: the default. */
  readonly verification?: VerificationPolicy | undefined;
}

async function targetsOf(invocation: Invocation): Promise<Target[]> {
  const [argument] = invocation.positionals;
  const configFile = stringOption(invocation, 'config');
  const config = configFile === undefined ? undefined : (await import('./config-file.ts')).configOrFail(configFile);
  if (config && argument === undefined) {
    const all = zonesWithFile(config);
    if (all.length === 0) throw usageError(`${configFile} has no zones with a file`);
    return all;
  }
  if (argument === undefined) throw usageError('which file? zonewire zone check FILE');
  const configured = config && zonesWithFile(config).find(({ zone }) => isNamed(zone, argument));
  if (configured) return [configured];
  if (config && !existsSync(argument)) throw usageError(`${configFile} has no zone ${argument} with a file`);
  const file = argument;
  const text = stringOption(invocation, 'zone') ?? zoneOfFile(file);
  const zone: Result<Name> = nameFromText(text);
  if (!zone.ok) throw usageError(`which zone does ${file} hold? --zone NAME (${zone.error.message})`);
  return [{ zone: zone.value, file, maxSize: NO_LIMIT }];
}

function zonesWithFile(config: NodeConfig): Target[] {
  return config.zones.flatMap(({ domain, file, settings }) =>
    file === undefined
      ? []
      : [
          {
            zone: domain,
            file,
            maxSize: settings.zoneMaxSize ?? NO_LIMIT,
            verification: settings.verification,
          },
        ],
  );
}

function isNamed(zone: Name, text: string): boolean {
  const name = nameFromText(text);
  return name.ok && namesEqual(zone, name.value);
}

/** `zones/example.test.zone` holds `example.test`, `root.zone` the root. */
function zoneOfFile(file: string): string {
  const stem = basename(file).replace(/\.(zone|db|txt)$/i, '');
  return stem === 'root' ? '.' : stem;
}

interface HowToCheck {
  readonly dnssec: boolean;
  /** ms since the epoch */
  readonly now: number;
  /** The serial served, when it is known. */
  readonly served: number | undefined;
}

async function check({ zone, file, maxSize, verification }: Target, how: HowToCheck): Promise<Checked> {
  const { dnssec, now, served } = how;
  const { diskFiles, readZoneFile } = await import('@zonewire/primary');
  const { checkSerial } = await import('@zonewire/zone');
  const request = { apex: zone, path: file, zoneMaxSize: maxSize, now };
  const read = await readZoneFile(diskFiles, request, { threads: false });
  const about = { zone: nameToText(zone), file };
  if (!read.ok) return { ...about, ok: false, findings: read.error.findings };
  const { version } = read.value;
  const { DEFAULT_VERIFICATION, refusalOf, verifyVersion } = await import('@zonewire/zone');
  const configured = verification ?? DEFAULT_VERIFICATION;
  const policy: VerificationPolicy = dnssec ? { ...configured, dnssec: 'require' } : configured;
  const report = verifyVersion(version, policy, { now });
  const refusal = refusalOf(report, policy);
  const serial = served === undefined ? [] : checkSerial(version, served);
  const findings = [
    ...serial.map((finding) => findingOf(file, finding)),
    ...read.value.findings,
    ...verificationFindings(file, report),
  ];
  if (refusal !== undefined) {
    const refused: ZoneFileFinding = { check: refusal.code, severity: 'error', place: file, message: refusal.message };
    return { ...about, ok: false, findings: [refused, ...findings] };
  }
  return { ...about, ok: true, serial: version.serial, records: version.recordCount, findings };
}

/** What verification has to say of a zone that may be served all the same: warnings. */
function verificationFindings(file: string, { zonemd, dnssec }: VerificationReport): ZoneFileFinding[] {
  const findings: ZoneFileFinding[] = [];
  if (zonemd?.result === 'failed')
    findings.push({ check: zonemd.code!, severity: 'warning', place: file, message: zonemd.message });
  if (dnssec !== undefined && dnssec.result !== 'unsigned')
    findings.push(...dnssec.findings.map((finding) => findingOf(file, { ...finding, severity: 'warning' })));
  return findings;
}

function findingOf(file: string, { code, severity, name, message }: ZoneFinding): ZoneFileFinding {
  return { check: code, severity, place: file, name: nameToText(name), message };
}

function servedSerial(invocation: Invocation): number | undefined {
  const text = stringOption(invocation, 'serial');
  if (text === undefined) return undefined;
  const serial = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(serial <= 0xffff_ffff)) throw usageError(`--serial ${text}: a serial is a number from 0 to 4294967295`);
  return serial;
}

async function print({ terminal }: Invocation, { zone, file, ok, serial, records, findings }: Checked): Promise<void> {
  const { findingText } = await import('@zonewire/primary');
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  for (const finding of findings) {
    const colour = finding.severity === 'error' ? 'red' : 'yellow';
    terminal.err(`${styled(terminal, colour, finding.severity)} ${printable(findingText(finding))}\n`);
  }
  if (ok) terminal.out(`${file}: zone ${zone} is fine: serial ${serial}, ${count(records ?? 0, 'record')}\n`);
  else terminal.err(`${file}: zone ${zone} would be refused: ${count(errors, 'error')}\n`);
}
