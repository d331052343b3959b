import { expect, it } from 'vitest';
import { loadConfig } from './load.ts';
import { problemText } from './problem.ts';

function load(replicas: string, remote = '') {
  const text = `server: { listen: ["127.0.0.1:53"], data-dir: data }
replicas: ${replicas}
remotes:
  - { id: fra1, address: ["192.0.2.1"] ${remote} }
  - { id: sin1, address: ["192.0.2.2"] }
`;
  const loaded = loadConfig('/etc/z.yaml', { readText: () => text, mode: () => 0o600 });
  return loaded.ok ? loaded.config.comparing : loaded.problems.map(problemText).join('\n');
}

it('how often copies are compared, how large they may be, and whose are not', () => {
  expect(load('{ compare-interval: 12h, compare-max-size: 1MiB }', ', compare: false')).toEqual({
    interval: 43_200_000,
    maxOctets: 1_048_576,
    off: new Set(['fra1']),
  });
  expect(load('{ compare-interval: 0 }', ', compare: true')).toEqual({ interval: 0, off: new Set() });
  expect(load('{}')).toEqual({ off: new Set() });
});

it('what is no duration, size or yes or no is refused with its place', () => {
  expect(load('{ compare-interval: often }')).toMatch(/compare-interval.*duration/);
  expect(load('{ compare-max-size: large }')).toMatch(/compare-max-size.*size/);
  expect(load('{}', ', compare: never')).toMatch(/compare.*true or false/);
});
