/**
 * Rendering allocates in proportion to its output: ten times the output takes about ten times the memory, also what is given back at once.
 * V8's sampling profiler counts it, whatever the collector does meanwhile.
 */
import { Session } from 'node:inspector';
import { expect, test } from 'vitest';
import { compile } from '../../../templater/engine.js';
import type { Template } from '../../../templater/template.js';
import { fakeSource } from './fake-source.js';

interface ProfileNode {
  readonly selfSize: number;
  readonly children: readonly ProfileNode[];
}

/** Bytes on V8's heap and in buffers. */
function allocatedBytes(run: () => void): number {
  const session = new Session();
  session.connect();
  const before = process.memoryUsage().arrayBuffers;
  session.post('HeapProfiler.startSampling', {
    samplingInterval: 2048,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  } as object);
  run();
  const buffers = Math.max(0, process.memoryUsage().arrayBuffers - before);
  let heap = 0;
  session.post('HeapProfiler.stopSampling', (_, { profile }) => {
    heap = totalOf(profile.head);
  });
  session.disconnect();
  return heap + buffers;
}

function totalOf({ selfSize, children }: ProfileNode): number {
  return children.reduce((sum, child) => sum + totalOf(child), selfSize);
}

async function growth(template: Template, count: number): Promise<{ readonly ratio: number; readonly perOutputByte: number }> {
  const [small, large] = [dataOf(count), dataOf(10 * count)];
  const source = fakeSource();
  // Code and caches are made by the first renderings.
  for (let i = 0; i < 3; i++) template.render(source, large);
  const output = template.render(source, large).bytes.length;
  const [few, many] = [allocatedBytes(() => template.render(source, small)), allocatedBytes(() => template.render(source, large))];
  return { ratio: many / few, perOutputByte: many / output };
}

function dataOf(count: number): unknown {
  return { items: Array.from({ length: count }, (_, i) => ({ name: `server-${i}`, port: 8000 + (i % 100), tags: ['a', 'b'] })) };
}

const line = '{{.name}} is at port {{printf "%v" .port}} with {{range .tags}}{{.}},{{end}} and a little more text to make a line of it\n';

test.each([
  { name: 'a loop', syntax: 'go', text: `{{range .items}}${line}{{end}}` },
  { name: 'a template for each', syntax: 'go', text: `{{define "line"}}${line}{{end}}{{range .items}}{{template "line" .}}{{end}}` },
  {
    name: 'executeTemplate for each',
    syntax: 'go',
    text: `{{define "line"}}${line}{{end}}{{range .items}}{{executeTemplate "line" .}}{{end}}`,
  },
  {
    name: 'variables',
    syntax: 'go',
    text: `{{range $i, $item := .items}}{{$port := $item.port}}{{with $item}}{{$i}} {{$port}} ${line}{{end}}{{end}}`,
  },
  {
    name: 'Handlebars',
    syntax: 'handlebars',
    text: '{{#each items}}{{name}} is at port {{printf "%v" port}} with {{#each tags}}{{this}},{{/each}} and a little more text for a line\n{{/each}}',
  },
] as const)('$name allocates ten times as much for ten times the output', async ({ syntax, text }) => {
  const { ratio, perOutputByte } = await growth(await compile({ text, name: 't', syntax, dialect: 'both' }), 1000);
  // About 10 and 30 to 45 in fact; what grows with the square is at 100.
  expect(ratio).toBeLessThan(20);
  expect(ratio).toBeGreaterThan(5);
  expect(perOutputByte).toBeLessThan(100);
});

test('text costs little more than itself, however little of the template it is', async () => {
  const text = `${'x'.repeat(1_000_000)}{{len .items}}`;
  const template = await compile({ text, name: 't', syntax: 'go', dialect: 'both' });
  expect((await growth(template, 1)).perOutputByte).toBeLessThan(5);
});

test('the measure sees what grows with the square: a list that is copied for each of its elements', async () => {
  const text = '{{$list := list}}{{range .items}}{{$list = append $list .}}{{.name}}\n{{end}}';
  const { ratio } = await growth(await compile({ text, name: 't', syntax: 'go', dialect: 'both' }), 300);
  expect(ratio).toBeGreaterThan(30);
});
