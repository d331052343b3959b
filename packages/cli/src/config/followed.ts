import { fail, ok, type Result } from '@zonewire/shared-protocol';
import { isUnencrypted } from './webhooks.ts';

/** A secondary of ours whose control API this node follows. */
export interface FollowedConfig {
  /** The id of the remote. */
  readonly id: string;
  /** `https://host:port`, without a path. */
  readonly url: string;
  readonly token: string | undefined;
}

/** The address of a control API: http or https, host and port, nothing else. */
export function parseControlUrl(value: string): Result<string> {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol))
    return fail('config-bad-control-url', `${shown(value)} is no URL of a control API: write http://192.0.2.1:8053`);
  if (url.username !== '' || url.password !== '')
    return fail('config-bad-control-url', `${shown(value)} holds a password; put the token into token-file`);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    return fail('config-bad-control-url', `${shown(value)} has a path; write only ${url.protocol}//${url.host}`);
  return ok(url.origin);
}

/** What is most likely not meant. */
export function followedWarning({ id, url, token }: FollowedConfig): string | undefined {
  if (token === undefined || !isUnencrypted(url)) return undefined;
  return `remote ${id}: its token goes unencrypted to ${url}; over networks that are not yours put https or a tunnel in between`;
}

function shown(value: string): string {
  return JSON.stringify(value.replace(/\/\/[^/@]*@/, '//…@'));
}
