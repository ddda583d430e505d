/** Many templates over few prefixes: one watch for each prefix, and a change wakes only those who use it. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually, freePort, startAgent, type TestAgent } from '../support/agent.js';
import { TemplateProgram } from '../support/template-program.js';

const [templates, prefixes, withinMs] = [500, 50, 30_000];
let agent: TestAgent;
let counter: Counter;
let program: TemplateProgram;

/** A relay in front of the agent that counts. */
class Counter {
  requests: string[] = [];
  readonly sockets = new Set<Socket>();
  mostSockets = 0;
  readonly #server: Server;

  constructor(target: number) {
    this.#server = createServer((inner) => {
      this.sockets.add(inner);
      this.mostSockets = Math.max(this.mostSockets, this.sockets.size);
      const outer = connect(target, '127.0.0.1');
      inner.on('data', (chunk) => {
        for (const [, path = ''] of chunk.toString('latin1').matchAll(/^GET (\S+)/gm)) this.requests.push(path);
      });
      inner.on('error', () => outer.destroy()).on('close', () => outer.destroy() && this.sockets.delete(inner));
      outer.on('error', () => inner.destroy()).on('close', () => inner.destroy());
      inner.pipe(outer).pipe(inner);
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }
}

beforeAll(async () => {
  agent = await startAgent();
});
afterAll(() => agent.stop());
beforeEach(() => {
  program = new TemplateProgram();
  counter = new Counter(Number(new URL(agent.http).port));
});
afterEach(async () => {
  await program.remove();
  counter.close();
});

const put = (key: string, value: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: value });
/** Resource -> how often it was rendered. */
async function renderings(port: number): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const counts = text.matchAll(/^mesh_template_render_seconds_count\{resource=".*?(\d+)\.toml"\} (\d+)$/gm);
  return new Map([...counts].map(([, name = '', count]) => [name, Number(count)]));
}
const outputs = () => readdirSync(program.at('out')).filter((name) => !name.startsWith('.'));
const stamps = () => new Map(outputs().map((name) => [name, statSync(program.at(`out/${name}`)).ino] as const));

test(`${templates} templates on ${prefixes} prefixes hold ${prefixes} connections or fewer, and wake only those affected`, async () => {
  await Promise.all(Array.from({ length: prefixes }, (_, i) => put(`p${i}/value`, '1')));
  program.write('out/.keep', '');
  for (let i = 0; i < templates; i++) {
    program.write(`conf.d/${i}.toml`, `[template]\nsrc = "t.tmpl"\ndest = "@out/${i}"\nkeys = ["/p${i % prefixes}/"]\n`);
  }
  program.write('templates/t.tmpl', '{{range gets "/*/*"}}{{.Key}}={{.Value}}\n{{end}}');
  const statusPort = await freePort();
  program.start([
    '-status-addr',
    `127.0.0.1:${statusPort}`,
    '-confdir',
    program.directory,
    '-config-file',
    program.at('confd.toml'),
    '-node',
    await counter.listen(),
    '-log-level',
    'error',
  ]);
  await eventually(() => expect(outputs()).toHaveLength(templates), { withinMs });
  // Each question waits now: an answer at once, and then one that is held.
  await eventually(() => expect(counter.requests.filter((path) => path.includes('index='))).toHaveLength(prefixes), { withinMs });
  expect(counter.mostSockets).toBeLessThanOrEqual(prefixes);
  expect(counter.requests).toHaveLength(2 * prefixes);

  const [before, rendered] = [stamps(), await renderings(statusPort)];
  expect(rendered.size).toBe(templates);
  counter.requests = [];
  await put('p7/value', '2');
  const touched = Array.from({ length: templates / prefixes }, (_, i) => `${7 + i * prefixes}`);
  await eventually(
    () => expect(touched.map((name) => readFileSync(program.at(`out/${name}`), 'utf8'))).toEqual(touched.map(() => '/p7/value=2\n')),
    { withinMs },
  );
  await eventually(() => expect(counter.requests).toHaveLength(1), { withinMs });
  expect(counter.requests[0]).toMatch(/^\/v1\/kv\/p7\?.*index=\d+/);
  const after = stamps();
  expect(
    [...after]
      .filter(([name, inode]) => before.get(name) !== inode)
      .map(([name]) => name)
      .sort(),
  ).toEqual(touched.sort());
  const renderedAfter = await renderings(statusPort);
  const renderedAgain = [...renderedAfter].filter(([name, count]) => count !== rendered.get(name));
  expect(renderedAgain.map(([name, count]) => [name, count - (rendered.get(name) ?? 0)]).sort()).toEqual(
    touched.map((name) => [name, 1]).sort(),
  );
  expect(counter.mostSockets).toBeLessThanOrEqual(prefixes);
});
