import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { VERSION } from '../version.ts';
import { openApiDocument } from './openapi.ts';
import { allRoutes } from './server.ts';

const committed = new URL('../../openapi.json', import.meta.url);
const document = openApiDocument(allRoutes(), VERSION) as { paths: object; components: { schemas: object } };

it('openapi.json is current (write it again: node packages/cli/src/write-generated.ts)', () => {
  expect(JSON.parse(readFileSync(committed, 'utf8'))).toEqual(JSON.parse(JSON.stringify(document)));
});

it('every reference leads to a schema', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
  expect(references.length).toBeGreaterThan(3);
  for (const [, id] of references) expect(Object.keys(document.components.schemas)).toContain(id);
});
