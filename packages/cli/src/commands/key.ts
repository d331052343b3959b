import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { TsigAlgorithm } from '@zonewire/shared-protocol';
import { type Command, EXIT, OUTPUT_OPTION, printJson, stringOption, usageError } from './command.ts';

/** Octets of a key as long as its hash (RFC 8945 8). */
const KEY_LENGTHS: Readonly<Record<TsigAlgorithm, number>> = {
  'hmac-sha1': 20,
  'hmac-sha224': 28,
  'hmac-sha256': 32,
  'hmac-sha384': 48,
  'hmac-sha512': 64,
};
const ALGORITHMS = Object.keys(KEY_LENGTHS).join(', ');

interface NewKey {
  readonly id: string;
  readonly algorithm: string;
  /** base64 */
  readonly secret: string;
}

export function newKey(id: string, algorithm: TsigAlgorithm): NewKey {
  return { id, algorithm, secret: randomBytes(KEY_LENGTHS[algorithm]).toString('base64') };
}

/** BIND's clause: for named.conf, for dig and nsupdate -k, and as a secret-file here. */
function bindKeyClause({ id, algorithm, secret }: NewKey): string {
  return `key "${id}" {\n\talgorithm ${algorithm};\n\tsecret "${secret}";\n};\n`;
}

/** One text that is a key file to BIND's tools and to Zonewire, with the lines for zonewire.yaml as comments. */
export function keyFile(key: NewKey): string {
  const file = `${key.id.replace(/\.$/, '').replace(/[^a-z0-9.-]/gi, '_')}.key`;
  return `# Keep this in a file that only the server may read (chmod 600), here called ${file}. In zonewire.yaml:
#   keys:
#     - { id: ${key.id}, algorithm: ${key.algorithm}, secret-file: ./${file} }
# BIND takes the lines below in named.conf; dig and nsupdate take the file with -k.
${bindKeyClause(key)}`;
}

export const keyNew: Command = {
  name: 'key new',
  summary: 'make a TSIG key and print it for Zonewire, BIND, dig and nsupdate',
  arguments: '[NAME]',
  options: {
    algorithm: {
      type: 'string',
      value: 'ALGORITHM',
      help: `${ALGORITHMS} (default: hmac-sha256)`,
    },
    ...OUTPUT_OPTION,
  },
  example: '(umask 077; zonewire key new xfr.example. > xfr.example.key)',
  details: 'Both sides of a transfer need the same name, algorithm and secret. NAME defaults to xfr.HOSTNAME.',
  async run(invocation) {
    const algorithm = stringOption(invocation, 'algorithm') ?? 'hmac-sha256';
    if (!isAlgorithm(algorithm))
      throw usageError(`there is no algorithm ${JSON.stringify(algorithm)}; choose one of ${ALGORITHMS}`);
    const { nameFromText, nameToText } = await import('@zonewire/shared-protocol');
    const name = nameFromText(invocation.positionals[0] ?? `xfr.${hostname()}`);
    if (!name.ok) throw usageError(`a key's name is a domain name: ${name.error.message}`);
    const key = newKey(nameToText(name.value).toLowerCase(), algorithm);
    if (invocation.json) printJson(invocation, key);
    else invocation.terminal.out(keyFile(key));
    return EXIT.FINE;
  },
};

function isAlgorithm(text: string): text is TsigAlgorithm {
  return Object.hasOwn(KEY_LENGTHS, text);
}
