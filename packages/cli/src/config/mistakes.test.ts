import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadConfig } from './load.ts';
import { problemText } from './problem.ts';

/** What people write who know another server, or YAML not so well: each is told where, what, and what to write. More in load.test.ts. */

const folder = mkdtempSync(join(tmpdir(), 'zonewire-mistakes-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'folder'));
writeFileSync(join(folder, 'a.zone'), '');

const SERVER = 'server: { listen: ["127.0.0.1:5399"], data-dir: ./d }\n';
const HUB = 'remotes:\n  - { id: hub, address: ["192.0.2.1"] }\n';
const SECRET = 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ=';
const key = (more: string) => `${SERVER}keys:\n  - { id: k., ${more} }\n`;
const zone = (more: string) => `${SERVER}${HUB}zones:\n  - { domain: a.test., ${more} }\n`;

/** Errors, or warnings of what is allowed, without the file. */
function said(text: string): string[] {
  const file = join(folder, 'zw.yaml');
  writeFileSync(file, text);
  const loaded = loadConfig(file);
  const problems = loaded.ok ? loaded.warnings : loaded.problems;
  return problems.map((problem) => problemText(problem).replace(`${file}:`, '').replaceAll(folder, 'FOLDER'));
}

const NO_ZONES = '1:1: there are no zones; every query will be refused';
const YAML = 'not valid YAML: ';

it.each<[what: string, text: string, ...expected: string[]]>([
  [
    'a key of a remote that is not there',
    `${key(`secret: ${SECRET}`)}remotes:\n  - { id: a, address: ["192.0.2.1"], key: kk. }\n`,
    '5:43: key "kk." is not among the keys; did you mean "k."?',
  ],
  [
    'an acl with an unknown key',
    `${SERVER}acls:\n  - { id: a, key: nope., action: [transfer] }\n`,
    '3:19: key "nope." is not among the keys; there are no keys yet',
  ],
  [
    'a zone twice, in other letters',
    `${zone('primary: [hub]')}  - { domain: A.TEST, primary: [hub] }\n`,
    '6:15: the zone A.TEST. is there twice in zones; the first is at line 5',
  ],
  [
    'a primary that nobody hears of',
    zone('file: a.zone'),
    '5:5: zone a.test.: nobody is notified of its changes (notify) and nobody may transfer it (acl): it is served here only',
  ],
  [
    'a secondary whose primary may not notify',
    zone('primary: [hub]'),
    '5:5: zone a.test.: no acl allows its primary to notify it; changes arrive only when the refresh timer ends',
  ],
  [
    'neither file nor primary',
    `${SERVER}zones:\n  - { domain: a.test. }\n`,
    '3:5: zone "a.test." needs either file (this node is primary) or primary (remotes to transfer it from)',
  ],
  [
    'an address as primary',
    zone('primary: [192.0.2.7]'),
    '5:34: primary "192.0.2.7" is not among the remotes; an address belongs there, such as { id: hub, address: ["192.0.2.7"] }, and its id here',
  ],
  [
    'a secret that is too short',
    key('secret: "YQ=="'),
    NO_ZONES,
    '3:23: the secret of k. has only 1 octets; use 32: zonewire key new',
  ],
  ['a secret file that is a folder', key('secret-file: ./folder'), '3:28: cannot read FOLDER/folder: it is a folder'],
  [
    'an algorithm in capitals',
    key(`algorithm: HMAC-SHA256, secret: ${SECRET}`),
    '3:26: algorithm must be one of hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384, hmac-sha512, not "HMAC-SHA256"',
  ],
  [
    'a port behind an IPv6 address without brackets',
    `${SERVER}remotes:\n  - { id: a, address: ["2001:db8::1:53"] }\n`,
    NO_ZONES,
    '3:24: 2001:db8::1:53 is an address without a port; if :53 is the port, write "[2001:db8::1]:53"',
  ],
  [
    'an IPv6 address with @ of Knot',
    `${SERVER}remotes:\n  - { id: a, address: ["2001:db8::1@53"] }\n`,
    '3:24: address: "2001:db8::1@53" is not an address with a port: write "[2001:db8::1]:53"',
  ],
  [
    'one address to listen at twice',
    'server: { listen: ["127.0.0.1:53", "127.0.0.1"], data-dir: ./d }\n',
    '1:36: 127.0.0.1:53 stands there already, in server.listen; give each its own port',
  ],
  [
    'the control API at the port of DNS',
    `${SERVER}control: { listen: "127.0.0.1:5399" }\n`,
    '2:20: 127.0.0.1:5399 stands there already, in server.listen; give each its own port',
  ],
  [
    'a tab',
    'server:\n\tlisten: ["127.0.0.1:53"]\n',
    `2:1: ${YAML}Tabs are not allowed as indentation (indent with spaces)`,
  ],
  [
    'a key twice',
    'server: { listen: ["127.0.0.1:53"], data-dir: ./d, data-dir: ./e }\n',
    `1:52: ${YAML}this key stands twice in the same map; keep one of them`,
  ],
  [
    'no space after a colon',
    `${SERVER}zones:\n  - domain:a.test.\n    file: a\n`,
    `3:5: ${YAML}a line that should begin "key: value" does not; is a space missing after a colon?`,
  ],
  [
    'keys of an entry in two columns',
    `${SERVER}zones:\n  - domain: a.test.\n   file: a\n`,
    `4:1: ${YAML}this line is not indented like the others of its list or map; the keys of one entry begin in the same column`,
  ],
  [
    'a quote that is not closed',
    `${SERVER}zones:\n  - domain: "a.test.\n    file: a\n`,
    `5:1: ${YAML}a closing quote is missing; it may belong many lines above`,
  ],
  [
    'JSON that ends early',
    '{"server": {"listen": ["127.0.0.1:53"], "data-dir": "d"}',
    `1:57: ${YAML}Flow map must end with a }`,
  ],
  [
    'a unit with a space',
    zone('primary: [hub], refresh-min-interval: 5 min'),
    '5:62: refresh-min-interval: "5 min" is not a duration: write seconds, or 30s, 5m, 2h, 1d (at most 2147483647 seconds)',
  ],
  [
    'ms',
    zone('primary: [hub], retry-min-interval: 500ms'),
    '5:60: retry-min-interval: "500ms" is not a duration: write seconds, or 30s, 5m, 2h, 1d (at most 2147483647 seconds)',
  ],
  [
    'a negative number',
    zone('primary: [hub], journal-max-depth: -5'),
    '5:59: journal-max-depth must be a whole number of changes, not the number -5',
  ],
  [
    'a size in M',
    zone('primary: [hub], zone-max-size: 10M'),
    '5:55: zone-max-size: "10M" is not a size: write octets, or 64KiB, 1MiB, 2GiB',
  ],
  [
    'part of a thread',
    'server: { listen: ["127.0.0.1:53"], data-dir: ./d, workers: 0.5 }\n',
    '1:61: workers must be a whole number of threads, 1 or more, not the number 0.5',
  ],
  [
    'yes',
    'server: { listen: ["127.0.0.1:53"], data-dir: ./d, warm-up: yes }\n',
    '1:61: warm-up must be true or false, not "yes"',
  ],
  ['zones as a map', `${SERVER}zones:\n  a.test.: { file: a }\n`, '3:3: zones must be a list of zones, not a map'],
  ['zones with nothing in it', `${SERVER}zones:\n`, '2:7: zones must be a list of zones, not nothing'],
  [
    'a name where a zone belongs',
    `${SERVER}zones: [a.test.]\n`,
    '2:9: an entry of zones must be a map such as { domain: example.org., file: example.org.zone }, not "a.test."',
  ],
  [
    "BIND's type and masters",
    `${SERVER}zones:\n  - { domain: a.test., type: slave, masters: [192.0.2.1] }\n`,
    '3:5: zone "a.test." needs either file (this node is primary) or primary (remotes to transfer it from)',
    '3:24: unknown key "type" in zone "a.test."; leave it out: with "file" this node is primary, with "primary" secondary',
    '3:37: unknown key "masters" in zone "a.test."; here it is "primary"',
  ],
  [
    "Knot's master",
    zone('primary: [hub], master: hub'),
    '5:40: unknown key "master" in zone "a.test."; here it is "primary"',
  ],
  [
    'allow-transfer',
    zone('primary: [hub], allow-transfer: [any]'),
    '5:40: unknown key "allow-transfer" in zone "a.test."; here it is an entry of acls with action: [transfer], whose id the zone names under "acl"',
  ],
  [
    "NSD's zonefile",
    zone('primary: [hub], zonefile: a'),
    '5:40: unknown key "zonefile" in zone "a.test."; here it is "file"',
  ],
  [
    "NSD's ip-address",
    'server: { listen: ["127.0.0.1:53"], data-dir: ./d, ip-address: 127.0.0.1 }\n',
    '1:52: unknown key "ip-address" in "server"; here it is "listen"',
  ],
  [
    'one id where a list belongs',
    zone('file: a.zone, notify: hub'),
    '5:46: notify must be a list of ids, such as [one, two], not "hub"; write ["hub"]',
  ],
  [
    'any as an address',
    `${SERVER}acls:\n  - { id: a, address: [any], action: [transfer] }\n`,
    '3:24: "any" is not an address range: write it as 192.0.2.0/24, 2001:db8::/32, 192.0.2.1 or 192.0.2.1-192.0.2.9',
  ],
  [
    'a network with bits behind it',
    `${SERVER}acls:\n  - { id: a, address: [10.0.0.1/8], action: [transfer] }\n`,
    '3:24: "10.0.0.1/8" is not an address range: it has bits set behind the first 8',
  ],
  [
    'a zone file that is not there',
    zone('file: missing.zone, notify: [hub]'),
    '5:5: zone a.test.: there is no file FOLDER/missing.zone; the zone will answer SERVFAIL until there is one',
    '5:5: zone a.test.: it notifies others, but no acl allows them to transfer it; add an acl with action transfer',
  ],
  [
    'octets that are no text',
    '\u0000\u0001',
    '1:1: the configuration must be a map (lines of "key: value"), not "\\u0000\\u0001"',
  ],
])('%s', (_, text, ...expected) => {
  expect(said(text)).toEqual(expected);
});

it('a warning that thousands of zones have is said once, with the first of them', () => {
  const zones = Array.from({ length: 3_000 }, (_, i) => `  - { domain: z${i}.test., file: z${i}.zone }\n`).join('');
  expect(said(`${SERVER}zones:\n${zones}`)).toEqual([
    expect.stringMatching(/^3:5: zone z0\.test\.: there is no file .*\(the same with 2999 more zones\)$/),
    expect.stringMatching(/^3:5: zone z0\.test\.: nobody is notified .*\(the same with 2999 more zones\)$/),
  ]);
});
