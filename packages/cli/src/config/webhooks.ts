import { BlockList, isIP } from 'node:net';
import { fail, nameFromText, nameKey, nameToText, ok, type Result } from '@zonewire/shared-protocol';
import { isLoopback } from './addresses.ts';
import type { ConfigProblem } from './problem.ts';
import { entriesOf, textsOf } from './sections.ts';
import type { ConfigSource } from './source.ts';

/** RFC 1918, RFC 6598, RFC 4193 and link-local: a network of one's own, and nobody's business to vouch for. */
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

/**
 * Where a webhook goes. The body is signed, not secret, and names zones and servers: over the internet only by https; http to this
 * machine, and to a private address (with a warning), where there is often no certificate. A name may lead anywhere, so not by http.
 */
export function parseWebhookUrl(value: string): Result<string> {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol))
    return fail('config-bad-webhook-url', `${shown(value)} is no URL for a webhook: write https://host/path`);
  if (url.username !== '' || url.password !== '')
    return fail('config-bad-webhook-url', `${shown(value)} holds a password; who sends it shows by the signature`);
  if (url.hash !== '')
    return fail('config-bad-webhook-url', `${shown(value)} has a fragment (#…), which is never sent`);
  if (url.protocol === 'http:' && !isOwnMachine(url) && !isPrivate(url))
    return fail('config-bad-webhook-url', `${shown(value)} would be sent unencrypted; write https://`);
  return ok(url.href);
}

/** Whether it is http to a machine that is not this one. */
export function isUnencrypted(value: string): boolean {
  const url = new URL(value);
  return url.protocol === 'http:' && !isOwnMachine(url);
}

/** How a webhook is called in logs and metrics when it has no id. */
export function webhookId({ id, url }: { readonly id?: string | undefined; readonly url: string }): string {
  return id ?? new URL(url).host;
}

/** Rules that look across the file: ids, and zones that are there. */
export function checkWebhooks(source: ConfigSource, root: unknown): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const ids = new Set<string>();
  const zones = new Set<string>();
  const webhooks = entriesOf(root, 'webhooks');
  for (const { value } of webhooks.length > 0 ? entriesOf(root, 'zones') : []) {
    const name = typeof value.domain === 'string' ? nameFromText(value.domain) : undefined;
    if (name?.ok) zones.add(nameKey(name.value));
  }
  for (const entry of webhooks) {
    const { id, url } = entry.value;
    const readable = typeof url === 'string' && URL.canParse(url);
    const called = typeof id === 'string' ? id : readable ? new URL(url).host : undefined;
    if (called !== undefined && ids.has(called))
      problems.push(
        source.at(entry.path, `there are two webhooks called ${JSON.stringify(called)}; give each an id of its own`),
      );
    if (called !== undefined) ids.add(called);
    for (const { text, path } of textsOf(entry, 'zones')) {
      const name = nameFromText(text);
      if (!name.ok) problems.push(source.at(path, `zones: ${name.error.message}`));
      else if (!zones.has(nameKey(name.value)))
        problems.push(source.at(path, `zones: ${nameToText(name.value)} is not among the zones`));
    }
  }
  return problems;
}

function isOwnMachine(url: URL): boolean {
  const host = hostOf(url);
  return host === 'localhost' || isLoopback(host);
}

function isPrivate(url: URL): boolean {
  const host = hostOf(url);
  const family = isIP(host);
  return family !== 0 && PRIVATE.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** What stands there may hold a password. */
function shown(value: string): string {
  return JSON.stringify(value.replace(/\/\/[^@/]*@/, '//…@'));
}
