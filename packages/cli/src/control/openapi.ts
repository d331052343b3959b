import { z } from 'zod';
import { problemSchema } from './problem.ts';
import type { Route } from './route.ts';

type JsonSchema = Record<string, unknown>;

/** The OpenAPI 3.1 document of the routes. Schemas with an id become components. */
export function openApiDocument(routes: readonly Route[], version: string): JsonSchema {
  const components: Record<string, JsonSchema> = {};
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema => {
    const {
      $schema: _,
      $defs,
      ...rest
    } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' }) as JsonSchema & {
      $defs?: Record<string, JsonSchema>;
    };
    for (const [id, definition] of Object.entries($defs ?? {})) components[id] = toComponents(definition);
    return toComponents(rest);
  };
  const problem = { 'application/problem+json': { schema: schemaOf(problemSchema, 'output') } };
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    paths[route.path][route.method.toLowerCase()] = {
      operationId: route.id,
      summary: route.summary,
      ...(route.open ? { security: [] } : {}),
      ...parameters(route, schemaOf),
      ...(route.body
        ? {
            requestBody: {
              required: !route.bodyOptional,
              content: { 'application/json': { schema: schemaOf(route.body, 'input') } },
            },
          }
        : {}),
      responses: {
        200: answer(route, schemaOf),
        default: { description: 'Anything else', content: problem },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Zonewire control API', version, license: { name: 'MIT', identifier: 'MIT' } },
    security: [{ apiKey: [] }, { bearer: [] }],
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
      schemas: components,
    },
  };
}

type SchemaOf = (schema: z.ZodType, io: 'input' | 'output') => JsonSchema;

function parameters(route: Route, schemaOf: SchemaOf): JsonSchema {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    description: route.parameters?.[name] ?? 'Name of the zone; "=2E" for the root.',
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(route.query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    schema: schemaOf(schema as z.ZodType, 'input'),
  }));
  const all = [...inPath, ...inQuery];
  return all.length === 0 ? {} : { parameters: all };
}

function answer(route: Route, schemaOf: SchemaOf): JsonSchema {
  if ('mediaType' in route.answer) {
    const { mediaType, description } = route.answer;
    return { description, content: { [mediaType.split(';')[0]]: { schema: { type: 'string' } } } };
  }
  return { description: 'Done', content: { 'application/json': { schema: schemaOf(route.answer, 'output') } } };
}

/** zod refers to `#/$defs/X`; OpenAPI keeps shared schemas below components. */
function toComponents(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
