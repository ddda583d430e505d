import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.js';
import { runRender } from '../../../../templater/render/command.js';
import { agrees, type RecordedCase, recordedCases } from '../recordings.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-render-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

interface Run {
  readonly exit: number;
  readonly output: string;
  readonly error: string;
}

async function run(argv: readonly string[], input = ''): Promise<Run> {
  const output: Buffer[] = [];
  let error = '';
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(input);
    // Pieces that end anywhere, also in the middle of a character.
    for (let start = 0; start < bytes.length; start += 1000) yield bytes.subarray(start, start + 1000);
  }
  const exit = await runRender(argv, {
    environment: () => undefined,
    clock: systemClock,
    random: () => 0.5,
    input: chunks(),
    write: (bytes) => output.push(Buffer.from(bytes)),
    writeError: (text) => {
      error += text;
    },
  });
  return { exit, output: Buffer.concat(output).toString(), error };
}

function file(name: string, text: string): string {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
}

describe('render FILE', () => {
  test('prints the rendered template', async () => {
    const template = file('a.tmpl', '<{{.a}}> {{printf "%d" .n}}');
    const data = file('data.json', '{"a":"x","n":3}');
    expect(await run(['--data', data, '--numbers=int', template])).toEqual({ exit: 0, output: '<x> 3', error: '' });
  });

  test('a template error is exit 1 and names the file’s base name', async () => {
    const template = file('a.tmpl', '{{if}}');
    expect(await run([template])).toEqual({ exit: 1, output: '', error: 'template: a.tmpl:1: missing value for if\n' });
  });

  test('the options of Go templates', async () => {
    const template = file('a.tmpl', '<<.x>>');
    const failed = await run(['--left-delim=<<', '--right-delim', '>>', '--missingkey=error', '--data', file('d', '{}'), template]);
    expect(failed.error).toBe('template: a.tmpl:1:2: executing "a.tmpl" at <.x>: map has no entry for key "x"\n');
  });

  test('the name of the file tells the syntax', async () => {
    expect((await run([file('a.hbs', '{{toUpper "x"}}')])).output).toBe('X');
    expect((await run([file('a.ctmpl', '{{"a,b" | split "," | join "-"}}')])).output).toBe('a-b');
  });

  test('data of an agent need an agent', async () => {
    const { exit, error } = await run([file('a.ctmpl', '{{key "x"}}')]);
    expect([exit, error]).toEqual([1, 'template: a.ctmpl:1:2: no agent to ask; name one with -consul-addr\n']);
  });

  test.each([
    [['--syntax=perl', 'x'], 'syntax'],
    [['--nope', 'x'], 'nope'],
    [[], 'one file'],
  ])('%j makes no sense', async (argv, word) => {
    const { exit, error } = await run(argv);
    expect(exit).toBe(2);
    expect(error).toContain(word);
  });

  test('files that are not there', async () => {
    expect(await run([join(directory, 'none')])).toMatchObject({ exit: 1, error: expect.stringContaining('no such file or directory') });
  });
});

