/** A source that goes, comes, goes for long, or answers nonsense: files stay, the log is short, and the process stays as small as it was. */
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually, freePort, startAgent } from '../support/agent.js';
import { cpuMs, openDescriptors, residentBytes } from '../support/process-figures.js';
import { TemplateProgram } from '../support/template-program.js';

const withinMs = 20_000;
let program: TemplateProgram;
beforeEach(() => {
  program = new TemplateProgram();
});
afterEach(() => program.remove());

const put = (http: string, key: string, value: string) => fetch(`${http}/v1/kv/${key}`, { method: 'PUT', body: value });
const countOf = (text: string, part: RegExp) => [...text.matchAll(new RegExp(part, 'g'))].length;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Ten templates that share three watches: a tree, a service and a key. */
function configure(address: string): void {
  const kinds = ['{{range tree "app"}}{{.Key}}={{.Value}};{{end}}', '{{range service "web"}}{{.Port}};{{end}}', '{{key "app/x"}}'];
  mkdirSync(program.at('out'));
  const templates = Array.from(
    { length: 10 },
    (_, i) =>
      `[[template]]\nname = "t${i}"\ncontents = '${kinds[i % kinds.length]}'\ndest = "@out/${i}"\nreload_cmd = "echo x >> @reloads"\n`,
  );
  program.write('t.toml', `state_dir = "@state"\n[agent]\naddress = "${address}"\n${templates.join('')}`);
}

test('an agent that is killed and started twenty times on its port costs one line each time, no file, no connection and no memory', {
  timeout: 600_000,
}, async () => {
  const httpPort = await freePort();
  const flags = ['-server', '-bootstrap', '-node=flaps', `-data-dir=${program.at('data')}`];
  let agent = await startAgent(flags, {}, [], { httpPort });
  try {
    await put(agent.http, 'app/x', '0');
    await fetch(`${agent.http}/v1/agent/service/register`, { method: 'PUT', body: '{"Name": "web", "Port": 8080}' });
    configure(agent.http);
    const run = program.start(['-config', program.at('t.toml')]);
    for (const [name, text] of [
      ['out/9', 'x=0;'],
      ['out/1', '8080;'],
      ['out/2', '0'],
    ] as const)
      await program.shows(name, text);
    await eventually(() => expect(countOf(run.output(), /Reload succeeded/)).toBe(10), { withinMs });
    expect(program.read('reloads')).toBe('x\n'.repeat(10));
    const [sockets, said] = [openDescriptors(run), run.output().length];
    let memory = 0;
    for (let turn = 1; turn <= 20; turn++) {
      const lines = run.output().length;
      await agent.stop('SIGKILL');
      await eventually(() => expect(run.output().slice(lines)).toContain('trying again'), { withinMs });
      agent = await startAgent(flags, {}, [], { httpPort });
      await eventually(() => expect(run.output().slice(lines)).toContain('answered again'), { withinMs });
      expect(countOf(run.output().slice(lines), /trying again/), run.output().slice(lines)).toBe(1);
      if (turn === 3) memory = residentBytes(run);
    }
    expect(program.read('reloads')).toBe('x\n'.repeat(10));
    expect(run.output().slice(said)).not.toMatch(/WARN|has been updated|there was something/);
    await put(agent.http, 'app/x', 'after');
    await program.shows('out/9', 'x=after;');
    await program.shows('out/2', 'after');
    await eventually(() => expect(openDescriptors(run)).toBeLessThanOrEqual(sockets), { withinMs });
    expect(residentBytes(run) - memory).toBeLessThan(25 * 1024 * 1024);
    const before = cpuMs(run);
    await pause(3_000);
    expect(cpuMs(run) - before).toBeLessThanOrEqual(100);
  } finally {
    await agent.stop();
  }
});

test('an agent that is not there at the start is waited for without a busy loop, and files of an earlier run stay', async () => {
  const httpPort = await freePort();
  configure(`http://127.0.0.1:${httpPort}`);
  program.write('out/0', 'of an earlier run');
  const run = program.start(['-config', program.at('t.toml')]);
  await eventually(() => expect(run.output()).toContain('trying again'), { withinMs });
  const [before, sockets] = [cpuMs(run), openDescriptors(run)];
  await pause(8_000);
  expect(cpuMs(run) - before).toBeLessThanOrEqual(300);
  // Each of the three watches may be trying at this moment.
  expect(openDescriptors(run)).toBeLessThanOrEqual(sockets + 3);
  expect(countOf(run.output(), /trying again/)).toBe(1);
  expect(program.read('out/0')).toBe('of an earlier run');
  const agent = await startAgent(['-dev'], {}, [], { httpPort });
  try {
    await put(agent.http, 'app/x', '1');
    await program.shows('out/0', 'x=1;');
  } finally {
    await agent.stop();
  }
});

