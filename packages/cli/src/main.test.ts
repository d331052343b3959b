import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from './commands/registry.ts';
import { EXPIRED_ZONE, fakeNode, NOW, PRIMARY_ZONE, SECONDARY_ZONE, viewsOf } from './control/fixtures/fake-node.ts';
import { commandLine } from './fixtures/command-line.ts';

const exec = promisify(execFile);
const node = fakeNode();
const server = node.server();
const guarded = fakeNode().server('the-token');
const folder = mkdtempSync(join(tmpdir(), 'zonewire-cli-'));
let url = '';
let guardedUrl = '';

beforeAll(async () => {
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  guardedUrl = await guarded.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await server.close();
  await guarded.close();
  rmSync(folder, { recursive: true });
});

/** Runs the command line; `environment` names the fake node unless told otherwise. */
const zonewire = (args: string, environment: Record<string, string> = { ZONEWIRE_CONTROL: url }) =>
  commandLine(args, { environment, now: NOW });

describe('zone list', () => {
  it('one line a zone, and terminal escapes of a peer made harmless', async () => {
    const { code, out } = await zonewire('zone list');
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "ZONE           ROLE       STATE    SERIAL      RECORDS  REFRESH    EXPIRES    NOTE
      example.test.  primary    serving  2026112102  104      -          -          1 secondary not in sync
      example.org.   secondary  serving  8           1        in 4m 58s  in 6d 23h
      .              secondary  expired  -           -        in 40s     1m ago     no answer from 192.0.2.1:53\\u{1b}[2J within 2 s
      "
    `);
    expect((await zonewire('zone list --state expired --role secondary -o json')).out).toBe(
      `${JSON.stringify([EXPIRED_ZONE], null, 2)}\n`,
    );
  });
});

describe('zone status', () => {
  it('of a primary', async () => {
    const { code, out } = await zonewire('zone status example.test');
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "zone        example.test.
      role        primary
      state       serving
      holds       104 records, 6.2 KiB
      received    serial 2026112102, 1h ago (2026-11-21 01:42:04 UTC)
      served      serial 2026112102, 1h ago (2026-11-21 01:42:04 UTC)
      last error  none
      secondary   fra1 127.0.0.1:5301 in-sync, serial 2026112102, lag 3 ms
      secondary   sin1 127.0.0.1:5302 unreachable, serial 2026112100, behind for 1h: 127.0.0.1:5302 does not answer over UDP for 50 min.
      to do       sin1: See whether the server runs.
      journal     2 changes, 812 B, IXFR from serial 2026112100 on
      file        /srv/zones/example.test.zone, serial 2026112100 there, read 2h ago (2026-11-21 00:42:04 UTC), 2 dynamic updates since (not in the file)
      "
    `);
  });

  it('of a secondary', async () => {
    const { code, out } = await zonewire('zone status example.org.');
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "zone           example.org.
      role           secondary
      state          serving
      holds          1 record, 120 B
      notified       serial 8, 2s ago (2026-11-21 02:42:02 UTC)
      received       serial 8, 2s ago (2026-11-21 02:42:02 UTC)
      served         serial 8, 2s ago (2026-11-21 02:42:02 UTC)
      next refresh   in 4m 58s (2026-11-21 02:47:02 UTC)
      expires        in 6d 23h (2026-11-28 02:42:02 UTC)
      last check     serial 8, newer, from 127.0.0.1:5300, 2s ago (2026-11-21 02:42:02 UTC)
      last transfer  IXFR serial 7 to 8 from 127.0.0.1:5300: 4 records, 240 bytes in 3.2 ms, 2s ago (2026-11-21 02:42:02 UTC)
      last error     none
      primary        hub 127.0.0.1:5300 ok
      "
    `);
  });

  it('of an expired one: exit 1', async () => {
    const { code, out } = await zonewire('zone status .');
    expect(code).toBe(1);
    expect(out).toMatchInlineSnapshot(`
      "zone           .
      role           secondary
      state          expired
      served         nothing: queries get SERVFAIL
      next refresh   in 40s (2026-11-21 02:42:44 UTC)
      expired        1m ago (2026-11-21 02:41:04 UTC)
      last transfer  none
      last error     no answer from 192.0.2.1:53\\u{1b}[2J within 2 s [timeout], 20s ago (2026-11-21 02:41:44 UTC)
      "
    `);
  });

  it('as JSON', async () => {
    expect(JSON.parse((await zonewire('zone status example.org. -o json')).out)).toEqual(SECONDARY_ZONE);
    expect(JSON.parse((await zonewire('zone status example.test. --output=json')).out)).toEqual({
      ...PRIMARY_ZONE,
      notify: viewsOf(PRIMARY_ZONE),
    });
  });
});

describe('lag', () => {
  it('exit 1 while one is not in sync', async () => {
    const { code, out } = await zonewire('lag');
    expect(code).toBe(1);
    expect(out).toMatchInlineSnapshot(`
      "ZONE           SECONDARY  ADDRESS         HEALTH       LAG   SERIAL      HERE        NOTE
      example.test.  fra1       127.0.0.1:5301  in-sync      3 ms  2026112102  2026112102  seen 1h ago
      example.test.  sin1       127.0.0.1:5302  unreachable  1h    2026112100  2026112102  127.0.0.1:5302 does not answer over UDP for 50 min.
      sin1 example.test.: See whether the server runs.
      "
    `);
    expect((await zonewire('lag example.test.')).out).toBe(out);
    expect(JSON.parse((await zonewire('lag -o json')).out)[0]).toMatchObject({ zone: 'example.test.', lagMs: 3 });
  });

  it('of a zone that notifies nobody', async () => {
    const { code, out } = await zonewire('lag example.org.');
    expect([code, out]).toEqual([
      0,
      'nobody is notified from here; ask the primary of the zone (its zones have "notify")\n',
    ]);
  });
});

describe('actions', () => {
  it('say what was done', async () => {
    expect(await zonewire('zone reload example.test. --discard-updates')).toEqual({
      code: 0,
      out: 'example.test.: reload done\n',
      err: '',
    });
    expect(node.calls.at(-1)).toBe('reload example.test. {"discardUpdates":true}');
    expect((await zonewire('zone reload')).out).toBe('new.test.: added\n');
  });

  it('say what was refused: exit 1', async () => {
    expect(await zonewire('zone thaw example.test.')).toEqual({
      code: 1,
      out: '',
      err: 'zonewire: example.test. is not frozen\n',
    });
    expect(JSON.parse((await zonewire('zone thaw example.test. -o json')).err)).toEqual({
      error: { code: 'zone-not-frozen', message: 'example.test. is not frozen' },
    });
    expect((await zonewire('zone status other.test.')).err).toBe(
      'zonewire: this node has no zone other.test.; see: zonewire zone list\n',
    );
  });
});

it('node status', async () => {
  const { code, out } = await zonewire('node status');
  expect(code).toBe(1);
  expect(out.replace(url, 'URL')).toMatchInlineSnapshot(`
    "node           fra1
    version        Zonewire 0.1.0, Node.js 26.10.0, pid 4711
    up             2h (since 2026-11-21 00:42:04 UTC)
    dns            127.0.0.1:5301
    control        URL
    configuration  /etc/zonewire/zonewire.yaml, read 2h ago (2026-11-21 00:42:04 UTC)
    data           /var/lib/zonewire
    zones          3 zones: 2 serving, 1 expired
    own health     1 expired, 1 in-sync
    secondaries    1 in-sync, 1 unreachable
    "
  `);
});

describe('where the node is', () => {
  it('nothing listens there', async () => {
    const { code, err } = await zonewire('zone list --control 127.0.0.1:8');
    expect(code).toBe(1);
    expect(err).toBe(
      'zonewire: cannot reach a node at http://127.0.0.1:8: nothing listens there; is it running? (choose another with --control URL or -c FILE)\n',
    );
  });

  it('a token is wanted: exit 2 without, fine with it', async () => {
    const without = await zonewire('zone list', { ZONEWIRE_CONTROL: guardedUrl });
    expect([without.code, without.err]).toEqual([
      2,
      `zonewire: ${guardedUrl} wants a token: give the token with --token, ZONEWIRE_TOKEN or -c FILE\n`,
    ]);
    expect((await zonewire('zone list --token the-token', { ZONEWIRE_CONTROL: guardedUrl })).code).toBe(0);
    expect((await zonewire('zone list', { ZONEWIRE_CONTROL: guardedUrl, ZONEWIRE_TOKEN: 'the-token' })).code).toBe(0);
  });

  it('address and token come from the configuration of the node', async () => {
    const file = join(folder, 'node.yaml');
    writeFileSync(
      file,
      `server: { listen: ["127.0.0.1:0"], data-dir: d }\ncontrol: { listen: "${new URL(guardedUrl).host}", token: the-token }\n`,
    );
    expect((await zonewire(`zone list -c ${file}`, {})).code).toBe(0);
  });
});

it('options may stand before the command', async () => {
  const after = await zonewire(`lag -o json --control ${url}`, {});
  expect(await zonewire(`-o json --control ${url} lag`, {})).toEqual(after);
  expect((await zonewire('--control=x lga', {})).err).toContain('no command "lga"; did you mean "lag"?');
});

it('what the node finds wrong with a request is wrong usage too', async () => {
  const { code, err } = await zonewire('zone list --state nosuch');
  expect([code, err]).toEqual([2, expect.stringContaining('state: ')]);
});

describe('wrong usage: exit 2 and one line that says what is right', () => {
  it.each([
    ['zone statsu', 'zonewire: there is no command "zone statsu"; did you mean "zone status"? (zonewire --help)\n'],
    ['lga', 'zonewire: there is no command "lga"; did you mean "lag"? (zonewire --help)\n'],
    ['frobnicate', 'zonewire: there is no command "frobnicate" (zonewire --help)\n'],
    ['zone status', 'zonewire: which zone? (zonewire zone list shows them)\n'],
    ['zone status a. b.', 'zonewire: "b." is one argument too many; see: zonewire zone status --help\n'],
    ['zone list --stat x', "zonewire: Unknown option '--stat'; see: zonewire zone list --help\n"],
    ['zone list -o yaml', 'zonewire: -o takes text or json, not "yaml"\n'],
    [
      'zone list --control ftp://x',
      'zonewire: "ftp://x" is not the address of a control API; write http://127.0.0.1:8053\n',
    ],
    ['run', 'zonewire: run needs a configuration: zonewire run -c FILE\n'],
    ['run -c x --log-level loud', 'zonewire: --log-level takes debug, info, warn, error, not "loud"\n'],
    ['config check', 'zonewire: which file? zonewire config check FILE\n'],
    ['key new --algorithm hmac-md5', /^zonewire: there is no algorithm "hmac-md5"; choose one of hmac-sha1, /],
    ['key new a..b', 'zonewire: a key\'s name is a domain name: the name "a..b" has an empty label\n'],
  ])('%s', async (args, expected) => {
    const { code, out, err } = await zonewire(args, {});
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(expected);
  });
});

describe('help', () => {
  it('lists every command, and has an example for each', async () => {
    const { code, out } = await zonewire('--help');
    expect(code).toBe(0);
    for (const command of COMMANDS) {
      expect(out).toContain(`zonewire ${command.name}`);
      const help = await zonewire(`${command.name} --help`);
      expect(help.code).toBe(0);
      expect(help.out).toContain('Example:\n  ');
      expect(help.out).toContain(command.example);
    }
    expect((await zonewire('zone')).out).toContain('zonewire zone status');
  });

  it('of one command', async () => {
    expect((await zonewire('zone reload --help')).out).toMatchInlineSnapshot(`
      "zonewire zone reload [ZONE]

      Read a zone file again; without ZONE: the configuration and every changed zone file.
      A broken file is refused with its line, and the version served stays. Without ZONE it does what SIGHUP does.

      Options:
            --discard-updates   take the file even where that loses dynamic updates made since it was last read
            --control URL       control API of the node (default: ZONEWIRE_CONTROL, or -c's, or http://127.0.0.1:8053)
            --token TOKEN       its token (default: ZONEWIRE_TOKEN)
        -c, --config FILE       configuration file of the node, to take its control address and token from
        -o, --output text|json  how to print (default: text)

      Example:
        zonewire zone reload example.test.
      "
    `);
  });
});

describe('config check', () => {
  it('prints every problem with its place: exit 2', async () => {
    const file = join(folder, 'bad.yaml');
    writeFileSync(file, 'server:\n  listen: ["127.0.0.1:5399"]\n  data-dir: ./d\n  wrokers: 2\nzonez: []\n');
    const { code, out, err } = await zonewire(`config check ${file}`);
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe(
      `error ${file}:4:3: unknown key "wrokers" in "server"; did you mean "workers"?\nerror ${file}:5:1: unknown key "zonez" at the top level; did you mean "zones"?\n${file}: 2 errors\n`,
    );
    const json = JSON.parse((await zonewire(`config check ${file} -o json`)).out);
    expect(json).toMatchObject({
      ok: false,
      problems: [
        { line: 4, column: 3 },
        { line: 5, column: 1 },
      ],
    });
  });

  it('says what is configured when it is fine', async () => {
    const file = join(folder, 'good.yaml');
    writeFileSync(file, 'server:\n  listen: ["127.0.0.1:5399"]\n  data-dir: ./d\n');
    expect(await zonewire(`config check -c ${file}`)).toEqual({
      code: 0,
      out: `${file}: fine: 0 zones (0 primary, 0 secondary), 0 keys\n`,
      err: `warning ${file}:1:1: there are no zones; every query will be refused\n`,
    });
  });
});

describe('key new', () => {
  it('prints a file that BIND and Zonewire both take', async () => {
    const { code, out } = await zonewire('key new Xfr.Example --algorithm hmac-sha512');
    expect(code).toBe(0);
    const keyFile = join(folder, 'xfr.example.key');
    writeFileSync(keyFile, out, { mode: 0o600 });
    await exec('named-checkconf', [keyFile]);
    const config = join(folder, 'key.yaml');
    writeFileSync(
      config,
      'server: { listen: ["127.0.0.1:5399"], data-dir: d }\nkeys:\n  - { id: xfr.example., algorithm: hmac-sha512, secret-file: xfr.example.key }\n',
    );
    expect((await zonewire(`config check ${config}`)).code).toBe(0);
    // The line for zonewire.yaml is the one this test wrote by hand.
    expect(out).toContain('{ id: xfr.example., algorithm: hmac-sha512, secret-file: ./xfr.example.key }');
    const key = JSON.parse((await zonewire('key new -o json')).out);
    expect(Buffer.from(key.secret, 'base64')).toHaveLength(32);
    expect(key.algorithm).toBe('hmac-sha256');
  });
});
