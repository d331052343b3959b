import type { ConfiguredParent, DelegationReport } from '@zonewire/delegation';
import type { RemoteAddress } from '@zonewire/nameserver';
import { type Name, nameFromText, namesEqual } from '@zonewire/shared-protocol';
import { type HostPort, type NodeConfig, parseHostPort } from '../config/mod.ts';
import { parseDuration } from '../config/quantities.ts';
import { systemResolvers } from '../config/system-resolvers.ts';
import { delegationText } from '../output/delegation-text.ts';
import { type DelegationSetup, delegationSources, SETTLE_MS } from '../run/delegation-sources.ts';
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
  config: {
    type: 'string',
    short: 'c',
    value: 'FILE',
    help: 'configuration: its zones, their primary and secondaries',
  },
  resolver: {
    type: 'string',
    value: 'ADDRESS,…',
    help: 'resolvers to ask (default: delegation.resolver, else /etc/resolv.conf)',
  },
  parent: {
    type: 'string',
    value: 'ZONE=ADDRESS,…',
    help: 'servers of the parent or of a zone above it (several zones: with ";" between)',
  },
  primary: { type: 'string', value: 'ADDRESS', help: 'the (hidden) primary, whose serial and NS count' },
  settle: { type: 'string', value: 'TIME', help: 'how long a server that is behind is asked again (default: 10s)' },
  port: {
    type: 'string',
    value: 'N',
    help: 'port of every name server whose address comes out of the DNS (default: 53)',
  },
  ...OUTPUT_OPTION,
};

export const delegationCheck: Command = {
  name: 'delegation check',
  summary: 'compare what the parent tells the world (NS, glue, DS) with the zone and with what each server answers',
  arguments: '[ZONE]',
  options,
  example: 'zonewire delegation check example.org.',
  details:
    'With -c and without ZONE every zone of the configuration is checked. docs/delegation.md explains every finding.\n' +
    'Exit code 1 when there is an error or a warning; notices do not count.',
  async run(invocation) {
    const { zones, config } = await targetsOf(invocation);
    const setup = setupOf(invocation, config);
    const primary = stringOption(invocation, 'primary');
    const given = primary === undefined ? [] : [{ id: 'primary', addresses: addressesOf('--primary', primary) }];
    const { checkDelegation, DEFAULT_DELEGATION_LIMITS } = await import('@zonewire/delegation');
    const { DnsClient, silentLog, systemClock: clock } = await import('@zonewire/nameserver');
    const { randomFillSync } = await import('node:crypto');
    const client = new DnsClient({ clock, log: silentLog, random: (out) => void randomFillSync(out) });
    const reports: DelegationReport[] = [];
    for (const zone of zones) {
      const configured = config?.zones.find(({ domain }) => namesEqual(domain, zone));
      const sources = delegationSources(setup, configured, config?.server.listen);
      const primaries = [...given, ...(sources.primaries ?? [])];
      const report = await checkDelegation(
        zone,
        { ...sources, primaries },
        { client, clock, limits: DEFAULT_DELEGATION_LIMITS },
      );
      reports.push(report);
      if (invocation.json) continue;
      const gap = reports.length > 1 ? '\n' : '';
      invocation.terminal.out(`${gap}${delegationText(report, invocation.terminal)}`);
    }
    if (invocation.json) printJson(invocation, reports);
    const isFine = reports.every(({ state }) => state === 'fine' || state === 'notice');
    return isFine ? EXIT.FINE : EXIT.PROBLEM;
  },
};

async function targetsOf(invocation: Invocation): Promise<{ zones: readonly Name[]; config?: NodeConfig }> {
  const file = stringOption(invocation, 'config');
  const config = file === undefined ? undefined : (await import('./config-file.ts')).configOrFail(file);
  const [text] = invocation.positionals;
  if (text === undefined) {
    if (config === undefined)
      throw usageError('which zone? zonewire delegation check ZONE, or every zone of a configuration with -c FILE');
    const zones = config.zones.filter(({ domain }) => domain[0] !== 0).map(({ domain }) => domain);
    if (zones.length === 0) throw usageError(`${file} has no zones below the root`);
    return { zones, config };
  }
  const zone = nameFromText(text);
  if (!zone.ok) throw usageError(zone.error.message);
  if (zone.value[0] === 0) throw usageError('nobody delegates the root: it has no parent');
  return { zones: [zone.value], ...(config === undefined ? {} : { config }) };
}

/** Options first, then the configuration, then this machine. */
function setupOf(invocation: Invocation, config: NodeConfig | undefined): DelegationSetup {
  const resolver = stringOption(invocation, 'resolver');
  const parent = stringOption(invocation, 'parent');
  const configured = config?.delegation;
  const parents = parent === undefined ? (configured?.parents ?? []) : parent.split(';').map(parentOf);
  let resolvers: readonly RemoteAddress[] = configured?.resolvers ?? [];
  if (resolver !== undefined) resolvers = addressesOf('--resolver', resolver);
  // Parents that are given are followed: a resolver beside them may know another world.
  else if (resolvers.length === 0 && parents.length === 0) resolvers = systemResolvers();
  return { resolvers, parents, port: portOf(invocation) ?? configured?.port ?? 53, settle: settleOf(invocation) };
}

function parentOf(text: string): ConfiguredParent {
  const [, zone, addresses] = /^([^=]+)=(.+)$/.exec(text.trim()) ?? [];
  if (zone === undefined)
    throw usageError(`--parent takes ZONE=ADDRESS,…, such as org.=192.0.2.1, not ${JSON.stringify(text)}`);
  const name = nameFromText(zone);
  if (!name.ok) throw usageError(`--parent: ${name.error.message}`);
  return { zone: name.value, addresses: addressesOf('--parent', addresses) };
}

function addressesOf(option: string, text: string): HostPort[] {
  return text.split(',').map((one) => {
    const address = parseHostPort(one.trim(), { defaultPort: 53 });
    if (!address.ok) throw usageError(`${option}: ${address.error.message}`);
    return address.value;
  });
}

function portOf(invocation: Invocation): number | undefined {
  const text = stringOption(invocation, 'port');
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw usageError(`--port takes a number from 1 to 65535, not ${JSON.stringify(text)}`);
  return port;
}

function settleOf(invocation: Invocation): number {
  const text = stringOption(invocation, 'settle');
  if (text === undefined) return SETTLE_MS;
  const seconds = parseDuration(text);
  if (!seconds.ok) throw usageError(`--settle: ${seconds.error.message}`);
  return seconds.value * 1000;
}