describe('an agent that goes for a while, however the program is run', () => {
  test.each<{ name: string; flags: (http: string) => readonly string[] }>([
    { name: 'a confd directory, followed', flags: () => ['-watch'] },
    { name: 'a confd directory, in rounds', flags: () => ['-interval', '1'] },
    { name: 'two nodes that are both away', flags: () => ['-watch', '-node', 'http://127.0.0.1:1'] },
    { name: 'two nodes that are both away, in rounds', flags: () => ['-interval', '1', '-node', 'http://127.0.0.1:1'] },
  ])('$name: one line for each address, the file stays, and it recovers', async ({ flags }) => {
    const httpPort = await freePort();
    const agentFlags = ['-server', '-bootstrap', '-node=away', `-data-dir=${program.at('data')}`];
    let agent = await startAgent(agentFlags, {}, [], { httpPort });
    try {
      await put(agent.http, 'app/x', '1');
      for (const name of ['a', 'b']) {
        program.write(
          `conf.d/${name}.toml`,
          `[template]\nsrc = "${name}"\ndest = "@${name}"\nkeys = ["/app/${name === 'a' ? '' : 'x'}"]\n`,
        );
        program.write(`templates/${name}`, '{{getv "/app/x"}}');
      }
      const common = ['-confdir', program.directory, '-config-file', program.at('confd.toml'), '-node', agent.http];
      const run = program.start([...common, ...flags(agent.http)]);
      await program.shows('a', '1');
      await program.shows('b', '1');
      const said = run.output().length;
      await agent.stop('SIGKILL');
      await eventually(() => expect(run.output().slice(said)).toMatch(/ERROR/), { withinMs });
      await pause(5_000);
      const addresses = run
        .output()
        .slice(said)
        .match(/http:..127\.0\.0\.1:\d+(?=\S* does not answer|\/v1)/g);
      const errors = countOf(run.output().slice(said), /ERROR/);
      expect(errors, run.output().slice(said)).toBeLessThanOrEqual(new Set(addresses).size);
      agent = await startAgent(agentFlags, {}, [], { httpPort });
      await put(agent.http, 'app/x', '2');
      await program.shows('a', '2');
      await program.shows('b', '2');
      expect(run.child.exitCode).toBeNull();
    } finally {
      await agent.stop();
    }
  });

  test("consul-template's files", async () => {
    const httpPort = await freePort();
    program.write('a.ctmpl', '{{key "app/x"}}');
    program.write('out', 'earlier');
    const run = program.start(['-consul-addr', `127.0.0.1:${httpPort}`, '-template', `${program.at('a.ctmpl')}:${program.at('out')}`]);
    await eventually(() => expect(run.output()).toMatch(/does not answer/), { withinMs });
    await pause(3_000);
    expect(countOf(run.output(), /does not answer/), run.output()).toBe(1);
    expect([run.child.exitCode, program.read('out')]).toEqual([null, 'earlier']);
    const agent = await startAgent(['-dev'], {}, [], { httpPort });
    try {
      await put(agent.http, 'app/x', '1');
      await program.shows('out', '1');
    } finally {
      await agent.stop();
    }
  });
});

