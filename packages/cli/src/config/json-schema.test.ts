import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configJsonSchema } from './schema.ts';

it('zonewire.schema.json is current (write it again: node packages/cli/src/write-generated.ts)', () => {
  const committed = readFileSync(new URL('../../zonewire.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(committed)).toEqual(configJsonSchema());
});
