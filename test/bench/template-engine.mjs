// The template engines alone: `range` over 10,000 items with two printf each beside Handlebars with plain helpers (the yardstick), and how
// long a megabyte of template takes to parse. CPU time of this process, so that other programs on the machine count little.
//   node test/bench/template-engine.mjs
import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const directory = `${root}.cache/bench-${process.pid}`;
mkdirSync(directory, { recursive: true });
try {
  await build({
    stdin: {
      contents: `export { compileGo } from './templater/go-engine.js';
        export { compileHandlebars } from './templater/handlebars/handlebars-engine.js';
        export { KeyTree } from './templater/key-tree.js';
        export { default as Handlebars } from 'handlebars';`,
      resolveDir: root,
    },
    outfile: `${directory}/engines.cjs`,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  await measure(createRequire(import.meta.url)(`${directory}/engines.cjs`));
} finally {
  rmSync(directory, { recursive: true });
}

async function measure({ compileGo, compileHandlebars, KeyTree, Handlebars }) {
  const source = { lookup: () => undefined, keys: KeyTree.empty, environment: () => undefined, now: () => 0 };
  const data = { items: Array.from({ length: 10_000 }, (_, i) => ({ name: `name-${i}`, port: i, tag: 't' })) };
  const plain = Handlebars.create();
  plain.registerHelper('both', (name, port) => `${name}:${port}`);
  plain.registerHelper('text', (tag) => `${tag}`);
  const yardstick = plain.compile('{{#each items}}{{both name port}} {{text tag}}\n{{/each}}', { noEscape: true });
  const options = { name: 't', dialect: 'both', numbers: 'int' };
  const go = await compileGo({
    ...options,
    syntax: 'go',
    text: '{{range .items}}{{printf "%s:%d" .name .port}} {{printf "%s" .tag}}\n{{end}}',
  });
  const ours = await compileHandlebars({
    ...options,
    syntax: 'handlebars',
    text: '{{#each items}}{{printf "%s:%d" name port}} {{printf "%s" tag}}\n{{/each}}',
  });
  const expected = yardstick(data);
  for (const template of [go, ours])
    if (Buffer.from(template.render(source, data).bytes).toString() !== expected) throw new Error('outputs differ');
  const base = cpuMs(() => yardstick(data));
  say('Handlebars with plain helpers', base, base);
  say(
    'Go syntax, two printf',
    cpuMs(() => go.render(source, data)),
    base,
  );
  say(
    'Handlebars syntax, two printf',
    cpuMs(() => ours.render(source, data)),
    base,
  );
  const piece =
    '# a line of text\nserver {{ .name | printf "%s" }} {\n  listen {{ .port }};\n{{ if .tls }}ssl on;{{ else }}ssl off;{{ end }}\n{{ range $i, $e := .list }}{{ $i }}={{ index $e "a" }}{{ end }}\n}\n';
  const text = piece.repeat(Math.ceil(2 ** 20 / piece.length));
  const times = [];
  for (let i = 0; i < 7; i++) {
    const before = process.cpuUsage().user;
    await compileGo({ ...options, syntax: 'go', text });
    times.push((process.cpuUsage().user - before) / 1000);
  }
  console.log(`parse and compile 1 MB of Go template | median ${median(times).toFixed(0)} ms, best ${Math.min(...times).toFixed(0)} ms`);
}

function cpuMs(task) {
  for (let i = 0; i < 10; i++) task();
  const times = Array.from({ length: 20 }, () => {
    const before = process.cpuUsage().user;
    for (let i = 0; i < 3; i++) task();
    return (process.cpuUsage().user - before) / 3000;
  });
  return median(times);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function say(name, ms, base) {
  console.log(`${name} | ${ms.toFixed(1)} ms for 10,000 items | ${(ms / base).toFixed(1)} times the yardstick`);
}
