import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { agentFlags, requestOf } from '../../../src/config/flags.js';
import { type LoadRequest, loadConfig, type Machine, nothingRequested } from '../../../src/config/load.js';
import type { RuntimeConfig } from '../../../src/config/runtime-config.js';
import { parseArguments } from '../../../src/lib/argv.js';
import { MeshError } from '../../../src/model/errors.js';

const machine: Machine = {
  hostName: 'host',
  interfaces: [
    { name: 'lo', address: '127.0.0.1', family: 'IPv4', internal: true },
    { name: 'eth0', address: '10.1.2.3', family: 'IPv4', internal: false },
  ],
};
let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-config-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(files: Readonly<Record<string, unknown>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  }
}

function load(request: Partial<LoadRequest> = {}): RuntimeConfig {
  return loadConfig({ ...nothingRequested, devMode: true, paths: [directory], ...request }, machine);
}

function loadFlags(...argv: string[]): RuntimeConfig {
  return loadConfig(requestOf(parseArguments(agentFlags, argv)), machine);
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof MeshError) return error.message.replaceAll(directory, 'DIR');
    throw error;
  }
  return 'accepted';
}

describe('sources', () => {
  test('files of a directory count in byte order of their names, and what is no configuration is skipped with a warning', () => {
    write({ '10.json': { datacenter: 'second' }, '9.json': { datacenter: 'last' }, 'A.json': { node_name: 'capital' }, 'notes.txt': 'x' });
    write({ 'below/x.json': { datacenter: 'below' }, '.hidden.json': { node_meta: { hidden: 'yes' } }, 'empty.json': '' });
    const config = load();
    expect(config.datacenter).toBe('last');
    expect(config.nodeName).toBe('capital');
    expect(config.settings.node_meta).toEqual({ hidden: 'yes' });
    expect(config.warnings).toEqual([
      `skipping file ${join(directory, 'notes.txt')}, extension must be .hcl or .json, or config format must be set`,
    ]);
  });

  test('a link to a file is followed and its target decides the format, a link to a directory is not', () => {
    write({ 'real/x.hcl': 'datacenter = "linked"', 'c/more.json': {} });
    symlinkSync(join(directory, 'real/x.hcl'), join(directory, 'c/l.json'));
    symlinkSync(join(directory, 'real'), join(directory, 'c/m.json'));
    expect(load({ paths: [join(directory, 'c')] }).datacenter).toBe('linked');
  });

  test('a path that is not there is an error that names it', () => {
    expect(refusal(() => load({ paths: [join(directory, 'none.json')] }))).toBe(
      'config: Open failed on DIR/none.json. open DIR/none.json: no such file or directory',
    );
  });

  test('a JSON mistake is told with file, line and column', () => {
    write({ 'a.json': '{\n  "server": true,\n}' });
    expect(refusal(load)).toBe(
      "failed to parse DIR/a.json: invalid character '}' looking for beginning of object key string (line 3, column 1)",
    );
  });

  test('a forced format reads every file', () => {
    write({ 'a.conf': 'datacenter = "one"', b: 'node_meta { b = "two" }' });
    const config = load({ format: 'hcl' });
    expect([config.datacenter, config.settings.node_meta]).toEqual(['one', { b: 'two' }]);
  });
});

describe('merging', () => {
  test('scalars are replaced, lists strung together, maps laid over each other, services joined', () => {
    write({
      '1.json': { recursors: ['10.0.0.1', '10.0.0.2'], node_meta: { a: '1', b: '1' }, service: { name: 'one' }, log_level: 'warn' },
      '2.json': { recursors: ['10.0.0.9', '10.0.0.1'], node_meta: { b: '2' }, services: [{ name: 'two' }], service: { name: 'three' } },
    });
    const config = load();
    expect(config.recursors).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.9']);
    expect(config.settings.node_meta).toEqual({ a: '1', b: '2' });
    expect(config.services.map(({ ID }) => ID)).toEqual(['one', 'two', 'three']);
    expect(config.settings.log_level).toBe('warn');
  });

  test('the SOA record is one value', () => {
    write({ '1.json': { dns_config: { soa: { refresh: 11, retry: 12 } } }, '2.json': { dns_config: { soa: { retry: 22 } } } });
    expect(load().settings['dns_config.soa']).toMatchObject({ refresh: undefined, retry: 22 });
  });

  test('null counts as not given, false and 0 as given', () => {
    write({ '1.json': { server: null, ui_config: { enabled: false }, ports: { dns: 0 } } });
    const { settings, given } = load();
    expect([settings.server, settings['ui_config.enabled'], settings['ports.dns']]).toEqual([true, false, 0]);
    expect(given.has('server')).toBe(false);
  });

  test('old names give their value to the new ones and are warned about', () => {
    write({ '1.json': { ui: true, ui_content_path: '/old/' }, '2.json': { ui_config: { content_path: '/new/' } } });
    const { settings, warnings } = load();
    expect(settings['ui_config.content_path']).toBe('/new/');
    expect(warnings).toContain("The 'ui' field is deprecated. Use the 'ui_config.enabled' field instead.");
  });
});

