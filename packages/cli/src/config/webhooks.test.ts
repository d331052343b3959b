import { describe, expect, it } from 'vitest';
import { loadConfig } from './load.ts';
import { problemText } from './problem.ts';
import { isUnencrypted, parseWebhookUrl } from './webhooks.ts';

const SECRET = 'thirty-two octets of a secret !!';

function load(webhooks: string, secret = SECRET) {
  const text = `server: { listen: ["127.0.0.1:53"], data-dir: ./data }
remotes: [{ id: hub, address: ["127.0.0.1:5300"] }]
acls: [{ id: all, address: [127.0.0.0/8], action: [notify] }]
zones: [{ domain: example.test, primary: [hub], acl: [all] }]
webhooks:
${webhooks}`;
  const contents: Record<string, string> = { '/etc/zw.yaml': text, '/etc/hook.secret': `${secret}\n` };
  const loaded = loadConfig('/etc/zw.yaml', {
    readText(path) {
      if (contents[path] === undefined) throw Object.assign(new Error('no file'), { code: 'ENOENT' });
      return contents[path];
    },
    mode: () => 0o600,
  });
  const place = (line: string) => line.replace('/etc/zw.yaml:', '');
  return loaded.ok
    ? { webhooks: loaded.config.webhooks, warnings: loaded.warnings.map(problemText).map(place) }
    : { problems: loaded.problems.map(problemText).map(place) };
}

it('a webhook as short as can be', () => {
  expect(load('  - { url: "https://hooks.example/zw", secret-file: hook.secret, on: [behind, recovered] }')).toEqual({
    warnings: [],
    webhooks: [
      {
        id: 'hooks.example',
        url: 'https://hooks.example/zw',
        secret: new Uint8Array(Buffer.from(SECRET)),
        on: ['behind', 'recovered'],
        zones: undefined,
        hold: 60,
      },
    ],
  });
});

it('and with all there is', () => {
  const { webhooks } = load(
    '  - { id: pager, url: "https://h/", secret-file: hook.secret, on: [expired], zones: [Example.TEST], hold: 5m }',
  );
  expect(webhooks).toMatchObject([{ id: 'pager', zones: ['example.test.'], hold: 300 }]);
});

it.each([
  ['{ url: "https://h/", on: [behind] }', ['6:5: a webhook needs the key "secret-file"; it must be text']],
  ['{ url: "https://h/", secret-file: none, on: [behind] }', ['6:39: cannot read /etc/none: there is no such file']],
  ['{ url: "https://h/", secret-file: hook.secret, on: [] }', ['6:52: on must name at least one of']],
  ['{ url: "https://h/", secret-file: hook.secret, on: [late] }', ['6:53: must be one of behind']],
  [
    '{ url: "http://hooks.example/", secret-file: hook.secret, on: [behind] }',
    ['6:12: url: "http://hooks.example/" would be sent unencrypted'],
  ],
  [
    '{ url: "https://h/", secret-file: hook.secret, on: [behind], zones: [other.test.] }',
    ['6:70: zones: other.test. is not among the zones'],
  ],
])('%s', (webhook, expected) => {
  const { problems } = load(`  - ${webhook}`);
  expect(problems).toEqual(expected.map((text) => expect.stringContaining(text.slice(text.indexOf(' ') + 1))));
});

it('two of one name are told apart by an id', () => {
  const one = '  - { url: "https://h/a", secret-file: hook.secret, on: [behind] }\n';
  expect(load(one + one.replace('/a', '/b')).problems).toEqual([
    '7:5: there are two webhooks called "h"; give each an id of its own',
  ]);
  expect(load(one + one.replace('{ url', '{ id: b, url')).webhooks).toHaveLength(2);
});

it('an empty secret is refused, a short one is warned of', () => {
  const hook = '  - { url: "https://h/", secret-file: hook.secret, on: [behind] }';
  expect(load(hook, '').problems).toEqual([expect.stringContaining('hook.secret is empty')]);
  expect(load(hook, 'short').warnings).toEqual([expect.stringContaining('has only 5 octets')]);
});

describe('where it may go', () => {
  it.each([
    ['https://hooks.example/x?y=1', false],
    ['http://127.0.0.1:8080/', false],
    ['http://localhost/', false],
    ['http://[::1]:9/', false],
    ['http://10.1.2.3/', true],
    ['http://192.168.1.1/', true],
    ['http://[fd00::1]/', true],
  ])('%s', (url, unencrypted) => {
    expect(parseWebhookUrl(url)).toMatchObject({ ok: true });
    expect(isUnencrypted(url)).toBe(unencrypted);
  });

  it.each([
    'http://192.0.2.1/',
    'http://172.32.0.1/',
    'http://[2001:db8::1]/',
    'http://10.0.0.1.example/',
    'http://localhost.example/',
    'ftp://127.0.0.1/',
    'https://user:secret@hooks.example/',
    'https://hooks.example/#x',
    'hooks.example/x',
    '',
  ])('not %j', (url) => {
    const parsed = parseWebhookUrl(url);
    expect(parsed.ok).toBe(false);
    expect(JSON.stringify(parsed)).not.toContain('secret@');
  });

  it('http to a private address is warned of', () => {
    const { warnings } = load('  - { url: "http://10.1.2.3/", secret-file: hook.secret, on: [behind] }');
    expect(warnings).toEqual([expect.stringContaining('is sent unencrypted to another machine')]);
  });
});
