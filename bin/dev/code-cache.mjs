// What V8 makes of the parts of mesh-template that a usual run needs, so that it need not be made again: see parts-loader.cjs.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const recorder = fileURLToPath(new URL('code-cache.cjs', import.meta.url));
const runMsMax = 20_000;

/**
 * Runs the program that is in `dist` already a few times, against an agent with one key.
 * @returns {Promise<{ index: object, cache: Buffer }>} the index with the places in the cache filled in
 */
export async function cachedIndex({ index, text }, dist) {
  const directory = mkdtempSync(`${tmpdir()}/mesh-code-cache-`);
  const agent = await startAgent();
  try {
    const made = await Promise.all(
      usualRuns(directory, agent.address).map((args, i) => record(`${dist}/mesh-template.js`, args, `${directory}/${i}.json`)),
    );
    return collected(index, text, made);
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
  write('data.json', '{"a":{"b":[1,"x"]}}');
  write('b.tmpl', `{{range $i, $v := .a.b}}{{$i}}={{printf "%v" $v}}{{end}}${body}`);
  const confd = ['-onetime', '-backend', 'consul', '-node', address, '-confdir', directory, '-log-level', 'error'];
  const consulTemplate = ['-once', '-consul-addr', address, '-template', `${directory}/a.ctmpl:${directory}/out/c`];
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
    return {};
  }
}

function collected(index, text, made) {
  const chunks = [];
  let length = 0;
  const places = Object.fromEntries(
    Object.entries(index.places).map(([id, [start, size]]) => {
      const candidates = made.flatMap((parts) => (parts[id] === undefined ? [] : [Buffer.from(parts[id], 'base64')]));
      // The run that used more of the part has compiled more of it.
      const [best] = candidates.sort((a, b) => b.length - a.length);
      if (best === undefined) return [id, [start, size, 0, 0]];
      // V8 wants its data aligned.
      const padded = Buffer.concat([best, Buffer.alloc((8 - (best.length % 8)) % 8)]);
      chunks.push(padded);
      length += padded.length;
      return [id, [start, size, length - padded.length, best.length]];
    }),
  );
  const cache = Buffer.concat(chunks);
  const hash = createHash('sha256').update(text).update(cache).digest('hex').slice(0, 8);
  return { index: { ...index, places, cache: `mesh-template-${hash}.cache` }, cache };
}
