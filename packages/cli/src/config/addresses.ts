import { isIP } from 'node:net';
import { fail, ok, type Result } from '@zonewire/shared-protocol';

/** Where to listen or whom to talk to. `host` is an IP address, without brackets. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface AddressRules {
  /** Taken when the text gives none; without it the port is required. */
  readonly defaultPort?: number;
  /** Port 0 means "any free port", which only a listener can want. */
  readonly allowPortZero?: boolean;
}

/** Reads `192.0.2.1:53`, `[2001:db8::1]:53`, and without a port `192.0.2.1`, `2001:db8::1`. */
export function parseHostPort(text: string, rules: AddressRules = {}): Result<HostPort> {
  const { host, port } = split(text);
  if (isIP(host) === 0) return bad(text, hostAdvice(text, host, rules));
  if (port === undefined) {
    if (rules.defaultPort === undefined) return bad(text, `add the port, such as ${hostPortText({ host, port: 53 })}`);
    return ok({ host, port: rules.defaultPort });
  }
  const number = /^\d{1,5}$/.test(port) ? Number(port) : Number.NaN;
  if (!(number <= 65_535) || (number === 0 && !rules.allowPortZero))
    return bad(text, `the port must be a number from ${rules.allowPortZero ? 0 : 1} to 65535`);
  return ok({ host, port: number });
}

/** `host:port`, with brackets around IPv6. */
export function hostPortText({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** 127.0.0.0/8, ::1 and the IPv4-mapped form of the first: only this machine can reach it. */
export function isLoopback(host: string): boolean {
  const plain = host.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

function split(text: string): { host: string; port?: string } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed) return { host: bracketed[1], port: bracketed[2] };
  const colon = text.indexOf(':');
  if (colon < 0 || colon !== text.lastIndexOf(':')) return { host: text };
  return { host: text.slice(0, colon), port: text.slice(colon + 1) };
}

function hostAdvice(text: string, host: string, rules: AddressRules): string {
  const at = /^(.*)@(\d+)$/.exec(text);
  if (at && isIP(at[1]) !== 0) return `write ${JSON.stringify(hostPortText({ host: at[1], port: Number(at[2]) }))}`;
  const unbracketed = /^(.*):(\d+)$/.exec(text);
  if (host === '') return `write "0.0.0.0${text}" for every IPv4 address, "[::]${text}" for every IPv6 address`;
  if (/^[a-z0-9.-]+$/i.test(host) && /[a-z]/i.test(host))
    return 'names are not looked up here; write the IP address (127.0.0.1 for localhost)';
  if (unbracketed && isIP(unbracketed[1]) === 6) return `write "[${unbracketed[1]}]:${unbracketed[2]}"`;
  return `write ${rules.defaultPort === undefined ? '' : '"192.0.2.1" or '}"192.0.2.1:53" or "[2001:db8::1]:53"`;
}

function bad(text: string, advice: string) {
  return fail('config-bad-address', `${JSON.stringify(text)} is not an address with a port: ${advice}`);
}
