/** mesh-template used wrongly: what is said names what was given, where it is, and the way out; and the exit status is the documented one. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'mesh-misuse-'));
const program = join(process.cwd(), 'bin/mesh-template');
const isRoot = process.getuid?.() === 0;

beforeAll(() => {
  const file = (name: string, text: string | Buffer) => writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'empty.d'));
  mkdirSync(join(folder, 'closed.d'));
  file('empty.toml', '');
  file('binary.toml', Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 7 + 200) % 256)));
  file('wrong.toml', '[[template]]\nsrc = \n');
  file('ours.toml', '[[template]]\nsrc = "a.tmpl"\ndest = "out"\n');
  file('itself.toml', '[[template]]\nsrc = "itself.tmpl"\ndest = "out"\n');
  file('itself.tmpl', '{{include "itself.tmpl"}}');
  file('circle.toml', '[[template]]\nsrc = "one.hbs"\ndest = "out"\n');
  file('one.hbs', '{{> two}}');
  file('two.hbs', '{{> one}}');
  file('nothing.toml', '[[template]]\nsrc = "nosuch.tmpl"\ndest = "out"\n');
  file('directory.toml', '[[template]]\nsrc = "empty.d"\ndest = "out"\n');
  file('large.toml', `${`# ${'x'.repeat(98)}\n`.repeat(100_000)}nope nope\n`);
  file('a.tmpl', '{{getv "/a" "d"}}');
  chmodSync(join(folder, 'closed.d'), 0);
  // Whoever is not root has to get as far as the directory that is closed.
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly status: number;
  readonly text: string;
}

function run(words: readonly string[], user: { readonly uid?: number; readonly gid?: number } = {}): Promise<Ended> {
  const env = { PATH: process.env.PATH, XDG_STATE_HOME: join(folder, 'state'), CONSUL_HTTP_ADDR: '127.0.0.1:1' };
  return new Promise((done) => {
    execFile(process.execPath, [program, ...words], { cwd: folder, timeout: 120_000, env, ...user }, (error, out, err) =>
      done({ status: error ? Number(error.code) : 0, text: out + err }),
    );
  });
}

/** No row may end with a stack trace, whatever else it says. */
async function expectSaid(words: readonly string[], { status, said }: { readonly status: number; readonly said: string }): Promise<void> {
  const ended = await run(words);
  expect(ended.text).not.toMatch(/^ {4}at /m);
  expect(ended.text).toContain(said);
  expect(ended.status).toBe(status);
}

describe('flags and words that there are not', () => {
  test.each([
    ['plan --nosuch', 1, 'flag provided but not defined: -nosuch\n"mesh-template plan -help" tells more.'],
    ['check --nosuch', 1, 'flag provided but not defined: -nosuch\n"mesh-template check -help" tells more.'],
    ['plan extra', 1, 'unexpected argument: extra'],
    ['convert --nosuch', 1, 'flag provided but not defined: -nosuch\nUsage: mesh-template convert PATH'],
    ['convert', 1, 'convert takes one file or directory'],
    ['test --nosuch', 2, 'flag provided but not defined: -nosuch\nUsage: mesh-template test'],
    ['test', 2, 'test takes files or directories'],
    ['render --nosuch', 2, 'flag provided but not defined: -nosuch\nUsage: mesh-template render'],
    ['render', 2, 'render takes one file'],
    ['render --missing=foo a.tmpl', 2, 'invalid value "foo" for flag -missing: must be one of wait, fail, empty'],
    ['render --wait-timeout=x a.tmpl', 2, 'invalid value "x" for flag -wait-timeout: time: invalid duration "x"'],
    ['status --nosuch', 2, 'flag provided but not defined: -nosuch\nUsage: mesh-template status'],
    ['status a b', 2, 'status takes one resource at most'],
    ['fleet --nosuch', 2, 'flag provided but not defined: -nosuch\nUsage: mesh-template fleet'],
    ['rollout', 2, 'Usage: mesh-template rollout status|resume|abort [options] LOCK'],
    ['rollout status', 2, 'name one lock, such as rollout/nginx'],
    ['nosuch', 2, 'unexpected argument: nosuch'],
    ['-once -template a.tmpl:out -wait 5', 13, 'missing unit in duration "5"\nUsage: mesh-template [options]'],
    ['-once -template a.tmpl:out -kill-signal NOPE', 13, 'invalid signal "NOPE"\nUsage: mesh-template [options]'],
    ['plan -template a.tmpl:out -wait 5', 1, 'missing unit in duration "5"'],
  ] as const)('%s', (words, status, said) => expectSaid(words.split(' '), { status, said }));
});

