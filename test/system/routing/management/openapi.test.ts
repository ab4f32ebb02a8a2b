import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openApiText } from '../../../../system/routing/management/openapi.ts';
import { managementPaths } from '../../../../system/routing/paths.ts';
import { Fab } from '../fakes/fab.ts';

const committed = '../../../../docs/management-openapi.json';

interface Described {
  readonly parameters?: readonly { readonly name: string; readonly required: boolean }[];
  readonly responses: Readonly<
    Record<
      string,
      { readonly content?: { readonly 'application/json': { readonly schema: Reference | AnyOf } } }
    >
  >;
}
interface Reference {
  readonly $ref: string;
}
interface AnyOf {
  readonly anyOf: readonly Reference[];
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, z.core.JSONSchema.JSONSchema>> };
}

const document: Document = JSON.parse(readFileSync(new URL(committed, import.meta.url), 'utf8'));
const schemas = new Map(
  Object.entries(document.components.schemas).map(([name, schema]) => [name, z.fromJSONSchema(schema)]),
);

/** Whether the document has this status for this operation, and the body is of a schema that it names. */
function isDescribed(path: string, method: string, status: number, body: unknown): string | true {
  const operation = document.paths[path]?.[method.toLowerCase()];
  if (operation === undefined)
    return [404, 405].includes(status) ? true : `${method} ${path} is not described`;
  const answer = operation.responses[String(status)];
  if (answer === undefined) return `${method} ${path} answered ${status}, which is not described`;
  const schema = answer.content?.['application/json'].schema;
  if (schema === undefined) return true;
  const references = 'anyOf' in schema ? schema.anyOf : [schema];
  const fits = references.some(
    ({ $ref }) => schemas.get($ref.slice('#/components/schemas/'.length))?.safeParse(body).success === true,
  );
  return fits
    ? true
    : `${method} ${path} ${status}: the body is of no described schema: ${JSON.stringify(body)}`;
}

test('the document in docs is the one that is served at /api/v1/routing/openapi.json', () => {
  expect(JSON.parse(openApiText())).toEqual(document);
});

test('describes every path, and every method that is answered', async () => {
  expect(Object.keys(document.paths).toSorted()).toEqual(Object.values(managementPaths).toSorted());
  const fab = new Fab(20);
  fab.startManagement();
  await fab.world.time.advance(100);
  for (const path of Object.values(managementPaths)) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'] as const) {
      const { status } = await fab.world.ask('management:8080', method, path);
      expect(status === 405, `${method} ${path}`).toBe(
        document.paths[path]?.[method.toLowerCase()] === undefined,
      );
    }
  }
});

describe('whatever is asked', () => {
  const fab = new Fab(20);
  beforeAll(async () => {
    fab.startManagement();
    await fab.world.time.advance(100);
  });

  const tool = fc.constantFrom('T0001', 'T0002', ' t0003 ', 'T0019', 'nobody', '');
  const requestId = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', '');
  const change = fc.record(
    {
      action: fc.constantFrom('expand_canary', 'reduce_canary', 'rollback', 'reset', 'promote', 'flip'),
      tools: fc.oneof(fc.array(tool, { maxLength: 30 }), fc.constantFrom(null, 'T0001', [1])),
      requestId,
      expectedRevision: fc.oneof(fc.nat({ max: 20 }), fc.constantFrom('1', 1.5, null)),
      stableColour: fc.constantFrom('blue', 'green', 'red'),
    },
    { requiredKeys: ['action', 'requestId'] },
  );
  const body = fc.oneof(
    { weight: 5, arbitrary: change.map((value) => JSON.stringify(value)) },
    fc
      .record({ stage: fc.string(), decision: fc.constantFrom('approved', 'maybe') })
      .map((value) => JSON.stringify(value)),
    fc
      .record({ requestId, decision: fc.constantFrom('release', 'discard', 'x') })
      .map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string(),
    fc.constant(''),
  );
  const query = fc.dictionary(
    fc.constantFrom('gateway', 'authority', 'revision', 'stage', 'count', 'after'),
    fc.oneof(fc.nat({ max: 30 }).map(String), fc.string({ maxLength: 5 })),
    { maxKeys: 3 },
  );

  test('the answer is described, and the list changes in no other way than the answer says', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(managementPaths), '/nothing'),
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
        query,
        body,
        async (path, method, values, text) => {
          const before = await fab.routing('GET', 'canary');
          const asked = `${path}?${new URLSearchParams(values).toString()}`;
          const { status, body: answer } = await fab.world.ask('management:8080', method, asked, text);
          expect(isDescribed(path, method, status, answer)).toBe(true);
          const after = await fab.routing('GET', 'canary');
          if (status !== 200 || method !== 'POST') expect(after.body).toEqual(before.body);
          seen.add(`${status}`);
        },
      ),
      { numRuns: 1500, seed: 7 },
    );
    for (const status of ['200', '304', '400', '404', '405', '409']) expect(seen).toContain(status);
  });
});
