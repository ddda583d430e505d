// Which parts of mesh-template a usual run needs, and what V8 makes of them, so that it need not be made again: see parts-loader.cjs.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const recorder = fileURLToPath(new URL('code-cache.cjs', import.meta.url));
const runMsMax = 20_000;

/**
 * Runs the program a few times, against an agent with one key.
 * @returns {Promise<{ parts: string[], scripts: Record<string, string> }[]>} of each run: what code-cache.cjs has kept
 */
export async function recordUsualRuns(program) {
  const directory = mkdtempSync(`${tmpdir()}/mesh-code-cache-`);
  const agent = await startAgent();
  try {
    return await Promise.all(usualRuns(directory, agent.address).map((args, i) => record(program, args, `${directory}/${i}.json`)));
  } finally {
    agent.stop();
    rmSync(directory, { recursive: true });
  }
}

/** One run each of confd's face, of consul-template's, and of `render`. */
function usualRuns(directory, address) {
  const write = (path, contents) => writeFileSync(`${directory}/${path}`, contents);
  for (const path of ['conf.d', 'templates', 'out']) mkdirSync(`${directory}/${path}`);
  write('conf.d/a.toml', `[template]\nsrc = "a.tmpl"\ndest = "${directory}/out/a"\nkeys = ["/app"]\n`);
  const body = '{{if true}}{{with "x"}}{{.}}{{end}}{{else}}{{end}}';
  write('templates/a.tmpl', `{{range gets "/app/*"}}{{.Key}}={{printf "%s" .Value}}\n{{end}}{{getv "/app/k"}}${body}`);
  write('a.ctmpl', `{{range ls "app"}}{{.Key}}={{.Value | toUpper}}\n{{end}}{{keyOrDefault "app/k" "x"}}${body}`);
  write('c.hcl', `template {\n  source = "${directory}/a.ctmpl"\n  destination = "${directory}/out/d"\n}\n`);
  write('data.json', '{"a":{"b":[1,"x"]}}');
  write('b.tmpl', `{{range $i, $v := .a.b}}{{$i}}={{printf "%v" $v}}{{end}}${body}`);
  const confd = ['-onetime', '-backend', 'consul', '-node', address, '-confdir', directory, '-log-level', 'error'];
  const consulTemplate = ['-once', '-consul-addr', address, '-config', `${directory}/c.hcl`, '-log-level', 'err'];
  consulTemplate.push('-template', `${directory}/a.ctmpl:${directory}/out/c`);
  return [confd, consulTemplate, ['render', '--data', `${directory}/data.json`, `${directory}/b.tmpl`]];
}

async function startAgent() {
  const entry = { Key: 'app/k', Value: 'dg==', Flags: 0, LockIndex: 0, CreateIndex: 1, ModifyIndex: 1 };
  const server = createServer((_request, response) => {
    response.setHeader('X-Consul-Index', '1');
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify([entry]));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { address: `127.0.0.1:${server.address().port}`, stop };
}

/** What a run that goes wrong has made counts too: it only saves time. */
async function record(program, args, file) {
  const env = { ...process.env, CODE_CACHE: file };
  const child = spawn(process.execPath, ['-r', recorder, program, ...args], {
    stdio: 'ignore',
    env,
    timeout: runMsMax,
    killSignal: 'SIGKILL',
  });
  await new Promise((resolve) => child.once('close', resolve));
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { parts: [], scripts: {} };
  }
}