describe('files that cannot be what they are named for', () => {
  test.each([
    ['plan -config nosuch.toml', 1, 'nosuch.toml: no such file or directory'],
    ['check -offline -config nosuch.toml', 1, 'nosuch.toml: no such file or directory'],
    ['-onetime -config nosuch.toml', 1, 'FATAL nosuch.toml: no such file or directory'],
    ['test nosuch.toml', 1, 'FAIL nosuch.toml: no such file or directory'],
    ['convert nosuch.toml', 1, 'nosuch.toml: no such file or directory'],
    ['convert a.tmpl/x', 1, 'a.tmpl/x: not a directory'],
    ['render nosuch.tmpl', 1, 'open nosuch.tmpl: no such file or directory'],
    ['render empty.d', 1, 'open empty.d: is a directory'],
    ['render --data nosuch.json a.tmpl', 1, 'data nosuch.json: no such file or directory'],
    ['render --data empty.d a.tmpl', 1, 'data empty.d: is a directory'],
    ['render --data empty.toml a.tmpl', 1, 'data empty.toml: Unexpected end of JSON input'],
    ['plan -confdir a.tmpl/x', 0, "Warning: Cannot load template resources: confdir 'a.tmpl/x' does not exist"],
    ['-onetime -config-file empty.d', 1, 'FATAL cannot read empty.d: is a directory'],
    ['check -offline -config empty.toml', 0, 'Warning: Found no templates'],
    ['test empty.d', 1, 'there is no test in empty.d; tests are [[test]] tables'],
    ['test empty.toml', 1, 'FAIL empty.toml: line 1: there is no "config"'],
    ['convert empty.d', 1, 'empty.d: there is nothing in it; a directory of confd or of consul-template is wanted'],
    ['convert empty.toml', 1, 'empty.toml: there is no [template] table'],
    ['convert ours.toml', 1, 'ours.toml: it is one of our own already, with [[template]]'],
    ['plan -config binary.toml', 1, 'which cannot stand here (line 1, column 1)'],
    ['test binary.toml', 1, 'FAIL binary.toml: '],
    ['convert binary.toml', 1, 'binary.toml: '],
    [
      'check -offline -config wrong.toml',
      1,
      'wrong.toml: expected a value, found the end of the line; texts stand in quotes (line 2, column 7)',
    ],
    ['check -offline -config large.toml', 1, 'large.toml: expected ".", "=", or [ \\t], found "n" (line 100001, column 6)'],
    ['plan -backend env -config itself.toml', 1, 'include cycle detected: '],
    ['plan -backend env -config circle.toml', 1, 'template: one.hbs: nested too deep'],
    ['check -offline -config nothing.toml', 1, 'Missing template: '],
    ['plan -backend env -config directory.toml', 1, 'empty.d: is a directory'],
  ] as const)('%s', (words, status, said) => expectSaid(words.split(' '), { status, said }));

  // Root may read everything: there these are run as nobody.
  const user = isRoot ? { uid: 65_534, gid: 65_534 } : {};
  test.each([
    ['plan -config closed.d', 1, 'closed.d: permission denied'],
    ['check -offline -config closed.d', 1, 'closed.d: permission denied'],
    ['-once -config closed.d', 15, 'closed.d: permission denied'],
    ['-onetime -confdir closed.d', 1, 'FATAL closed.d/conf.d: permission denied'],
    ['test closed.d', 1, 'FAIL closed.d: permission denied'],
    ['convert closed.d', 1, 'closed.d: permission denied'],
    ['plan -confdir closed.d', 1, 'closed.d/conf.d: permission denied'],
    ['plan -config closed.d/x.hcl', 1, 'closed.d/x.hcl: permission denied'],
    ['render closed.d/a.tmpl', 1, 'open closed.d/a.tmpl: permission denied'],
  ])('without permission: %s', async (words, status, said) => {
    // A checkout below root's own home is out of reach for anybody else.
    if ((await run(['-version'], user)).status !== 0) return;
    const ended = await run(words.split(' '), user);
    expect(ended.text).toContain(said);
    expect(ended.text).not.toMatch(/^ {4}at /m);
    expect(ended.status).toBe(status);
  });
});

test.each(['plan', 'check', 'test', 'convert', 'render', 'status', 'fleet', 'rollout', 'versions', 'rollback', 'resume'])(
  '%s --help tells how it is used, and that is no mistake',
  async (command) => {
    const { status, text } = await run([command, '--help']);
    expect(text).toMatch(new RegExp(`^Usage: mesh-template ${command}\\b`));
    expect(status).toBe(0);
  },
);
