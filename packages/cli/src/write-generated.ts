// Writes the four committed documents that are made from the code: node packages/cli/src/write-generated.ts
import { writeFileSync } from 'node:fs';
import { delegationDocument } from '@zonewire/delegation';
import { checksDocument } from '@zonewire/zone';
import { configJsonSchema } from './config/schema.ts';
import { openApiDocument } from './control/openapi.ts';
import { allRoutes } from './control/server.ts';
import { VERSION } from './version.ts';

const write = (name: string, value: object) =>
  writeFileSync(new URL(`../${name}`, import.meta.url), `${JSON.stringify(value, null, 2)}\n`);

write('zonewire.schema.json', configJsonSchema());
write('openapi.json', openApiDocument(allRoutes(), VERSION));
writeFileSync(new URL('../../../docs/checks.md', import.meta.url), checksDocument());
writeFileSync(new URL('../../../docs/delegation.md', import.meta.url), delegationDocument());
