import { dirname, resolve } from 'node:path';
import type { ConfigProblem } from './problem.ts';
import { type ConfigFiles, fileTrouble, secretFromBase64, secretFromText } from './secrets.ts';
import { entriesOf, isMapValue, keyId } from './sections.ts';
import type { ConfigSource, Path } from './source.ts';

export interface Secrets {
  /** Octets by {@link keyId}. */
  readonly keys: ReadonlyMap<string, Uint8Array>;
  readonly token: string | undefined;
  readonly redisPassword: string | undefined;
  /** Tokens of the control APIs of remotes, by the id of the remote. */
  readonly remoteTokens: ReadonlyMap<string, string>;
  /** Octets in the order of the section webhooks; empty where it could not be read. */
  readonly webhooks: readonly Uint8Array[];
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
}

/** A secret shorter than this is quicker to guess than to steal (RFC 8945 8 asks for the length of the hash). */
const SHORT_SECRET = 16;

/** Reads every secret of the configuration, inline or in files beside it. No problem or warning repeats one. */
export function readSecrets(source: ConfigSource, files: ConfigFiles): Secrets {
  const keys = new Map<string, Uint8Array>();
  const problems: ConfigProblem[] = [];
  const warnings: ConfigProblem[] = [];

  const fileText = (at: Path, file: string): string | undefined => {
    const path = resolve(dirname(source.file), file);
    try {
      const text = files.readText(path);
      const mode = files.mode(path);
      if ((mode & 0o077) !== 0) {
        const octal = mode.toString(8).padStart(3, '0');
        warnings.push(source.at(at, `${path} can be read by others (mode ${octal}); run: chmod 600 ${path}`));
      }
      return text;
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const make = at[0] === 'keys' && isMissing ? '; make one with: zonewire key new' : '';
      problems.push(source.at(at, `cannot read ${path}: ${fileTrouble(error)}${make}`));
      return undefined;
    }
  };

  for (const { path, value } of entriesOf(source.value, 'keys')) {
    if (typeof value.id !== 'string') continue;
    const inFile = typeof value['secret-file'] === 'string' ? value['secret-file'] : undefined;
    const at = [...path, inFile === undefined ? 'secret' : 'secret-file'];
    const text = inFile === undefined ? value.secret : fileText(at, inFile);
    if (typeof text !== 'string') continue;
    const key = { id: value.id, algorithm: String(value.algorithm ?? 'hmac-sha256') };
    const secret = inFile === undefined ? secretFromBase64(text) : secretFromText(text, key);
    const words = inFile === undefined ? 'the secret cannot be used' : `${inFile} cannot be used`;
    if (!secret.ok) {
      problems.push(source.at(at, `${words}: ${secret.error.message}`));
      continue;
    }
    if (secret.value.length < SHORT_SECRET)
      warnings.push(
        source.at(at, `the secret of ${value.id} has only ${secret.value.length} octets; use 32: zonewire key new`),
      );
    keys.set(keyId(value.id), secret.value);
  }

  const oneLine = (section: string, key: string, what: string): string | undefined => {
    const map = isMapValue(source.value) ? source.value[section] : undefined;
    const file = isMapValue(map) ? map[key] : undefined;
    if (typeof file !== 'string') return undefined;
    const at = [section, key];
    const text = fileText(at, file)?.trim();
    if (text === '') problems.push(source.at(at, `${file} is empty; put the ${what} into it`));
    return text;
  };

  const list = isMapValue(source.value) && Array.isArray(source.value.webhooks) ? source.value.webhooks : [];
  const webhooks = list.map((webhook, index) => {
    const file = isMapValue(webhook) ? webhook['secret-file'] : undefined;
    if (typeof file !== 'string') return new Uint8Array();
    const at = ['webhooks', index, 'secret-file'];
    const text = fileText(at, file)?.trim();
    if (text === '') problems.push(source.at(at, `${file} is empty; put a secret of 32 random characters into it`));
    const octets = new Uint8Array(Buffer.from(text ?? ''));
    if (text && octets.length < SHORT_SECRET)
      warnings.push(source.at(at, `the secret in ${file} has only ${octets.length} octets; use 32 random ones`));
    return octets;
  });

  const remoteTokens = new Map<string, string>();
  for (const { path, value } of entriesOf(source.value, 'remotes')) {
    const file = isMapValue(value.control) ? value.control['token-file'] : undefined;
    if (typeof value.id !== 'string' || typeof file !== 'string') continue;
    const at = [...path, 'control', 'token-file'];
    const text = fileText(at, file)?.trim();
    if (text === '') problems.push(source.at(at, `${file} is empty; put the token of ${value.id} into it`));
    if (text) remoteTokens.set(value.id, text);
  }

  const control = isMapValue(source.value) && isMapValue(source.value.control) ? source.value.control : {};
  const inline = typeof control.token === 'string' ? control.token : undefined;
  const token = typeof control['token-file'] === 'string' ? oneLine('control', 'token-file', 'token') : inline;
  const redisPassword = oneLine('redis', 'password-file', 'password');
  return { keys, token, redisPassword, remoteTokens, webhooks, problems, warnings };
}
