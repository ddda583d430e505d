/** A fleet with `deduplicate`: one process asks for a template, the others have its answers, whatever happens to it. */
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually, startAgent, type TestAgent } from '../support/agent.js';
import { type ProgramRun, TemplateProgram } from '../support/template-program.js';

const template = 'v={{ key "k" }}{{ range service "web" }} {{ .Port }}{{ end }}\n';
let agent: TestAgent;
beforeAll(async () => {
  agent = await startAgent();
});
afterAll(() => agent.stop());

let program: TemplateProgram;
let proxies: Server[];
beforeEach(async () => {
  program = new TemplateProgram();
  proxies = [];
  await put('k', '1');
  await call('PUT', '/v1/agent/service/register', JSON.stringify({ Name: 'web', Port: 80 }));
});
afterEach(async () => {
  await program.remove();
  for (const proxy of proxies) {
    proxy.closeAllConnections();
    proxy.close();
  }
  await call('DELETE', '/v1/kv/?recurse');
});

const call = (method: string, path: string, body?: string) =>
  fetch(`${agent.http}${path}`, { method, ...(body === undefined ? {} : { body }) });
const put = (key: string, value: string) => call('PUT', `/v1/kv/${key}`, value);
const dataKeys = async () => (await (await call('GET', '/v1/kv/consul-template/?keys')).json()) as string[];
const holderOf = async (key: string) => ((await (await call('GET', `/v1/kv/${key}`)).json()) as { Session: string }[])[0]?.Session;

/** A way to the agent that notes what was asked. */
async function spy(): Promise<{ readonly address: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((incoming, answer) => {
    asked.push(`${incoming.method} ${(incoming.url ?? '').split('?')[0]}`);
    const { method, url, headers } = incoming;
    const onward = request(`${agent.http}${url}`, { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  proxies.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function start(name: string, address: string, block = 'enabled = true', text = template): ProgramRun {
  program.write(`${name}.ctmpl`, text);
  program.write(
    `${name}.hcl`,
    `log_level = "info"\ndeduplicate { ${block} }\ntemplate {\n source = "@${name}.ctmpl"\n destination = "@${name}"\n}\n`,
  );
  return program.start(['-config', program.at(`${name}.hcl`), '-consul-addr', address]);
}

async function pair(block?: string, text?: string) {
  const [first, second] = [await spy(), await spy()];
  const leader = start('one', first.address, block, text);
  await eventually(() => expect(leader.output()).toContain('leads consul-template/dedup/'), { withinMs: 10_000 });
  await program.shows('one', 'v=1 80\n');
  const follower = start('two', second.address, block, text);
  await program.shows('two', 'v=1 80\n');
  return { first, second, leader, follower };
}

test('the others ask for nothing but the answers of the leader', async () => {
  const { first, second } = await pair();
  const [key = ''] = await dataKeys();
  expect(key).toMatch(/^consul-template\/dedup\/[0-9a-f]{32}\/data$/);
  await put('k', '2');
  await program.shows('one', 'v=2 80\n');
  await program.shows('two', 'v=2 80\n');
  expect(new Set(second.asked)).toEqual(new Set([`GET /v1/kv/${key}`]));
  expect(first.asked).toContain('GET /v1/kv/k');
});

test('another one leads at once when the leader ends, and the answers go with it', async () => {
  const { leader, follower, second } = await pair();
  leader.child.kill('SIGINT');
  expect(await leader.ended).toBe(12);
  await eventually(() => expect(follower.output()).toContain('leads consul-template/dedup/'), { withinMs: 10_000 });
  await put('k', '2');
  await program.shows('two', 'v=2 80\n');
  expect(second.asked).toContain('GET /v1/kv/k');
  follower.child.kill('SIGINT');
  await follower.ended;
  expect((await call('GET', '/v1/kv/consul-template/?keys')).status).toBe(404);
});

test('another one leads when the leader is killed and its session has run out', async () => {
  const { leader, follower } = await pair('ttl = "10s"');
  leader.child.kill('SIGKILL');
  await put('k', '2');
  await eventually(() => expect(follower.output()).toContain('leads consul-template/dedup/'), { withinMs: 30_000 });
  await program.shows('two', 'v=2 80\n');
});

test('a leader whose key was deleted, or whose session was ended, has one successor', async () => {
  const { leader, follower } = await pair();
  const leads = () => [leader, follower].map((run) => run.output().split('leads consul-template').length - 1);
  await call('DELETE', '/v1/kv/consul-template?recurse');
  await eventually(() => expect(leads().reduce((a, b) => a + b)).toBe(2), { withinMs: 10_000 });
  const [key = ''] = await dataKeys();
  await call('PUT', `/v1/session/destroy/${await holderOf(key)}`);
  await eventually(() => expect(leads().reduce((a, b) => a + b)).toBe(3), { withinMs: 10_000 });
  await put('k', '2');
  for (const name of ['one', 'two']) await program.shows(name, 'v=2 80\n');
});

test('a process that needs what the leader does not asks for that by itself', async () => {
  const text = 'v={{ key (env "WHICH") }} 80\n';
  await put('a', '1');
  await put('b', '2');
  const config = (name: string) => {
    program.write('t.ctmpl', text);
    return ['-consul-addr', agent.http, '-dedup', '-template', `${program.at('t.ctmpl')}:${program.at(name)}`];
  };
  program.start(config('one'), { WHICH: 'a' });
  await program.shows('one', 'v=1 80\n');
  program.start(config('two'), { WHICH: 'b' });
  await program.shows('two', 'v=2 80\n');
});

test('answers that are too large for a key, or cannot be read, are asked for by everybody', async () => {
  const value = Array.from({ length: 60_000 }, () => Math.random().toString(36))
    .join('')
    .slice(0, 500_000);
  await put('big/a', value);
  await put('big/b', [...value].reverse().join(''));
  const text = 'v=1 80\n{{ range tree "big" }}{{ .Value }}\n{{ end }}';
  program.write('big.ctmpl', text);
  const flags = (name: string) => ['-consul-addr', agent.http, '-dedup', '-template', `${program.at('big.ctmpl')}:${program.at(name)}`];
  const leader = program.start(flags('one'));
  await eventually(() => expect(leader.output()).toContain('too large for one key'), { withinMs: 10_000 });
  program.start(flags('two'));
  await eventually(() => expect(program.read('two')).toBe(program.read('one')), { withinMs: 10_000 });
  const [key = ''] = await dataKeys();
  await call('PUT', `/v1/kv/${key}?acquire=${await holderOf(key)}`, 'not a document');
  const third = program.start(flags('three'));
  await eventually(() => expect(program.read('three')).toBe(program.read('one')), { withinMs: 10_000 });
  await eventually(() => expect(third.output()).toContain('what its leader wrote cannot be read'), { withinMs: 10_000 });
});

test('-once and -dry leave nothing for others', async () => {
  program.write('t.ctmpl', template);
  const flags = ['-consul-addr', agent.http, '-dedup', '-once', '-template', `${program.at('t.ctmpl')}:${program.at('out')}`];
  expect((await program.once(flags)).exit).toBe(0);
  expect(program.read('out')).toBe('v=1 80\n');
  expect((await call('GET', '/v1/kv/consul-template/?keys')).status).toBe(404);
});
