/** A mesh-template that has nothing to do does nothing: 100 templates over 100 keys each, watched, cost no CPU while nothing changes. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually, startAgent, type TestAgent } from '../support/agent.js';
import { TemplateProgram } from '../support/template-program.js';

const count = 100;
/** V8 plans its work at rest eight seconds after its last collection. */
const [settleMs, restMs] = [1_500, 9_500];
/** The system counts in these. */
const tickMs = 10;
/** What runs again and again costs more in that time. V8 may tidy up once on a machine that was slow to start: 40 to 70 ms. */
const cpuMsMax = 20 * tickMs;
let agent: TestAgent;
let program: TemplateProgram;
beforeAll(async () => {
  agent = await startAgent();
  for (let t = 0; t < count; t++)
    for (let from = 0; from < count; from += 50) {
      const operations = Array.from({ length: 50 }, (_, i) => ({
        KV: { Verb: 'set', Key: `p/${t}/k${from + i}`, Value: Buffer.from(`value ${t} ${from + i}`).toString('base64') },
      }));
      await fetch(`${agent.http}/v1/txn`, { method: 'PUT', body: JSON.stringify(operations) });
    }
});
afterAll(() => agent.stop());
beforeEach(() => {
  program = new TemplateProgram();
});
afterEach(() => program.remove());

const outputs = (directory: string) => readdirSync(program.at(directory)).filter((name) => !name.startsWith('.'));
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** proc(5): fields 14 and 15 of `stat`, behind the name of the program. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

test.runIf(process.platform === 'linux')('100 templates over 100 keys each cost nothing at rest', async () => {
  for (const directory of ['out-confd', 'out-consul-template']) program.write(`${directory}/.keep`, '');
  const blocks: string[] = [];
  for (let t = 0; t < count; t++) {
    program.write(`confd/conf.d/${t}.toml`, `[template]\nsrc = "${t}.tmpl"\ndest = "@out-confd/${t}"\nkeys = ["/p/${t}"]\n`);
    program.write(`confd/templates/${t}.tmpl`, `{{range gets "/p/${t}/*"}}{{.Key}}={{.Value}}\n{{end}}`);
    program.write(`${t}.ctmpl`, `{{range ls "p/${t}"}}{{.Key}}={{.Value}}\n{{end}}`);
    blocks.push(`template {\n  source = "@${t}.ctmpl"\n  destination = "@out-consul-template/${t}"\n}\n`);
  }
  program.write('ct.hcl', blocks.join(''));
  const address = new URL(agent.http).host;
  const runs = [
    program.start(['-backend', 'consul', '-node', address, '-confdir', program.at('confd'), '-watch']),
    program.start(['-consul-addr', address, '-config', program.at('ct.hcl')]),
  ];
  const made = () => [outputs('out-confd').length, outputs('out-consul-template').length];
  await eventually(() => expect(made()).toEqual([count, count]), { withinMs: 20_000 });
  await sleep(settleMs);
  const pids = runs.map(({ child }) => child.pid ?? 0);
  const before = pids.map(cpuMs);
  await sleep(restMs);
  const spent = pids.map((pid, i) => cpuMs(pid) - (before[i] ?? 0));
  expect(Math.max(...spent), `${spent}`).toBeLessThanOrEqual(cpuMsMax);
});
