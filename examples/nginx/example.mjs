// The example, made to run: a copy of its files in a temporary directory with free ports in place of the written ones, and the programs
// started on it. Everything started here is ended by `stop()`, by process id, and the directory goes with it. Used by demo.mjs and by the tests.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const bin = (name) => fileURLToPath(new URL(`../../bin/${name}`, import.meta.url));
const environment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

/** Below the range that outgoing connections take their ports from, and above the ports that the other tests take. */
async function freePort() {
  for (;;) {
    const port = 30_000 + Math.floor(Math.random() * 2_000);
    const free = await new Promise((resolve) => {
      const server = createServer().once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

/** `syntax` is 'go' or 'handlebars'; `withNginx: false` leaves out the commands that need it. */
export async function prepareExample({ syntax = 'go', withNginx = true } = {}) {
  const directory = mkdtempSync(`${tmpdir()}/mesh-example-`);
  const ports = {
    http: await freePort(),
    dns: await freePort(),
    server: await freePort(),
    serf: await freePort(),
    nginx: await freePort(),
    web1: await freePort(),
    web2: await freePort(),
  };
  const templates = syntax === 'go' ? here : `${here}handlebars/`;
  for (const folder of ['conf.d', 'templates']) cpSync(`${templates}${folder}`, `${directory}/${folder}`, { recursive: true });
  cpSync(`${here}mesh.d`, `${directory}/mesh.d`, { recursive: true });
  cpSync(`${here}handler.sh`, `${directory}/handler.sh`);
  adapt(directory, ports, withNginx);
  return new Example(directory, ports);
}

/** The files name the usual places of a machine; the copy names this directory and these ports. */
function adapt(directory, ports, withNginx) {
  const nginx = `nginx -p ${directory} -e stderr`;
  const changes = [
    [/nginx -t -q -c/g, `${nginx} -t -q -c`],
    [/nginx -s reload/g, `${nginx} -c ${directory}/nginx.conf -s reload`],
    [/\/etc\/nginx\/nginx\.conf/g, `${directory}/nginx.conf`],
    [/\/run\/nginx\.pid/g, `${directory}/nginx.pid`],
    [/\/var\/lib\/nginx\//g, `${directory}/passing/`],
    [/\b8080\b/g, ports.nginx],
    [/\b9001\b/g, ports.web1],
    [/\b9002\b/g, ports.web2],
    ...(withNginx ? [] : [[/^(check|reload)_cmd.*\n/gm, '']]),
  ];
  mkdirSync(`${directory}/passing`);
  for (const folder of ['mesh.d', 'conf.d', 'templates'])
    for (const name of readdirSync(`${directory}/${folder}`)) {
      const path = `${directory}/${folder}/${name}`;
      if (statSync(path).isFile())
        writeFileSync(
          path,
          changes.reduce((text, [from, to]) => text.replace(from, to), readFileSync(path, 'utf8')),
        );
    }
}

class Example {
  #children = new Map();

  constructor(directory, ports) {
    this.directory = directory;
    this.ports = ports;
    this.http = `http://127.0.0.1:${ports.http}`;
    this.environment = { ...environment, MESH_HTTP_ADDR: this.http, CONSUL_HTTP_ADDR: this.http, HANDLED: `${directory}/handled.json` };
  }

  startAgent() {
    const { http, dns, server, serf } = this.ports;
    const flags = [
      `-config-dir=${this.directory}/mesh.d`,
      `-data-dir=${this.directory}/data`,
      `-http-port=${http}`,
      `-dns-port=${dns}`,
      `-server-port=${server}`,
      `-serf-lan-port=${serf}`,
      '-serf-wan-port=-1',
    ];
    return this.#start('agent', process.execPath, [bin('mesh'), 'agent', ...flags]);
  }

  /** `number` is 1 or 2. */
  startWeb(number) {
    return this.#start(`web-${number}`, process.execPath, [`${here}web.mjs`, String(this.ports[`web${number}`]), `web-${number}`]);
  }

  /** With a configuration that only says that there is none yet: mesh-template writes the real one. */
  startNginx() {
    const { directory } = this;
    const empty = `pid ${directory}/nginx.pid;\nerror_log stderr;\nevents {}\nhttp { access_log off; client_body_temp_path ${directory}/passing/body; proxy_temp_path ${directory}/passing/proxy; fastcgi_temp_path ${directory}/passing/fastcgi; uwsgi_temp_path ${directory}/passing/uwsgi; scgi_temp_path ${directory}/passing/scgi; server { listen 127.0.0.1:${this.ports.nginx}; return 503 "not configured yet\\n"; } }\n`;
    writeFileSync(`${directory}/nginx.conf`, empty);
    return this.#start('nginx', 'nginx', ['-p', directory, '-e', 'stderr', '-c', `${directory}/nginx.conf`, '-g', 'daemon off;']);
  }

  startTemplate() {
    return this.#start('mesh-template', process.execPath, [
      bin('mesh-template'),
      '-config',
      `${this.directory}/conf.d/nginx.toml`,
      '-node',
      `127.0.0.1:${this.ports.http}`,
      '-state-dir',
      `${this.directory}/state`,
    ]);
  }

  startWatch(key) {
    return this.#start('watch', process.execPath, [bin('mesh'), 'watch', '-type=key', `-key=${key}`, `${this.directory}/handler.sh`]);
  }

  /** Runs `mesh ...` to its end; its standard output. */
  mesh(...args) {
    return this.run(process.execPath, [bin('mesh'), ...args]);
  }

  run(command, args) {
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      child.stdout.on('data', (chunk) => (output += chunk));
      child.stderr.on('data', (chunk) => (output += chunk));
      child.once('error', reject);
      child.once('close', (code) =>
        code === 0 ? resolve(output) : reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${output}`)),
      );
    });
  }

  #start(name, command, args) {
    const child = spawn(command, args, { env: this.environment, cwd: this.directory, stdio: ['ignore', 'pipe', 'pipe'] });
    const entry = { child, output: '', ended: new Promise((resolve) => child.once('close', resolve).once('error', resolve)) };
    const keep = (chunk) => (entry.output = (entry.output + chunk).slice(-20_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#children.set(name, entry);
    return entry;
  }

  output(name) {
    return this.#children.get(name)?.output ?? '';
  }

  /** Ends one program and waits until it is gone. */
  async end(name, signal = 'SIGTERM') {
    const entry = this.#children.get(name);
    if (!entry) return;
    this.#children.delete(name);
    entry.child.kill(signal);
    const late = setTimeout(() => entry.child.kill('SIGKILL'), 5000);
    await entry.ended;
    clearTimeout(late);
  }

  /** Last started, first ended. May be called twice. */
  async stop() {
    for (const name of [...this.#children.keys()].reverse()) await this.end(name);
    rmSync(this.directory, { recursive: true, force: true });
  }
}