describe('an agent that comes back with an empty store', () => {
  test('empties no file of a tree, a service or items, and removes none; the next data count again', async () => {
    const httpPort = await freePort();
    const serve = (http: string) => fetch(`${http}/v1/agent/service/register`, { method: 'PUT', body: '{"Name": "web", "Port": 8080}' });
    let agent = await startAgent(['-dev'], {}, [], { httpPort });
    try {
      await put(agent.http, 'app/a', '1');
      await put(agent.http, 'vhosts/a', '1');
      await serve(agent.http);
      mkdirSync(program.at('out'));
      const templates = {
        tree: 'contents = \'{{range tree "app"}}{{.Key}}={{.Value}};{{end}}\'',
        ls: 'contents = \'{{range ls "app"}}{{.Key}}={{.Value}};{{end}}\'\ndialect = "consul-template"',
        gets: 'contents = \'{{range gets "/*"}}{{.Key}}={{.Value}};{{end}}\'\nkeys = ["/"]\nprefix = "/app"',
        service: 'contents = \'{{range service "web"}}{{.Port}};{{end}}\'',
        handlebars: 'src = "a.hbs"',
      };
      program.write('a.hbs', '{{#each (tree "app")}}{{this.Key}}={{this.Value}};{{/each}}');
      const resources = Object.entries(templates).map(([name, text]) => `[[template]]\nname = "${name}"\n${text}\ndest = "@out/${name}"\n`);
      const items =
        '[[template]]\nname = "items"\ncontents = "{{.item.value}}"\nfor_each = "tree vhosts"\ndest = "@out/vhosts/{{item.key}}"\n';
      const instances =
        '[[template]]\nname = "instances"\ncontents = "{{.item.Port}}"\nfor_each = "service web"\ndest = "@out/web/{{item.key}}"\n';
      program.write('t.toml', `state_dir = "@state"\n[agent]\naddress = "${agent.http}"\n${resources.join('')}${items}${instances}`);
      const expected = {
        'out/tree': 'a=1;',
        'out/ls': 'a=1;',
        'out/gets': '/a=1;',
        'out/service': '8080;',
        'out/handlebars': 'a=1;',
        'out/vhosts/a': '1',
        'out/web/web': '8080',
      };
      const files = () => Object.fromEntries(Object.keys(expected).map((name) => [name, program.read(name)]));
      const run = program.start(['-config', program.at('t.toml')]);
      await eventually(() => expect(files(), run.output()).toEqual(expected), { withinMs });

      await agent.stop('SIGKILL');
      agent = await startAgent(['-dev'], {}, [], { httpPort });
      await eventually(
        () => expect(countOf(run.output(), /WARNING .*there was something and now there is nothing/), run.output()).toBe(7),
        { withinMs },
      );
      await pause(1_000);
      expect(files()).toEqual(expected);
      expect(countOf(run.output(), /there was something and now there is nothing/)).toBe(7);

      // The same after a restart of ours, for what is written down on the disk: the files of items.
      await run.stop('SIGTERM');
      const again = program.start(['-config', program.at('t.toml')]);
      await eventually(() => expect(countOf(again.output(), /there is no item any more; 1 files? stays? /), again.output()).toBe(2), {
        withinMs,
      });
      expect([program.read('out/vhosts/a'), program.read('out/web/web')]).toEqual(['1', '8080']);
      // Of anything else nobody knows that there was something; that it was empty is said.
      await eventually(() => expect(again.output()).toMatch(/out\/tree has been updated changed="start, nothing in keys below .*app/), {
        withinMs,
      });
      await eventually(() => expect(again.output()).toMatch(/out\/service has been updated changed="start, nothing in service .*web/), {
        withinMs,
      });

      await put(agent.http, 'app/b', '2');
      await put(agent.http, 'vhosts/b', '2');
      await serve(agent.http);
      await program.shows('out/tree', 'b=2;');
      await program.shows('out/vhosts/b', '2');
      await eventually(() => expect(program.read('out/vhosts/a')).toBeUndefined(), { withinMs });
    } finally {
      await agent.stop();
    }
  });
});