describe('flags', () => {
  test('a scalar flag beats every file, a list flag comes before those of files, a fragment beats both', () => {
    write({ 'a.json': { datacenter: 'file', recursors: ['10.0.0.1'], node_meta: { a: 'file', f: 'file' }, ports: { dns: 1 } } });
    const config = loadFlags(
      ...['-dev', '-datacenter', 'flag', '-config-dir', directory, '-recursor=10.0.0.7', '-node-meta', 'a:flag', '-node-meta=bare'],
      ...['--dns-port=2', '-hcl', 'ports { dns = 3 }', '-hcl=node_name = "fragment"', '-node=flag'],
    );
    expect(config.datacenter).toBe('flag');
    expect(config.recursors).toEqual(['10.0.0.7', '10.0.0.1']);
    expect(config.settings.node_meta).toEqual({ a: 'flag', f: 'file', bare: '' });
    expect(config.settings['ports.dns']).toBe(3);
    expect(config.nodeName).toBe('fragment');
  });

  test('-dc is short for -datacenter', () => {
    expect(loadFlags('-dev', '-dc=x').datacenter).toBe('x');
  });

  test('a duration that makes no sense is told as in a file', () => {
    expect(refusal(() => loadFlags('-dev', '-default-query-time=soon'))).toBe(
      '1 error occurred:\n\t* default_query_time: invalid duration: "soon": time: invalid duration "soon"\n\n',
    );
  });

  test('every option flag is in the table under one name only', () => {
    expect(Object.keys(agentFlags)).toEqual(expect.arrayContaining(['dev', 'http-port', 'retry-join', 'non-voting-server', 'syslog']));
  });
});

test.each([
  {
    name: 'an unknown key names the nearest',
    file: { datacentre: 'x' },
    text: 'invalid config key datacentre (did you mean "datacenter"?)',
  },
  {
    name: 'a key with nothing near it',
    file: { zzzzzz: 1 },
    text: 'failed to parse DIR/a.json: 1 error occurred:\n\t* invalid config key zzzzzz\n\n',
  },
  {
    name: 'a key inside a service',
    file: { service: { name: 'x', prot: 1 } },
    text: 'invalid config key service.prot (did you mean "service.port"?)',
  },
  {
    name: 'a wrong kind names the key',
    file: { ports: { http: '85x' } },
    text: "* 'ports.http' expected type 'int', got unconvertible type 'string', value: '85x'",
  },
  { name: 'a list where a scalar belongs', file: { node_name: ['a', 'b'] }, text: "'node_name' expected type 'string'" },
  { name: 'two servers on one port', file: { ports: { http: 8600 } }, text: 'HTTP address 127.0.0.1:8600 already configured for DNS' },
  {
    name: 'a port that does not exist',
    file: { ports: { http: 70_000 } },
    text: '1 error occurred:\n\t* ports.http: invalid port: 70000\n\n',
  },
  { name: 'an address that is none', file: { bind_addr: '1.2.3' }, text: 'bind_addr cannot be empty' },
  { name: 'several mistakes together', file: { check_update_interval: '5', session_ttl_min: 'q' }, text: '2 errors occurred:' },
])('refused: $name', ({ file, text }) => {
  write({ 'a.json': file });
  expect(refusal(load)).toContain(text);
});

test('without a data directory only -dev can start', () => {
  expect(refusal(() => loadConfig(nothingRequested, machine))).toBe('data_dir cannot be empty');
});

test('listening everywhere, the one private address is told to others', () => {
  const { addresses } = loadFlags('-data-dir', directory, '-server', '-bootstrap-expect=1');
  expect(addresses).toMatchObject({ bind: '0.0.0.0', advertiseLan: '10.1.2.3', client: ['127.0.0.1'] });
  expect(addresses.tagged).toEqual({ lan: '10.1.2.3', lan_ipv4: '10.1.2.3', wan: '10.1.2.3', wan_ipv4: '10.1.2.3' });
});

test('servers stay when interrupted, clients leave when terminated', () => {
  const server = loadFlags('-dev');
  const client = loadFlags('-data-dir', directory, '-bind=127.0.0.1');
  expect([server.leaveOnTerminate, server.skipLeaveOnInterrupt]).toEqual([false, true]);
  expect([client.leaveOnTerminate, client.skipLeaveOnInterrupt]).toEqual([true, false]);
});

test('the configuration is frozen', () => {
  const config = loadFlags('-dev');
  expect(Object.isFrozen(config) && Object.isFrozen(config.settings)).toBe(true);
});