describe('render --batch', () => {
  const cases = recordedCases('go-template');
  const requestOf = ({ template, data, numbers, missingkey, delims }: RecordedCase) => ({ template, data, numbers, missingkey, delims });

  test('answers the recorded cases', async () => {
    const input = cases.map((recorded, id) => `${JSON.stringify({ id, ...requestOf(recorded) })}\n`).join('');
    const { exit, output } = await run(['--batch'], input);
    expect(exit).toBe(0);
    const answers = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const wrong = cases.filter((recorded, id) => {
      const answer = answers.find((one) => one.id === id);
      const bytes = answer.output_base64 ? Buffer.from(answer.output_base64, 'base64') : Buffer.from(answer.output ?? '');
      return !agrees(recorded, 'error' in answer ? { error: answer.error } : { bytes });
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  test('other syntaxes, keys, environment, names and mistakes', async () => {
    const requests = [
      { id: 1, syntax: 'confd', template: '{{getv "/a/b"}}{{getenv "E"}}', keys: { 'a/b': 'v' }, env: { E: 'e' } },
      { id: 2, syntax: 'handlebars', template: '{{toUpper x}}', data: { x: 'y' } },
      { id: 3, template: '{{nope}}', name: 'n.tmpl' },
      { id: 4, syntax: 'perl', template: '' },
      {
        id: 5,
        syntax: 'consul-template',
        template: '<<env "E">>',
        env: { E: 'e' },
        config: 'left_delimiter = "<<"\nright_delimiter = ">>"',
      },
    ];
    const { output } = await run(['--batch'], `${requests.map((request) => JSON.stringify(request)).join('\n')}\n{"id":`);
    const answers = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers.slice(0, 5)).toEqual([
      { id: 1, output: 've' },
      { id: 2, output: 'Y' },
      { id: 3, error: 'template: n.tmpl:1: function "nope" not defined' },
      { id: 4, error: 'syntax must be one of go, confd, consul-template, handlebars' },
      { id: 5, output: 'e' },
    ]);
    expect(answers[5]).toMatchObject({ id: null, error: expect.any(String) });
  });
});

describe('data that are missing', () => {
  /** An agent that knows one key, and answers questions for others with 404, or not at all. */
  async function agent(answers: boolean): Promise<{ readonly address: string; readonly close: () => Promise<void> }> {
    const server = createServer((request, response) => {
      if (!answers) return request.socket.destroy();
      const isKnown = /^\/v1\/kv\/a(?:\?|$)/.test(request.url ?? '');
      if (/[?&]index=/.test(request.url ?? '')) return;
      response.writeHead(isKnown ? 200 : 404, { 'X-Consul-Index': '1' });
      response.end(isKnown ? '[{"Key":"a","Value":"dg==","Flags":0,"LockIndex":0,"CreateIndex":1,"ModifyIndex":1}]' : '');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const close = async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    };
    return { address: `127.0.0.1:${port}`, close };
  }

  async function withAgent(answers: boolean, argv: readonly string[]): Promise<Run> {
    const { address, close } = await agent(answers);
    try {
      return await run([`--consul-addr=${address}`, ...argv]);
    } finally {
      await close();
    }
  }

  test('a key that does not exist is a failure with --missing=fail, at its place', async () => {
    const template = file('a.ctmpl', '{{key "a"}}\n {{key "none"}}');
    expect(await withAgent(true, ['--missing=fail', template])).toEqual({
      exit: 1,
      output: '',
      error: 'template: a.ctmpl:2:3: key "none" does not exist\n',
    });
  });

  test('and nothing with --missing=empty', async () => {
    const template = file('a.ctmpl', '{{key "a"}}[{{key "none"}}]');
    expect(await withAgent(true, ['--missing=empty', template])).toEqual({ exit: 0, output: 'v[]', error: '' });
  });

  test('--wait-timeout ends the waiting and says what for', async () => {
    const template = file('a.ctmpl', '{{key "none"}}');
    expect(await withAgent(true, ['--wait-timeout=300ms', template])).toEqual({
      exit: 1,
      output: '',
      error: 'waited 300ms for key "none" (a.ctmpl:1)\n',
    });
  });

  test('an agent that does not answer is named, after five seconds and at the end', async () => {
    const template = file('a.ctmpl', '{{key "a"}}');
    const { exit, error } = await withAgent(false, ['--wait-timeout=5500ms', template]);
    expect(exit).toBe(1);
    expect(error).toMatch(
      /^waiting for key "a" \(a\.ctmpl:1\); http:\/\/127\.0\.0\.1:\d+ does not answer: .+\nwaited 5\.5s for key "a" \(a\.ctmpl:1\); http:\/\/127\.0\.0\.1:\d+ does not answer: .+\n$/,
    );
  });

  test('a file that is not there is a failure', async () => {
    const template = file('a.ctmpl', '{{file "/none/such"}}');
    expect(await run([template])).toMatchObject({ exit: 1, error: 'template: a.ctmpl:1:2: open /none/such: no such file or directory\n' });
  });

  test.each(['--missing=maybe', '--wait-timeout=soon', '--wait-timeout=0s'])('%s is refused', async (flag) => {
    expect((await run([flag, file('a.tmpl', '')])).exit).toBe(2);
  });

  test('writeToFile writes nothing', async () => {
    const template = file('a.ctmpl', `{{"x" | writeToFile "${directory}/w" "" "" "0644"}}.`);
    expect(await run([template])).toEqual({ exit: 0, output: '.', error: '' });
    expect(readdirSync(directory)).toEqual(['a.ctmpl']);
  });
});

test('partials and included files lie beside the template', async () => {
  file('part.hbs', 'part {{x}}');
  file('part.tmpl', 'part {{.x}}');
  expect((await run([file('a.hbs', '{{> part x=1}}')])).output).toBe('part 1');
  expect((await run(['--syntax=confd', file('a.tmpl', '{{include "part.tmpl" (map "x" 1)}}')])).output).toBe('part 1');
});
