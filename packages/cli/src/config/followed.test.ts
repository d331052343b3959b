import { expect, it } from 'vitest';
import { loadConfig } from './load.ts';
import { problemText } from './problem.ts';

/** A configuration whose one remote has this `control`. */
function load(control: string, token = 'a-token\n') {
  const text = `server: { listen: ["127.0.0.1:53"], data-dir: data }
remotes:
  - { id: fra1, address: ["192.0.2.1"], control: ${control} }
`;
  const loaded = loadConfig('/etc/z.yaml', {
    readText: (path) => (path === '/etc/z.yaml' ? text : token),
    mode: () => 0o600,
  });
  return loaded.ok
    ? { followed: loaded.config.followed, warnings: loaded.warnings.map(problemText).slice(1) }
    : { problems: loaded.problems.map(problemText) };
}

it('a secondary whose receipts are followed, with its token', () => {
  expect(load('{ url: "https://fra1.example:8053/", token-file: fra1.token }')).toEqual({
    followed: [{ id: 'fra1', url: 'https://fra1.example:8053', token: 'a-token' }],
    warnings: [],
  });
});

it('on this machine without a token, without a warning', () => {
  expect(load('{ url: "http://127.0.0.1:8053" }')).toEqual({
    followed: [{ id: 'fra1', url: 'http://127.0.0.1:8053', token: undefined }],
    warnings: [],
  });
});

it('a token that goes unencrypted to another machine is warned of', () => {
  const { warnings } = load('{ url: "http://192.0.2.1:8053", token-file: t }');
  expect(warnings?.join()).toMatch(/remote fra1: its token goes unencrypted to http:\/\/192\.0\.2\.1:8053/);
});

it.each([
  ['{ url: "fra1:8053" }', /"fra1:8053" is no URL of a control API/],
  ['{ url: "http://fra1/api" }', /has a path; write only http:\/\/fra1/],
  ['{ url: "http://u:geheim@fra1" }', /holds a password; put the token into token-file/],
  ['{ token-file: t }', /url/],
  ['{ url: "http://fra1", tokenfile: t }', /tokenfile/],
])('%s', (control, words) => {
  const { problems } = load(control);
  expect(problems?.join()).toMatch(words);
  expect(problems?.join()).not.toContain('geheim');
});

it('an empty token file is an error', () => {
  expect(load('{ url: "http://fra1", token-file: t }', '\n').problems?.join()).toMatch(
    /t is empty; put the token of fra1 into it/,
  );
});
