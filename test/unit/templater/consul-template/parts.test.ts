import { describe, expect, test } from 'vitest';
import { commandWords } from '../../../../templater/consul-template/commands.js';
import { agentVariables, commandEnvironment } from '../../../../templater/consul-template/environment.js';
import { plainWords } from '../../../../templater/consul-template/shell-words.js';
import { QuietTime } from '../../../../templater/runtime/quiet-time.js';
import { FakeClock } from '../../../support/fake-clock.js';

test.each([
  { line: 'run', words: ['run'] },
  { line: ` run  'a b' "c d" e\\ f 'g'"h"`, words: ['run', 'a b', 'c d', 'e f', 'gh'] },
  { line: "run ''", words: ['run', ''] },
  { line: 'run $HOME', words: undefined },
  { line: 'run "$HOME"', words: undefined },
  { line: 'a && b', words: undefined },
  { line: 'run > file', words: undefined },
  { line: 'A=1 run', words: undefined },
  { line: "run 'a", words: undefined },
  { line: 'exit 23', words: undefined },
  { line: "'exec' run", words: undefined },
  { line: 'run exit', words: ['run', 'exit'] },
  { line: '', words: undefined },
])('a command line without need of a shell is its words: $line', ({ line, words }) => {
  expect(plainWords(line)).toEqual(words);
});

test.each([
  { command: 'nginx', words: ['nginx'] },
  { command: 'nginx -s reload', words: ['/bin/sh', '-c', 'nginx -s reload'] },
  { command: ['nginx', '-s', 'reload'], words: ['nginx', '-s', 'reload'] },
])('a single word and a list need no shell: $command', ({ command, words }) => {
  expect(commandWords(command)).toEqual(words);
});

describe('the environment of the program of exec', () => {
  const parts = { own: { PATH: '/bin', SECRET: 's', HOME: '/root' }, agent: { CONSUL_HTTP_ADDR: 'a:1' } };
  const rules = { isPristine: false, custom: [], allowed: [], denied: [] };
  test.each([
    { name: 'is ours by default', given: {}, names: ['PATH', 'SECRET', 'HOME', 'CONSUL_HTTP_ADDR'] },
    { name: 'is only what is set when pristine', given: { isPristine: true, custom: ['A=b=c'] }, names: ['A'] },
    { name: 'takes classes in patterns, as Go does', given: { allowed: ['[G-I]*', 'P[^B]TH'] }, names: ['HOME', 'PATH'] },
    { name: 'is what is allowed and not denied', given: { allowed: ['[O-Q]*', 'S*'], denied: ['SECR?T'] }, names: ['PATH'] },
    { name: 'has what is set even when it is denied', given: { denied: ['*'], custom: ['SECRET=x'] }, names: ['SECRET'] },
  ])('$name', ({ given, names }) => {
    expect(Object.keys(commandEnvironment({ ...rules, ...given }, parts)).sort()).toEqual([...names].sort());
  });
});

test('commands are told how to reach the agent', () => {
  const connection = { authorityFile: '', certificateFile: '', keyFile: '', verifyCertificate: false, datacenter: '' };
  expect(agentVariables({ ...connection, addresses: ['https://a:8501'], token: 't', basicAuthentication: 'u:p' })).toEqual({
    CONSUL_HTTP_ADDR: 'a:8501',
    CONSUL_HTTP_TOKEN: 't',
    CONSUL_HTTP_AUTH: 'u:p',
    CONSUL_HTTP_SSL: 'true',
    CONSUL_HTTP_SSL_VERIFY: 'false',
  });
});

describe('quiet time', () => {
  const setUp = () => {
    const clock = new FakeClock();
    const told: number[] = [];
    const startMs = clock.now();
    const quiet = new QuietTime({ wait: { minMs: 100, maxMs: 250 }, clock, onQuiet: () => told.push(clock.now() - startMs) });
    return { clock, told, quiet };
  };

  test('a change is held back until it was quiet for the minimum', async () => {
    const { clock, told, quiet } = setUp();
    quiet.changed();
    await clock.advance(60);
    quiet.changed();
    expect(quiet.isHolding).toBe(true);
    await clock.advance(200);
    expect(told).toEqual([160]);
    expect(quiet.isHolding).toBe(false);
  });

  test('it is never held back longer than the maximum', async () => {
    const { clock, told, quiet } = setUp();
    for (let change = 0; change < 6; change++) {
      quiet.changed();
      await clock.advance(60);
    }
    expect(told[0]).toBe(250);
  });

  test('nothing is told after a stop', async () => {
    const { clock, told, quiet } = setUp();
    quiet.changed();
    quiet.stop();
    await clock.advance(1000);
    expect(told).toEqual([]);
  });
});
