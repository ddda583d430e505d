// `npm run demo`: the main job of mesh on this machine, step by step, every step seen to work. Everything runs on loopback, on free ports,
// in a temporary directory. Stays up to be played with until Ctrl-C; with `--once` it ends by itself: exit 0 only when every step worked.
import { existsSync, readFileSync } from 'node:fs';
import { ready } from '../../bin/dev/setup.mjs';
import { prepareExample } from './example.mjs';

const once = process.argv.includes('--once');
const missing = new Set(ready({ programs: ['nginx', 'dig'] }));
const nginx = !missing.has('nginx');

const example = await prepareExample({ withNginx: nginx });
const { directory, ports } = example;
const conf = `${directory}/nginx.conf`;
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.abort());

const elapsed = (since) => `${(performance.now() - since).toFixed(0)} ms`;
const text = async (url) => (await fetch(url)).text();
const rendered = () => (existsSync(conf) ? readFileSync(conf, 'utf8') : '');

/** Asks again until `attempt` gives something true. */
async function until(what, attempt, withinMs = 15_000) {
  const since = performance.now();
  for (;;) {
    stop.signal.throwIfAborted();
    const seen = await Promise.resolve()
      .then(attempt)
      .catch(() => false);
    if (seen) return seen;
    if (performance.now() - since > withinMs) throw new Error(`not seen within ${withinMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const healthyIds = async () => JSON.parse(await text(`${example.http}/v1/health/service/web?passing`)).map((entry) => entry.Service.ID);
/** The distinct answers of a few requests in a row. */
const served = async () =>
  [...new Set(await Promise.all(Array.from({ length: 8 }, () => text(`http://127.0.0.1:${ports.nginx}/`))))]
    .map((answer) => answer.trim())
    .sort();
const dig = () => example.run('dig', ['@127.0.0.1', '-p', String(ports.dns), 'web.service.consul', 'SRV', '+short']);
const digLines = async () => (await dig()).trim().split('\n').filter(Boolean);

const steps = [
  [
    'An agent starts with one directory of JSON files',
    async (since) => {
      example.startAgent();
      await until('the agent has a leader', async () => (await text(`${example.http}/v1/status/leader`)).length > 4);
      return `first answer after ${elapsed(since)}: ${example.http}`;
    },
  ],
  [
    'Two instances of "web" from web.json start; their HTTP checks turn passing',
    async (since) => {
      example.startWeb(1);
      example.startWeb(2);
      await until('two passing instances', async () => (await healthyIds()).length === 2);
      return `both healthy after ${elapsed(since)}`;
    },
  ],
  [
    'DNS knows them',
    async () => {
      const lines = await until('two SRV records', async () => (await digLines()).length === 2 && dig());
      return `dig @127.0.0.1 -p ${ports.dns} web.service.consul SRV +short\n${lines.trim()}`;
    },
    'dig',
  ],
  [
    'A key is put, and a watch handler waits for its next change',
    async () => {
      const answer = await example.mesh('kv', 'put', 'nginx/proxy/timeout', '2');
      await example.mesh('kv', 'put', 'nginx/proxy/greeting', 'hello');
      example.startWatch('nginx/proxy/greeting');
      await until('the handler got the first state', () => existsSync(`${directory}/handled.json`));
      return `mesh kv put nginx/proxy/timeout 2\n${answer.trim()}`;
    },
  ],
  [
    'mesh-template renders nginx.conf, has nginx test it, puts it in place and reloads nginx',
    async () => {
      if (nginx) {
        example.startNginx();
        await until('nginx answers', async () => (await text(`http://127.0.0.1:${ports.nginx}/`)).includes('not configured'));
      }
      const since = performance.now();
      example.startTemplate();
      await until('both instances in nginx.conf', () => rendered().includes('web-1') && rendered().includes('web-2'));
      if (!nginx) return `rendered after ${elapsed(since)}; nginx is not installed, so this is the file:\n${rendered()}`;
      await until('nginx serves both instances', async () => (await served()).join() === 'web-1,web-2');
      return `nginx serves web-1 and web-2 at http://127.0.0.1:${ports.nginx}/, ${elapsed(since)} after mesh-template was started`;
    },
  ],
  [
    'The key changes: the file follows at once, and the watch handler fires',
    async () => {
      const since = performance.now();
      await fetch(`${example.http}/v1/kv/nginx/proxy/greeting`, { method: 'PUT', body: 'good morning' });
      await until('the new greeting in nginx.conf', () => rendered().includes('good morning'));
      const file = elapsed(since);
      const handled = Buffer.from('good morning').toString('base64');
      await until('the handler got the new value', () => readFileSync(`${directory}/handled.json`, 'utf8').includes(handled));
      if (nginx)
        await until(
          'nginx sends the new greeting',
          async () => (await fetch(`http://127.0.0.1:${ports.nginx}/`)).headers.get('x-greeting') === 'good morning',
        );
      return `new file after ${file}${nginx ? `, served after ${elapsed(since)}` : ''}; handler.sh got the new value`;
    },
  ],
  [
    'web-1 is killed: its check turns critical, and it leaves nginx and DNS',
    async (since) => {
      await example.end('web-1', 'SIGKILL');
      await until('web-1 critical', async () => (await healthyIds()).join() === 'web-2');
      const critical = performance.now();
      await until('web-1 out of nginx.conf', () => !rendered().includes('web-1'), 1000);
      const out = elapsed(critical);
      if (nginx) await until('nginx serves web-2 alone', async () => (await served()).join() === 'web-2', 2000);
      if (!missing.has('dig')) await until('one SRV record', async () => (await digLines()).length === 1, 2000);
      return `check critical ${((critical - since) / 1000).toFixed(1)} s after the kill (its interval is 1 s), out of nginx.conf ${out} later`;
    },
  ],
  [
    'web-1 comes back by itself',
    async (since) => {
      example.startWeb(1);
      await until('both in nginx.conf', () => rendered().includes('web-1'));
      if (nginx) await until('nginx serves both again', async () => (await served()).join() === 'web-1,web-2');
      return `after ${elapsed(since)}`;
    },
  ],
];

const toTry = () => `
It stays up. To try in another terminal:

  export MESH_HTTP_ADDR=${example.http}
  bin/mesh members
  bin/mesh kv put nginx/proxy/greeting 'hello again'
  curl -i http://127.0.0.1:${ports.nginx}/
  dig @127.0.0.1 -p ${ports.dns} web.service.consul SRV
  bin/mesh maint -enable -service=web-1 -reason=try     # out of nginx; -disable brings it back
  cat ${conf}

Ctrl-C ends everything and removes ${directory}.`;

let failed = 0;
try {
  for (const [position, [title, step, needs]] of steps.entries()) {
    console.log(`\n${position + 1}. ${title}`);
    const text = needs && missing.has(needs) ? `skipped: ${needs} is not installed` : await step(performance.now());
    console.log(text.replace(/^/gm, '   '));
  }
  if (missing.size > 0) failed = 1;
  console.log(missing.size > 0 ? `\nNot every step could be seen: ${[...missing].join(' and ')} not installed.` : '\nEvery step worked.');
  if (!once) {
    console.log(toTry());
    const idle = setInterval(() => {}, 60_000);
    await new Promise((resolve) => (stop.signal.aborted ? resolve() : stop.signal.addEventListener('abort', resolve, { once: true })));
    clearInterval(idle);
    failed = 0;
  }
} catch (error) {
  if (!stop.signal.aborted) {
    failed = 1;
    console.error(`\nFAILED: ${error.message}`);
    for (const name of ['agent', 'mesh-template', 'nginx', 'watch'])
      if (example.output(name)) console.error(`\nlast output of ${name}:\n${example.output(name).split('\n').slice(-15).join('\n')}`);
  } else if (once) failed = 1;
} finally {
  await example.stop();
}
process.exit(failed);
