/** A value of a wrong type at any place of any body is a 400 that names the place: the places are taken from the description of the API. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeApi } from '../../../src/http/openapi.js';
import { routes } from '../../../src/http/routes.js';
import type { JsonSchema } from '../../../src/model/json-schema.js';
import { type Fake, send, startFake } from './fake-agent.js';

let fake: Fake;
beforeAll(async () => {
  fake = await startFake();
});
afterAll(() => fake.server.stop());

interface Wrong {
  readonly body: unknown;
  /** Ends the name of the place. */
  readonly at: string;
}

const depthMax = 7;

/** Each a body with one wrong value. @param within puts a value at this place into a whole body */
function* wrongBodies(schema: JsonSchema, within: (value: unknown) => unknown, at: string, depth = 0): Generator<Wrong> {
  if (depth > depthMax || schema.const !== undefined) return;
  const { type, items, properties, additionalProperties, oneOf } = schema;
  if (oneOf) {
    for (const one of oneOf) yield* wrongBodies(one, within, at, depth);
    return;
  }
  const kind = typeof type === 'string' ? type : type?.[0];
  if (kind === undefined) return; // anything goes
  if (kind !== 'object' && kind !== 'array') return yield { body: within({ wrong: 1 }), at };
  if (depth > 0) yield { body: within(isScalar(items) ? { wrong: 1 } : 7), at };
  if (kind === 'array') {
    yield { body: within([null]), at };
    yield* wrongBodies(items ?? {}, (value) => within([value]), at, depth + 1);
  } else if (properties) {
    const kindOf = Object.entries(properties).flatMap(([name, one]) => (one.const === undefined ? [] : [[name, one.const]]));
    const fixed = Object.fromEntries(kindOf);
    for (const [name, one] of Object.entries(properties))
      yield* wrongBodies(one, (value) => within({ ...fixed, [name]: value }), name, depth + 1);
  } else if (additionalProperties) yield* wrongBodies(additionalProperties, (value) => within({ k: value }), at, depth + 1);
}

/** Entries take a scalar for a list of one. */
function isScalar(items: JsonSchema | undefined): boolean {
  const type = items?.type;
  return type !== undefined && type !== 'object' && type !== 'array';
}

const bodies = Object.entries(describeApi(routes).paths).flatMap(([path, operations]) =>
  Object.entries(operations).flatMap(([method, { requestBody }]) => {
    const content = (requestBody as { content?: Record<string, { schema: JsonSchema }> } | undefined)?.content?.['application/json'];
    return content ? [{ method: method.toUpperCase(), path, schema: content.schema }] : [];
  }),
);

test.each(bodies)('$method $path', async ({ method, path, schema }) => {
  const target = `${path.replace(/\{\w+\}/, 'x')}?source=a&destination=b`;
  const wrong = [...wrongBodies(schema, (value) => value, '')];
  expect(wrong.length).toBeGreaterThan(0);
  const before = fake.writes.length;
  const surprises: unknown[] = [];
  for (const { body, at } of wrong) {
    const sent = Buffer.from(JSON.stringify(body));
    const { status, text } = await send(fake.base, target, { method, headers: { 'content-length': String(sent.length) }, body: sent });
    if (status !== 400 || !text.includes(at)) surprises.push({ body: JSON.stringify(body), status, text });
  }
  expect(surprises).toEqual([]);
  expect(fake.writes.length).toBe(before);
});
