/**
 * Random requests against a real agent, made of its own OpenAPI document. Whatever comes, it answers with a status that the document
 * names, never with the text of an unforeseen failure, and goes on; what it refuses has changed nothing.
 */
import { Agent, request } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAgent, type TestAgent } from '../support/agent.js';
import { type Description, type FuzzRequest, requests } from './openapi-requests.js';

const total = Number(process.env.FUZZ_REQUESTS ?? 50_000);
const atOnce = 50;
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** A minute on a machine of its own. */
const testMs = 400_000;
const unforeseen = 'internal error; the log of the agent has the details';

let agent: TestAgent;
let description: Description;
const connections = new Agent({ keepAlive: true, maxSockets: atOnce });

beforeAll(async () => {
  console.log(`FUZZ_SEED=${seed}`);
  agent = await startAgent(['-dev', '-log-level=warn']);
  description = (await (await fetch(`${agent.http}/v1/openapi.json`)).json()) as Description;
});
afterAll(async () => {
  connections.destroy();
  await agent.stop();
});

interface Got {
  readonly status: number;
  readonly text: string;
}

function send({ method, path, headers, body }: FuzzRequest): Promise<Got> {
  return new Promise((resolve, reject) => {
    const length = body.length > 0 ? { 'content-length': String(body.length) } : {};
    const sent = request(`${agent.http}${path}`, { method, path, headers: { ...headers, ...length }, agent: connections }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    sent.setTimeout(15_000, () => sent.destroy(new Error('no answer within 15 seconds')));
    sent.on('error', (error) => reject(new Error(`${method} ${path}: ${error.message}`, { cause: error })));
    sent.end(body);
  });
}

/** Those of the document, and those of the door itself: no such path or method, a path that is to be cleaned, a form nobody reads. */
const statuses = new Set(['200', '301', '400', '401', '403', '404', '405', '408', '409', '413', '414', '415', '429', '431', '500', '503']);

const refused: FuzzRequest[] = [];

test(
  `${total} random requests: each is answered, and none surprises the agent`,
  async () => {
    const group = fc.array(requests(description), { minLength: atOnce, maxLength: atOnce });
    const counts = new Map<number, number>();
    const property = fc.asyncProperty(group, async (batch) => {
      const answers = await Promise.all(batch.map(send));
      for (const [i, { status, text }] of answers.entries()) {
        const sent = batch[i];
        if (sent === undefined) continue;
        counts.set(status, (counts.get(status) ?? 0) + 1);
        const shown = `${sent.method} ${sent.path} ${sent.body.toString('latin1')} -> ${status} ${text.slice(0, 300)}`;
        expect(statuses, shown).toContain(String(status));
        expect(text, shown).not.toContain(unforeseen);
        if (status >= 400 && !['GET', 'HEAD', 'OPTIONS'].includes(sent.method) && refused.length < 4000) refused.push(sent);
      }
    });
    await fc.assert(property, { seed, numRuns: Math.ceil(total / atOnce), endOnFailure: true });
    console.log(
      [...counts]
        .sort()
        .map(([status, count]) => `${status}: ${count}`)
        .join('  '),
    );
    expect(counts.get(200) ?? 0).toBeGreaterThan(total / 10);
    expect(agent.process.exitCode).toBeNull();
    expect(agent.output()).not.toMatch(/request failed|unhandled/i);
  },
  testMs,
);

const stores = ['kv/?recurse', 'catalog/nodes', 'catalog/services', 'session/list', 'agent/services', 'query', 'connect/intentions'];

async function contents(): Promise<string> {
  const answers = await Promise.all(stores.map((path) => fetch(`${agent.http}/v1/${path}`)));
  return (await Promise.all(answers.map(async (answer) => `${answer.headers.get('x-consul-index')} ${await answer.text()}`))).join('\n');
}

test(
  'what is refused changes nothing',
  async () => {
    const first = agent;
    agent = await startAgent(['-dev', '-log-level=warn']);
    await first.stop();
    let before = await contents();
    let unchanged = 0;
    for (const sent of refused) {
      const { status } = await send(sent);
      const after = status >= 400 && unchanged % 10 !== 0 ? before : await contents();
      if (status >= 400) expect(after, `${sent.method} ${sent.path} ${sent.body.toString('latin1')}`).toBe(before);
      if (status >= 400) unchanged += 1;
      before = after;
    }
    expect(unchanged).toBeGreaterThan(Math.min(100, total / 100));
  },
  testMs,
);
