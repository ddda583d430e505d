/** The log of mesh-template in the system log, through the real `logger` to a real datagram socket. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually as eventuallyWithin } from '../support/agent.js';
import { type SystemLog, startSystemLog, whyNoSystemLog } from '../support/system-log.js';
import { TemplateProgram } from '../support/template-program.js';

let program: TemplateProgram;
let log: SystemLog | undefined;
beforeEach(() => {
  program = new TemplateProgram();
});
afterEach(async () => {
  await log?.stop();
  log = undefined;
  await program.remove();
});

const socket = () => program.at('log.socket');
const eventually = (attempt: () => void) => eventuallyWithin(attempt, { withinMs: 10_000 });
/** Nothing is asked of an agent. */
const template = 'template {\n contents = "text"\n destination = "@out"\n}\n';
const configured = (syslog: string, more = template) => {
  program.write('c.hcl', `syslog {\n socket = "@log.socket"\n ${syslog}\n}\n${more}`);
  return ['-config', program.at('c.hcl')];
};
/** `<134>Jan 31 12:00:00 name[4711]: text` -> `<134> name[4711]: text` */
const withoutTime = (message: string) => message.replace(/>\w{3} [ \d]\d \S+/, '>');
const heard = () => (log?.messages() ?? []).map(withoutTime);

test('a system log that is not there is a mistake of the configuration, as is a facility that is none', async () => {
  const missing = await program.once([...configured('enabled = true'), '-once']);
  expect([missing.exit, missing.output]).toEqual([15, expect.stringMatching(/error setting up syslog: syslog\.socket .*no such file/)]);
  program.write('log.socket', '');
  expect((await program.once([...configured('enabled = true'), '-once'])).output).toContain('log.socket: not a socket');
  const facility = await program.once(['-syslog', '-syslog-facility=LOCAL9', '-once']);
  expect([facility.exit, facility.output]).toEqual([15, expect.stringContaining('invalid syslog facility "LOCAL9"; there are LOCAL0, ')]);
  const off = await program.once([...configured('enabled = false\n name = "x"'), '-once']);
  expect([off.exit, off.output]).toEqual([0, '']);
});

const reason = whyNoSystemLog();
describe.skipIf(reason !== '')(`with a system log ${reason}`, () => {
  test('lines go there as well, with facility, name, process and priority', async () => {
    log = await startSystemLog(socket());
    program.write('in', 'text');
    const reading = 'template {\n contents = "{{ file \\"@in\\" }}"\n destination = "@out"\n}\n';
    const flags = [...configured('enabled = true', reading), '-once', '-log-level=debug'];
    const run = program.start(flags);
    expect(await run.ended, run.output()).toBe(0);
    await eventually(() => expect(heard()).toContain(`<133> mesh-template[${run.child.pid}]: (runner) stopping`));
    expect(heard().join('\n')).toContain(`<134> mesh-template[${run.child.pid}]: (runner) watching `);
    const texts = (line: string) => line.replace(/^.*?(?=\(\w+\) )/, '');
    expect(heard().map(texts)).toEqual(run.output().trim().split('\n').map(texts));
    const named = program.start([...configured('name = "a b"'), '-once', '-syslog-facility=daemon', '-log-level=info']);
    expect(await named.ended).toBe(0);
    await eventually(() => expect(heard()).toContain(`<29> a b[${named.child.pid}]: (runner) stopping`));
  });

  test('a failure is an error there, a long one in pieces that are all errors', async () => {
    log = await startSystemLog(socket());
    const run = program.start([
      ...configured('enabled = true', `template {\n contents = "{{ ${'x'.repeat(5000)} }}"\n destination = "@out"\n}\n`),
      '-once',
    ]);
    expect(await run.ended).toBe(14);
    await eventually(() => expect(heard().length).toBeGreaterThanOrEqual(3));
    for (const message of heard()) expect(message).toMatch(/^<131> mesh-template\[\d+\]: /);
  });

  test('lines wait for a system log that went away, which is said once', async () => {
    log = await startSystemLog(socket());
    const run = program.start(configured('enabled = true', `log_level = "info"\nreload_signal = "SIGHUP"\n${template}`));
    await program.shows('out', 'text');
    await eventually(() => expect(heard()).not.toEqual([]));
    await log.stop();
    rmSync(socket());
    run.child.kill('SIGHUP');
    await eventually(() => expect(run.output()).toMatch(/the system log cannot be written, lines wait for it: logger: socket /));
    const before = run.output().split('Reloading configuration...').length;
    log = await startSystemLog(socket());
    run.child.kill('SIGHUP');
    await eventually(() => expect(run.output().split('Reloading configuration...').length).toBe(before + 1));
    await eventually(() => expect(heard()).toContain(`<133> mesh-template[${run.child.pid}]: (cli) Reloading configuration...`));
    expect(run.output().split('the system log cannot be written')).toHaveLength(2);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(12);
    await eventually(() => expect(heard().slice(-1)).toEqual([`<133> mesh-template[${run.child.pid}]: (runner) stopping`]));
  });

  test('a system log that does not read holds nothing up', async () => {
    log = await startSystemLog(socket());
    log.signal('SIGSTOP');
    const templates = Array.from({ length: 400 }, (_, n) => `template {\n contents = "text"\n destination = "@out/${n}"\n}\n`);
    const began = performance.now();
    const run = await program.once([...configured('enabled = true', templates.join('')), '-once', '-log-level=debug']);
    expect(run.exit).toBe(0);
    expect(program.read('out/399')).toBe('text');
    expect(performance.now() - began).toBeLessThan(60_000);
    log.signal('SIGCONT');
  });

  test('a reload switches it on and off', async () => {
    log = await startSystemLog(socket());
    const info = `log_level = "info"\n${template}`;
    const run = program.start(configured('enabled = false', info));
    await program.shows('out', 'text');
    configured('enabled = true\n name = "second"', info);
    run.child.kill('SIGHUP');
    await eventually(() => expect(heard().join('\n')).toContain('second['));
    configured('enabled = false', info);
    run.child.kill('SIGHUP');
    await eventually(() => expect(run.output().split('Reloading configuration...')).toHaveLength(3));
    await eventually(() => expect(heard().join('\n')).toContain('(runner) stopping'));
    const count = heard().length;
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(12);
    expect(heard()).toHaveLength(count);
  });
});
