import { name, nameToText } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { loadConfig } from './load.ts';
import { problemText } from './problem.ts';
import type { ConfigFiles } from './secrets.ts';

const SECRET = 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ=';

function files(contents: Record<string, string>, modes: Record<string, number> = {}): ConfigFiles {
  const missing = (path: string) => Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
  return {
    readText(path) {
      if (contents[path] === undefined) throw missing(path);
      if (contents[path] === 'EACCES') throw Object.assign(new Error('denied'), { code: 'EACCES' });
      return contents[path];
    },
    mode: (path) => modes[path] ?? 0o600,
  };
}

function problemsOf(text: string, others: Record<string, string> = {}): string[] {
  const loaded = loadConfig('/etc/zw.yaml', files({ '/etc/zw.yaml': text, ...others }));
  return loaded.ok ? [] : loaded.problems.map(problemText).map((line) => line.replace('/etc/zw.yaml:', ''));
}

const SERVER = 'server: { listen: ["127.0.0.1:53"], data-dir: ./data }\n';

describe('a configuration that is wrong names the place and the fix', () => {
  const table: [what: string, text: string, expected: string[]][] = [
    ['nothing in it', '# empty\n', ['1:1: the configuration is empty; it needs at least the section "server"']],
    [
      'no YAML',
      `${SERVER}zones: [\n`,
      ['3:1: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    [
      'the same key twice',
      `${SERVER}zones: []\nzones: []\n`,
      ['3:1: not valid YAML: this key stands twice in the same map; keep one of them'],
    ],
    ['no server', 'zones: []\n', ['1:1: the configuration needs the key "server"']],
    [
      'no data-dir, no listen',
      'server:\n  identity: x\n',
      [
        '2:3: "server" needs the key "listen"; it must be a list of addresses, such as ["127.0.0.1:53"]',
        '2:3: "server" needs the key "data-dir"; it must be text',
      ],
    ],
    [
      'a place beyond the poles, and one that is half said',
      'server: { listen: ["127.0.0.1:53"], data-dir: ./data, place: { label: x, latitude: 95, longitude: 0 } }\nremotes: [{ id: a, address: [127.0.0.1], place: { label: y, latitude: 1 } }]\n',
      [
        '1:84: latitude must be the latitude in degrees, a number from -90 to 90, not the number 95',
        '2:49: remote "a" needs the key "longitude"; it must be the longitude in degrees, a number from -180 to 180',
      ],
    ],
    [
      'a misspelt section',
      `${SERVER}zonez: []\n`,
      ['2:1: unknown key "zonez" at the top level; did you mean "zones"?'],
    ],
    [
      'a key of another section',
      `${SERVER}data-dir: ./data\n`,
      ['2:1: unknown key "data-dir" at the top level; it belongs under "server"'],
    ],
    [
      'a misspelt key of a zone',
      `${SERVER}zones:\n  - domain: a.test.\n    file: a.zone\n    notfiy: []\n`,
      ['5:5: unknown key "notfiy" in zone "a.test."; did you mean "notify"?'],
    ],
    [
      'a key nobody knows',
      `${SERVER}control:\n  listen: "127.0.0.1:8053"\n  colour: red\n`,
      ['4:3: unknown key "colour" in "control"; allowed: listen, token, token-file, waits, zone-metrics'],
    ],
    [
      'one address where a list belongs',
      'server:\n  listen: 127.0.0.1:53\n  data-dir: ./d\n',
      [
        '2:11: listen must be a list of addresses, such as ["127.0.0.1:53"], not "127.0.0.1:53"; write ["127.0.0.1:53"]',
      ],
    ],
    [
      'IPv6 without quotes',
      'server:\n  listen: [[::1]:53]\n  data-dir: ./d\n',
      ['2:12: listen must be text such as "127.0.0.1:53" (in quotes when it has brackets), not a map'],
    ],
    [
      'bad addresses',
      `server:
  listen: ["127.0.0.1:66000", "localhost:53", ":53", "::1:53"]
  data-dir: ./d
remotes:
  - { id: a, address: ["192.0.2.1@53", "192.0.2.1:0", "192.0.2.300"] }
`,
      [
        '2:12: listen: "127.0.0.1:66000" is not an address with a port: the port must be a number from 0 to 65535',
        '2:31: listen: "localhost:53" is not an address with a port: names are not looked up here; write the IP address (127.0.0.1 for localhost)',
        '2:47: listen: ":53" is not an address with a port: write "0.0.0.0:53" for every IPv4 address, "[::]:53" for every IPv6 address',
        '5:24: address: "192.0.2.1@53" is not an address with a port: write "192.0.2.1:53"',
        '5:40: address: "192.0.2.1:0" is not an address with a port: the port must be a number from 1 to 65535',
        '5:55: address: "192.0.2.300" is not an address with a port: write "192.0.2.1" or "192.0.2.1:53" or "[2001:db8::1]:53"',
      ],
    ],
    [
      'bad durations and sizes',
      `${SERVER}zones:
  - domain: a.test.
    file: a.zone
    refresh-min-interval: 5x
    retry-min-interval: -1
    expire-min-interval: [1]
    zone-max-size: 1MB
    journal-max-depth: 1.5
    serial-policy: date
`,
      [
        '5:27: refresh-min-interval: "5x" is not a duration: write seconds, or 30s, 5m, 2h, 1d (at most 2147483647 seconds)',
        '6:25: retry-min-interval: -1 is not a duration: write seconds, or 30s, 5m, 2h, 1d (at most 2147483647 seconds)',
        '7:26: expire-min-interval must be a duration: seconds, or 30s, 5m, 2h, 1d, not a list',
        '8:20: zone-max-size: "1MB" is not a size: write octets, or 64KiB, 1MiB, 2GiB',
        '9:24: journal-max-depth must be a whole number of changes, not the number 1.5',
        '10:20: serial-policy must be increment, unixtime or dateserial, not "date"',
      ],
    ],
    [
      'minimum above maximum, the maximum from the template',
      `${SERVER}templates:\n  - { id: default, refresh-max-interval: 1m }\nzones:\n  - { domain: a.test., file: a, refresh-min-interval: 1h }\n`,
      ['5:55: zone "a.test.": refresh-min-interval (3600 s) is more than refresh-max-interval (60 s)'],
    ],
    [
      'ids that are not there',
      `${SERVER}remotes:
  - { id: hub, address: ["192.0.2.1"], key: nokey }
acls:
  - { id: from-hub, address: [192.0.2.1], action: [notify] }
zones:
  - { domain: a.test., primary: [hubb], notify: [other], acl: [from_hub], template: tmpl }
`,
      [
        '3:45: key "nokey" is not among the keys; there are no keys yet',
        '7:34: primary "hubb" is not among the remotes; did you mean "hub"?',
        '7:50: notify "other" is not among the remotes; there are: hub',
        '7:64: acl "from_hub" is not among the acls; did you mean "from-hub"?',
        '7:85: template "tmpl" is not among the templates; there are no templates yet',
      ],
    ],
    [
      'the same id, the same zone',
      `${SERVER}remotes:
  - { id: hub, address: ["192.0.2.1"] }
  - { id: hub, address: ["192.0.2.2"] }
zones:
  - { domain: a.test., primary: [hub] }
  - { domain: A.test, primary: [hub] }
`,
      [
        '4:11: the id "hub" is there twice in remotes; the first is at line 3',
        '7:15: the zone A.test. is there twice in zones; the first is at line 6',
      ],
    ],
    [
      'file and primary, or neither',
      `${SERVER}remotes:
  - { id: hub, address: ["192.0.2.1"] }
zones:
  - { domain: a.test., primary: [hub], file: a.zone }
  - { domain: b.test. }
  - { domain: c.test., primary: [] }
`,
      [
        '5:24: zone "a.test." has both file (this node is primary) and primary (this node is secondary); keep one',
        '6:5: zone "b.test." needs either file (this node is primary) or primary (remotes to transfer it from)',
        '7:33: zone "c.test." has no primary to transfer it from; name a remote',
      ],
    ],
    [
      'a zone name that is none',
      `${SERVER}zones:\n  - { domain: a..test., file: a }\n  - { domain: bücher.test., file: b }\n`,
      [
        '3:15: the name "a..test." has an empty label',
        '4:15: the name "bücher.test." is not in ASCII; write "xn--bcher-kva.test."',
      ],
    ],
    [
      'keys',
      `${SERVER}keys:
  - { id: one., secret-file: ./missing.key }
  - { id: two., secret-file: ./denied.key }
  - { id: three., secret: "not base64!" }
  - { id: four., secret-file: ./other.key }
  - { id: five. }
  - { id: six., secret: x, secret-file: ./six.key }
  - { id: seven., algorithm: hmac-md5, secret: ${SECRET} }
`,
      [
        '3:30: cannot read /etc/missing.key: there is no such file; make one with: zonewire key new',
        expect.stringMatching(/^4:30: cannot read \/etc\/denied\.key: this user \(uid \d+\) may not read it$/) as never,
        '5:27: the secret cannot be used: it is not base64; make a secret with: zonewire key new',
        '6:31: ./other.key cannot be used: it holds the key nine., not four.',
        '7:5: key "five." needs a secret-file (or a secret); make one with: zonewire key new',
        '8:17: key "six." has both secret and secret-file; keep one',
        '8:41: cannot read /etc/six.key: there is no such file; make one with: zonewire key new',
        '9:30: algorithm must be one of hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384, hmac-sha512, not "hmac-md5"',
      ],
    ],
    [
      'acls',
      `${SERVER}acls:
  - { id: all, action: [transfer] }
  - { id: net, address: [10.0.0.0/33], action: [transfer, xfer] }
  - { id: none, address: [10.0.0.1], action: [] }
`,
      [
        '3:5: acl "all" would let in everybody: add a key or addresses (0.0.0.0/0 and ::/0 if you mean it)',
        expect.stringMatching(/^4:26: .*10\.0\.0\.0\/33/) as never,
        '4:59: action must be one of notify, transfer, update, not "xfer"',
        '5:46: action must name at least one of notify, transfer, update, not an empty list',
      ],
    ],
    [
      'control beyond loopback without a token',
      `${SERVER}control:\n  listen: "0.0.0.0:8053"\n`,
      ['3:11: control listens beyond loopback, so it needs a token: add token-file, or listen on 127.0.0.1'],
    ],
    [
      'what this version does not have',
      `server:
  listen: ["127.0.0.1:53"]
  tls-listen: ["127.0.0.1:853"]
  data-dir: ./d
`,
      ['3:3: tls-listen is not available in this version; leave it out or empty'],
    ],
    [
      'a Redis URL that is none, a site that cannot be part of a key, limits of nothing',
      `${SERVER}redis: { url: "http://127.0.0.1", site: "a b" }\nlimits: { transfers: 0 }\n`,
      [
        '2:15: url: the scheme of "http://127.0.0.1" must be redis or rediss (TLS)',
        '2:41: site: "a b" cannot be a site: 1 to 63 letters, digits, dots, hyphens',
        '3:22: transfers must be a whole number of transfers, 1 or more, not the number 0',
      ],
    ],
    [
      "Knot's milliseconds for how long a primary may send nothing",
      `${SERVER}limits: { tcp-remote-io-timeout: 5000 }\n`,
      ['2:34: tcp-remote-io-timeout must be 1s to 600s; a number is seconds (in Knot it is ms), not the number 5000'],
    ],
    [
      'two passwords for Redis, of which none is shown',
      `${SERVER}redis: { url: "redis://:s3cret@127.0.0.1", password-file: p, site: fra }\n`,
      [
        '2:10: redis has a password in its url and a password-file; keep the file',
        '2:59: cannot read /etc/p: there is no such file',
      ],
    ],
    [
      'a number where an id belongs',
      `${SERVER}remotes:\n  - { id: 7, address: ["192.0.2.1"] }\n`,
      ['3:11: id must be an id (text), not the number 7; put it in quotes'],
    ],
    [
      'a list where a map belongs',
      'server: []\n',
      ['1:9: server must be a map (lines of "key: value"), not an empty list'],
    ],
  ];

  it.each(table)('%s', (_, text, expected) => {
    expect(
      problemsOf(text, {
        '/etc/denied.key': 'EACCES',
        '/etc/other.key': `key "nine." { algorithm hmac-sha256; secret "${SECRET}"; };`,
      }),
    ).toEqual(expected);
  });

  it('a file that is not there', () => {
    expect(loadConfig('nowhere.yaml', files({}))).toEqual({
      ok: false,
      problems: [
        { file: 'nowhere.yaml', line: 0, column: 0, message: 'cannot read the configuration: there is no such file' },
      ],
    });
  });

  it('never repeats a secret', () => {
    const text = `${SERVER}keys:\n  - { id: a., secret: "${SECRET}!" }\n  - { id: b., secret: "${SECRET}", secret-file: x }\n`;
    const said = problemsOf(text).join('\n');
    expect(said).toContain('base64');
    expect(said).not.toContain(SECRET.slice(0, 8));
  });

  it('an anchor bomb is refused, not unfolded', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
      .split('')
      .map((c, i) => `${c}: &${c} [${Array(10).fill(`*${'abcdefgh'[i]}`)}]`)
      .join('\n')}\n`;
    expect(problemsOf(bomb)[0]).toMatch(/^1:1: not valid YAML: /);
  });
});

describe('a configuration that holds together', () => {
  const DESIGN = `
server:
  identity: fra1
  listen: ["127.0.0.1:5301", "[::1]:5301", "0.0.0.0:53", "[::]:53"]
  tls-listen: []
  data-dir: ./data/fra1
  workers: 1
  udp: auto
control:
  listen: "127.0.0.1:8054"
  token-file: /run/token
keys:
  - { id: xfr.example, algorithm: hmac-sha512, secret-file: ./xfr.key }
remotes:
  - { id: hub, address: ["127.0.0.1:5300", "2001:db8::1"], key: XFR.example. }
  - { id: fra1, address: ["[2001:db8::2]:5301"] }
acls:
  - { id: from-hub, address: [127.0.0.0/8], key: xfr.example., action: [notify, transfer, update] }
templates:
  - { id: default, acl: [from-hub], primary: [hub], zone-max-size: 64KiB, refresh-min-interval: 5m }
  - { id: files, acl: [from-hub], file: zones/%s.zone, serial-policy: dateserial }
zones:
  - { domain: example.test., file: /srv/example.test.zone, notify: [fra1], journal-max-depth: 10, refresh-min-interval: 30 }
  - { domain: example.org. }
  - { domain: ., template: files }
`;
  const loaded = loadConfig(
    '/etc/zw/zw.yaml',
    files(
      {
        '/etc/zw/zw.yaml': DESIGN,
        '/etc/zw/xfr.key': `key "xfr.example" {\n algorithm hmac-sha512;\n secret "${SECRET}";\n};`,
        '/run/token': 'tok\n',
      },
      { '/etc/zw/xfr.key': 0o644 },
    ),
  );
  if (!loaded.ok) throw new Error(loaded.problems.map(problemText).join('\n'));
  const { config, warnings } = loaded;
  const [test, org, root] = config.zones;

  it('resolves addresses, paths, secrets and tokens', () => {
    expect(config.server).toEqual({
      identity: 'fra1',
      version: false,
      listen: [
        { host: '127.0.0.1', port: 5301 },
        { host: '::1', port: 5301 },
        { host: '0.0.0.0', port: 53 },
        { host: '::', port: 53 },
      ],
      dataDir: '/etc/zw/data/fra1',
      udp: 'auto',
      workers: 1,
      warmUp: true,
    });
    expect(config.control).toEqual({ listen: { host: '127.0.0.1', port: 8054 }, token: 'tok' });
    expect(config.keys).toEqual([
      { name: name('xfr.example.'), algorithm: 'hmac-sha512', secret: new Uint8Array(Buffer.from(SECRET, 'base64')) },
    ]);
  });

  it('durations are seconds in the file, ms in the program', () => {
    const text = `${SERVER}limits: { tcp-remote-io-timeout: 20s }\n`;
    const said = loadConfig('/etc/zw.yaml', files({ '/etc/zw.yaml': text }));
    expect(said.ok && said.config.limits.idleTimeout).toBe(20_000);
  });

  it('merges the named template, or "default" when the zone names none; the zone wins', () => {
    expect(test).toMatchObject({
      file: '/srv/example.test.zone',
      primaries: [],
      settings: { zoneMaxSize: 65_536, refreshMinInterval: 30, journalMaxDepth: 10 },
    });
    expect(nameToText(org.domain)).toBe('example.org.');
    expect(org).toMatchObject({ file: undefined, settings: { zoneMaxSize: 65_536, refreshMinInterval: 300 } });
    expect(org.primaries).toEqual([
      {
        id: 'hub',
        addresses: [
          { host: '127.0.0.1', port: 5300 },
          { host: '2001:db8::1', port: 53 },
        ],
        key: config.keys[0],
      },
    ]);
    expect(root).toMatchObject({ file: '/etc/zw/zones/root.zone', settings: { serialPolicy: 'dateserial' } });
    expect(test.notify[0]).toEqual({ id: 'fra1', addresses: [{ host: '2001:db8::2', port: 5301 }] });
    expect(test.acl[0]).toMatchObject({
      id: 'from-hub',
      deny: false,
      actions: new Set(['notify', 'transfer', 'update']),
    });
  });

  it('warns of what is most likely not meant', () => {
    expect(warnings.map(problemText)).toEqual([
      '/etc/zw/zw.yaml:13:61: /etc/zw/xfr.key can be read by others (mode 644); run: chmod 600 /etc/zw/xfr.key',
      '/etc/zw/zw.yaml:23:5: zone example.test.: there is no file /srv/example.test.zone; the zone will answer SERVFAIL until there is one',
      '/etc/zw/zw.yaml:25:5: zone .: there is no file /etc/zw/zones/root.zone; the zone will answer SERVFAIL until there is one',
    ]);
  });

  it('zones that say the same share what it stands for: there are thousands', () => {
    const text = `${SERVER}remotes:
  - { id: a, address: ["192.0.2.1:53"] }
  - { id: b, address: ["192.0.2.2:53"] }
acls:
  - { id: open, address: [192.0.2.0/24], action: [notify] }
zones:
  - { domain: one.test., primary: [a, b], acl: [open] }
  - { domain: two.test., primary: [a, b], acl: [open] }
  - { domain: three.test., primary: [b, a], acl: [open] }
`;
    const shared = loadConfig('/etc/zw.yaml', files({ '/etc/zw.yaml': text }));
    if (!shared.ok) throw new Error(shared.problems.map(problemText).join());
    const [one, two, three] = shared.config.zones;
    expect(two.primaries).toBe(one.primaries);
    expect([two.notify === one.notify, two.acl === one.acl, two.settings === one.settings]).toEqual([true, true, true]);
    expect(three.primaries.map(({ id }) => id)).toEqual(['b', 'a']);
  });
});