describe('something at the address of the agent that answers 200', () => {
  let server: Server;
  let answer: { readonly body: string; readonly headers: Record<string, string> };
  let requests = 0;
  let isHonest = true;
  const open = new Set<NodeJS.Timeout>();
  beforeEach(async () => {
    [isHonest, requests] = [true, 0];
    server = createServer((request, response) => {
      requests += 1;
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://a');
      if (!isHonest) return response.writeHead(200, answer.headers).end(answer.body);
      if (searchParams.get('index') === '10') return open.add(setTimeout(() => response.writeHead(200).end('[]'), 60_000));
      response.writeHead(200, { 'X-Consul-Index': '10', 'Content-Type': 'application/json' }).end(honest(pathname));
      return undefined;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    for (const timer of open) clearTimeout(timer);
    open.clear();
    server.closeAllConnections();
    server.close();
  });

  const honest = (path: string) => {
    const entry = (Key: string) => ({ Key, Value: 'MQ==', Flags: 0, LockIndex: 0, CreateIndex: 9, ModifyIndex: 9 });
    const Node = {
      ID: 'n',
      Node: 'n',
      Address: '127.0.0.1',
      Datacenter: 'dc1',
      TaggedAddresses: null,
      Meta: null,
      CreateIndex: 1,
      ModifyIndex: 1,
    };
    const Service = { ID: 'web', Service: 'web', Tags: [], Address: '', Meta: {}, Port: 8080, Weights: { Passing: 1, Warning: 1 } };
    return JSON.stringify(path.startsWith('/v1/health') ? [{ Node, Service, Checks: [] }] : [entry('app/x')]);
  };

  const json = { 'Content-Type': 'application/json' };
  test.each<{ name: string; body: string; headers: Record<string, string>; isAgents?: boolean }>([
    { name: 'a page for people', body: '<html>welcome</html>', headers: { 'Content-Type': 'text/html' } },
    { name: 'nothing at all', body: '', headers: {} },
    { name: 'nothing at all, with an index', body: '', headers: { 'X-Consul-Index': '11' } },
    { name: 'null', body: 'null', headers: json },
    // A list without entries, as some agents write it: held by whoever had something in it, the truth to others.
    { name: 'null with an index', body: 'null', headers: { ...json, 'X-Consul-Index': '11' }, isAgents: true },
    { name: 'an empty list without an index', body: '[]', headers: json },
    { name: 'an object', body: '{}', headers: { ...json, 'X-Consul-Index': '11' } },
    { name: 'a list of nonsense', body: '[1, null, "x", {}]', headers: { ...json, 'X-Consul-Index': '11' } },
    { name: 'half of JSON', body: '[{"Key": "app/', headers: { ...json, 'X-Consul-Index': '11' } },
    { name: 'an index that is no number', body: '[]', headers: { ...json, 'X-Consul-Index': 'twelve' } },
    { name: 'bytes', body: '\u0000\u0001\ufffd', headers: {} },
  ])('$name: files stay, and it is not asked without end', async ({ body, headers, isAgents }) => {
    configure(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const run = program.start(['-config', program.at('t.toml')]);
    for (const [name, text] of [
      ['out/9', 'x=1;'],
      ['out/1', '8080;'],
      ['out/2', '1'],
    ] as const)
      await program.shows(name, text);
    answer = { body, headers };
    isHonest = false;
    const [said, before] = [run.output().length, requests];
    server.closeAllConnections();
    // A process that has never had anything else, beside files of an earlier one.
    for (let i = 0; i < 10; i++) program.write(`old/${i}`, 'earlier');
    program.write('fresh.toml', (program.read('t.toml') ?? '').replaceAll('/out/', '/old/'));
    const fresh = program.start(['-config', program.at('fresh.toml')]);
    await eventually(() => expect(run.output().slice(said)).toMatch(/files stay as they are/), { withinMs });
    if (!isAgents) await eventually(() => expect(fresh.output()).toMatch(/files stay as they are/), { withinMs });
    await pause(2_000);
    if (!isAgents) expect(Array.from({ length: 10 }, (_, i) => program.read(`old/${i}`))).toEqual(Array(10).fill('earlier'));
    await fresh.stop('SIGKILL');
    expect(run.child.exitCode).toBeNull();
    expect(requests - before, `${requests - before} requests`).toBeLessThan(120);
    expect([program.read('out/9'), program.read('out/1'), program.read('out/2')], run.output()).toEqual(['x=1;', '8080;', '1']);
    expect(countOf(run.output().slice(said), /files stay as they are/), run.output().slice(said)).toBeLessThanOrEqual(8);
  });

  test('an index that goes up and down, as of two clusters behind one address: it is not asked without end', async () => {
    configure(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const run = program.start(['-config', program.at('t.toml')]);
    await program.shows('out/9', 'x=1;');
    isHonest = false;
    answer = {
      body: honest('/v1/kv'),
      get headers() {
        return { ...json, 'X-Consul-Index': requests % 2 === 0 ? '50' : '100' };
      },
    };
    server.closeAllConnections();
    await pause(500);
    const [before, cpu, began] = [requests, cpuMs(run), performance.now()];
    await pause(3_000);
    const perSecond = ((requests - before) * 1000) / (performance.now() - began);
    expect(perSecond, `${requests - before} requests, ${cpuMs(run) - cpu} ms CPU`).toBeLessThan(60);
    expect(program.read('out/9')).toBe('x=1;');
  });
});
