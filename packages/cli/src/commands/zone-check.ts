import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { type Name, nameFromText, namesEqual, nameToText, type Result } from '@zonewire/shared-protocol';
import type { VerificationPolicy } from '@zonewire/zone';
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
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
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
    'Every problem is printed with file:line:column. With -c, ZONE is looked up in the configuration; without ZONE every\n' +
    'zone file of it is checked, with its zonemd-verify and dnssec-validation; without -c a wrong ZONEMD is a warning.\n' +
    'Exit code 1 when a node would refuse the zone.',
  async run(invocation) {
    const targets = await targetsOf(invocation);
    const results: Checked[] = [];
    const dnssec = invocation.options.dnssec === true;
    for (const target of targets) results.push(await check(target, dnssec));
    if (invocation.json) printJson(invocation, results);
    else for (const result of results) print(invocation, result);
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

async function check({ zone, file, maxSize, verification }: Target, dnssec: boolean): Promise<Checked> {
  const { diskFiles, readZoneFile } = await import('@zonewire/primary');
  const read = await readZoneFile(diskFiles, zone, file, maxSize);
  const about = { zone: nameToText(zone), file };
  if (!read.ok) return { ...about, ok: false, problems: read.error.all, warnings: [] };
  const { version } = read.value;
  const { DEFAULT_VERIFICATION, refusalOf, verificationWarnings, verifyVersion } = await import('@zonewire/zone');
  const configured = verification ?? DEFAULT_VERIFICATION;
  const policy: VerificationPolicy = dnssec ? { ...configured, dnssec: 'require' } : configured;
  const report = verifyVersion(version, policy, { now: Date.now() });
  const refusal = refusalOf(report, policy);
  const warnings = [...read.value.warnings, ...verificationWarnings(report)];
  if (refusal !== undefined) return { ...about, ok: false, problems: [`${file}: ${refusal.message}`], warnings };
  return { ...about, ok: true, serial: version.serial, records: version.recordCount, problems: [], warnings };
}

function print({ terminal }: Invocation, { zone, file, ok, serial, records, problems, warnings }: Checked): void {
  for (const problem of problems) terminal.err(`${styled(terminal, 'red', 'error')} ${printable(problem)}\n`);
  for (const warning of warnings) terminal.err(`${styled(terminal, 'yellow', 'warning')} ${printable(warning)}\n`);
  if (ok) terminal.out(`${file}: zone ${zone} is fine: serial ${serial}, ${count(records ?? 0, 'record')}\n`);
  else terminal.err(`${file}: zone ${zone} would be refused: ${count(problems.length, 'error')}\n`);
}
