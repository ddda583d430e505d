import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localSource } from '../../../../templater/source/local.js';
import { SourceError } from '../../../../templater/source/source.js';
import { eventually } from '../../../support/agent.js';
import { FakeClock } from '../runtime/fakes.js';

let directory: string;
let ending: AbortController;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-local-'));
  ending = new AbortController();
});
afterEach(() => {
  ending.abort();
  rmSync(directory, { recursive: true });
});
const plugin = (command: string, ...words: string[]) => ({ kind: 'plugin', command, arguments: words }) as const;

describe('what templates read from their own machine', () => {
  test('a file is followed: its changes, its absence, its return', async () => {
    const [clock, path, seen] = [new FakeClock(), join(directory, 'f'), [] as string[]];
    writeFileSync(path, 'one');
    localSource(clock).follow(
      { kind: 'file', path, sandbox: '' },
      { signal: ending.signal, onValue: (value) => seen.push(Buffer.from(value).toString()), onFailure: (reason) => seen.push(reason) },
    );
    const sees = (...texts: string[]) =>
      eventually(
        () => {
          clock.advance(2000);
          expect(seen).toEqual(texts);
        },
        { withinMs: 2000 },
      );
    await sees('one');
    writeFileSync(`${path}.new`, 'two');
    renameSync(`${path}.new`, path);
    await sees('one', 'two');
    rmSync(path);
    await eventually(
      () => {
        clock.advance(2000);
        expect(seen[2]).toBe(`open ${path}: no such file or directory`);
      },
      { withinMs: 2000 },
    );
    writeFileSync(path, 'three');
    await eventually(
      () => {
        clock.advance(2000);
        expect(seen.at(-1)).toBe('three');
      },
      { withinMs: 2000 },
    );
  });

  test('a program gives its standard output', async () => {
    const source = localSource(new FakeClock());
    const output = await source.fetch(plugin('sh', '-c', 'echo out "$1"; echo err >&2', 'sh', 'a b'), ending.signal);
    expect(Buffer.from(output).toString()).toBe('out a b\n');
  });

  test.each([
    { name: 'a program that fails', call: plugin('sh', '-c', 'exit 3'), error: /^exec "sh": exit status 3$/ },
    {
      name: 'a program that fails and says why',
      call: plugin('sh', '-c', 'echo half; echo "no such zone: x" >&2; echo "try again" >&2; exit 3'),
      error: /^exec "sh": exit status 3: no such zone: x: try again$/,
    },
    { name: 'a program that is killed', call: plugin('sh', '-c', 'kill -9 $$'), error: /^exec "sh": SIGKILL$/ },
    { name: 'a program that is missing', call: plugin('/none/such'), error: /^exec "\/none\/such": .*no such file or directory$/ },
    {
      name: 'a program that no directory of PATH has',
      call: plugin('no-such-plugin'),
      error: /^exec "no-such-plugin": exec: "no-such-plugin": executable file not found in \$PATH$/,
    },
  ])('$name is an error', async ({ call, error }) => {
    const answer = localSource(new FakeClock()).fetch(call, ending.signal);
    await expect(answer).rejects.toThrow(SourceError);
    await expect(answer).rejects.toThrow(error);
  });

  test('names are looked up; a failed lookup is an empty list', async () => {
    const source = localSource(new FakeClock());
    expect(await source.fetch({ kind: 'hostAddresses', name: '127.0.0.1', family: 4 }, ending.signal)).toEqual(['127.0.0.1']);
    expect(await source.fetch({ kind: 'hostAddresses', name: 'no such name', family: 0 }, ending.signal)).toEqual([]);
  });
});
