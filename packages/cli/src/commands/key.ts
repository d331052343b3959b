import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { isTsigAlgorithm, nameFromText, nameToText, TSIG_ALGORITHMS } from '@zonewire/shared-protocol';
import { type Command, EXIT, OUTPUT_OPTION, printJson, stringOption, usageError } from './command.ts';

export interface NewKey {
  readonly id: string;
  readonly algorithm: string;
  /** base64 */
  readonly secret: string;
}

/** A key as long as its hash (RFC 8945 8). */
export function newKey(id: string, algorithm: keyof typeof TSIG_ALGORITHMS): NewKey {
  return { id, algorithm, secret: randomBytes(TSIG_ALGORITHMS[algorithm].macLength).toString('base64') };
}

/** BIND's clause: for named.conf, for dig and nsupdate -k, and as a secret-file here. */
export function bindKeyClause({ id, algorithm, secret }: NewKey): string {
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
      help: `${Object.keys(TSIG_ALGORITHMS).join(', ')} (default: hmac-sha256)`,
    },
    ...OUTPUT_OPTION,
  },
  example: '(umask 077; zonewire key new xfr.example. > xfr.example.key)',
  details: 'Both sides of a transfer need the same name, algorithm and secret. NAME defaults to xfr.HOSTNAME.',
  async run(invocation) {
    const algorithm = stringOption(invocation, 'algorithm') ?? 'hmac-sha256';
    if (!isTsigAlgorithm(algorithm)) {
      const known = Object.keys(TSIG_ALGORITHMS).join(', ');
      throw usageError(`there is no algorithm ${JSON.stringify(algorithm)}; choose one of ${known}`);
    }
    const name = nameFromText(invocation.positionals[0] ?? `xfr.${hostname()}`);
    if (!name.ok) throw usageError(`a key's name is a domain name: ${name.error.message}`);
    const key = newKey(nameToText(name.value).toLowerCase(), algorithm);
    if (invocation.json) printJson(invocation, key);
    else invocation.terminal.out(keyFile(key));
    return EXIT.FINE;
  },
};
