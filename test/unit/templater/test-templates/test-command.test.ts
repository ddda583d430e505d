import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProcessParts } from '../../../../templater/process.js';
import { testCommand } from '../../../../templater/test-templates/test-command.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-golden-'));
  mkdirSync(join(directory, 'tests'));
  write('mesh-template.toml', config);
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
const read = (name: string) => readFileSync(join(directory, name), 'utf8');
const run = async (...argv: string[]) => {
  let output = '';
  const print = (text: string | Uint8Array) => {
    output += text;
  };
  const parts = { print, printError: print, environment: {} } as unknown as ProcessParts;
  const status = await testCommand([...argv, join(directory, 'tests')], parts);
  return { status, output: output.replaceAll(`${directory}/`, '') };
};

const config = `
[[template]]
name = "web"
contents = """
port {{getv "/app/port"}}
{{range service "web"}}server {{.Address}}:{{.Port}} {{.Node}} {{.Tags}};
{{end}}{{getenv "ZONE"}} {{timestamp "unix"}}
"""
keys = ["/app"]
dest = "/etc/web.conf"

[[template]]
name = "vhosts"
contents = "{{.item.value}}"
for_each = "tree vhosts"
dest = "/etc/vhosts/{{item.key}}"
`;
const passing = `
config = "../mesh-template.toml"

# Two servers, one of them failing.
[[test]]
name = "servers"
keys = { app = { port = 80 }, "vhosts/a" = "A" }
env = { ZONE = "z1" }
now = "2026-01-31T12:00:00Z"
[[test.service]]
name = "web"
address = "10.0.0.1"
port = 8080
tags = ["b", "a"]
[[test.service]]
name = "web"
status = "critical"
[test.expect]
"/etc/web.conf" = """
port 80
server 10.0.0.1:8080 node-1 [a b];
z1 1769860800
"""
"/etc/vhosts/a" = "A"

# A port has to be there.
[[test]]
name = "no port"
resources = ["web"]
error = "key does not exist: /app/port"
`;

describe('mesh-template test', () => {
  test('tests that pass are counted', async () => {
    write('tests/a.toml', passing);
    expect(await run()).toEqual({ status: 0, output: '2 tests: 2 passed, 0 failed\n' });
  });

  test('what differs is shown as a diff', async () => {
    write('tests/a.toml', passing.replace('port 80\nserver', 'port 81\nserver').replace('"/etc/vhosts/a"', '"/etc/vhosts/b"'));
    expect(await run()).toEqual({
      status: 1,
      output: `FAIL tests/a.toml: servers
  --- /etc/web.conf (expected)
  +++ /etc/web.conf (rendered)
  @@ -1,3 +1,3 @@
  -port 81
  +port 80
   server 10.0.0.1:8080 node-1 [a b];
   z1 1769860800
  /etc/vhosts/b was expected and is not made
  /etc/vhosts/a is made and was not expected
2 tests: 1 passed, 1 failed
`,
    });
  });

  test('an error that was not expected, and one that did not come, are told', async () => {
    write('tests/a.toml', passing.replace('port = 80', 'x = 1').replace('does not exist', 'is odd'));
    const { status, output } = await run();
    expect(status).toBe(1);
    expect(output).toMatch(/FAIL tests\/a\.toml: servers\n {2}web: .*key does not exist: \/app\/port\n/);
    expect(output).toMatch(/an error with "key is odd: \/app\/port" was to come, and this came:\n {2}web: .*key does not exist/);
  });

  test('-update writes what is rendered, and leaves the rest of the file as it is', async () => {
    const [before = '', after = ''] = passing.split(/\[test\.expect\][\s\S]*?\n(?=\n# A port)/);
    for (const stale of [passing.replace('port 80\nserver', 'port 81\nserver'), `${before}${after}`]) {
      write('tests/a.toml', stale);
      expect(await run('-update')).toEqual({ status: 0, output: '2 tests: 2 passed, 0 failed, 1 updated\n' });
      expect(read('tests/a.toml')).toBe(
        `${before}[test.expect]\n"/etc/web.conf" = '''\nport 80\nserver 10.0.0.1:8080 node-1 [a b];\nz1 1769860800\n'''\n"/etc/vhosts/a" = "A"\n${after}`,
      );
      expect((await run()).status).toBe(0);
    }
  });

  test('-run chooses tests by their names', async () => {
    write('tests/a.toml', passing.replace('port 80\nserver', 'port 81\nserver'));
    expect(await run('-run', 'no port')).toEqual({ status: 0, output: '1 test: 1 passed, 0 failed\n' });
  });

  test.each([
    { text: 'x = 1', error: /tests\/a\.toml: line 1: unknown key "x"/ },
    { text: 'config = "../mesh-template.toml"\n[[test]]\nkey = {}', error: /line 3: unknown key "key", did you mean "keys"\?/ },
    { text: 'config = "../mesh-template.toml"\n[[test]]\n[[test.service]]\nport = 1', error: /line 3: a service must have a "name"/ },
    { text: 'config = "../none.toml"\n[[test]]', error: /none\.toml: no such file or directory/ },
    { text: 'config = ', error: /tests\/a\.toml: .*line 1/ },
    { text: 'config = "../mesh-template.toml"', error: /there is no test in tests; tests are/ },
    { text: 'config = "../mesh-template.toml"\n[[test]]\nresources = ["none"]', error: /there is no resource "none"/ },
  ])('$text fails with the place', async ({ text, error }) => {
    write('tests/a.toml', text);
    const { status, output } = await run();
    expect(status).toBe(1);
    expect(output).toMatch(error);
  });

  test('arguments that make no sense are 2', async () => {
    const parts = { print: () => {}, printError: () => {}, environment: {} } as unknown as ProcessParts;
    expect(await testCommand([], parts)).toBe(2);
  });
});
