/** One golden test: its data rendered through the resources it is about, and what came out held against what was expected. */
import { resolve } from 'node:path';
import type { Clock } from '../../src/lib/clock.js';
import { compile } from '../engine.js';
import { diffLines, plain } from '../plan/plan-text.js';
import { type Looked, renderAll } from '../render-all.js';
import type { Resource } from '../resource.js';
import { TemplateFile } from '../runtime/template-file.js';
import { fixtureSource } from './fixture.js';
import type { GoldenTest } from './test-file.js';

export interface TestEnd {
  /** Lines that say what is wrong; none when the test passes. */
  readonly faults: readonly string[];
  /** What it rendered, as the file names it: the expectations that would hold. */
  readonly rendered: ReadonlyMap<string, string>;
}

export async function runTest(test: GoldenTest, resources: readonly Resource[]): Promise<TestEnd> {
  const missing = (test.resources ?? []).filter((name) => !resources.some((resource) => resource.name === name));
  if (missing.length > 0) return { faults: missing.map((name) => `there is no resource "${name}"`), rendered: new Map() };
  const looked = await renderAll(chosen(test, resources), {
    source: fixtureSource(test.fixture),
    templateFileOf: (resource) => new TemplateFile(resource, compile),
    environment: (name) => test.environment.get(name),
    clock: fixedClock(test.now),
    signal: new AbortController().signal,
  });
  const failures = looked.filter(({ failure }) => failure !== '').map(({ resource, failure }) => `${resource.name}: ${failure}`);
  const rendered = outputsOf(looked);
  if (test.error !== '') return { faults: errorFaults(test.error, failures), rendered };
  return { faults: [...failures, ...differences(test.expected, rendered)], rendered };
}

/** What is named; else what writes an expected file; else all. Where the files of items go is known only afterwards. */
function chosen({ resources: names, expected, error }: GoldenTest, resources: readonly Resource[]): readonly Resource[] {
  if (names !== undefined) return resources.filter(({ name }) => names.includes(name));
  if (expected.size === 0 || error !== '') return resources;
  const paths = new Set([...expected.keys()].map((path) => resolve(path)));
  return resources.filter(({ destination, forEach }) => forEach !== undefined || paths.has(resolve(destination)));
}

function outputsOf(looked: readonly Looked[]): ReadonlyMap<string, string> {
  const outputs = looked.flatMap(({ rendered }) => rendered?.outputs ?? []);
  return new Map(outputs.map(({ destination, content }) => [destination, Buffer.from(content).toString('utf8')]));
}

function errorFaults(expected: string, failures: readonly string[]): readonly string[] {
  if (failures.some((failure) => failure.includes(expected))) return [];
  return [
    `an error with ${JSON.stringify(expected)} was to come, and ${failures.length === 0 ? 'there was none' : 'this came:'}`,
    ...failures,
  ];
}

function differences(expected: ReadonlyMap<string, string>, rendered: ReadonlyMap<string, string>): readonly string[] {
  const byPath = new Map([...rendered].map(([path, text]) => [resolve(path), text]));
  const expectedPaths = new Set([...expected.keys()].map((path) => resolve(path)));
  const wrong = [...expected].flatMap(([path, text]) => {
    const got = byPath.get(resolve(path));
    if (got === undefined) return [`${path} was expected and is not made`];
    if (got === text) return [];
    return [
      `--- ${path} (expected)`,
      `+++ ${path} (rendered)`,
      ...diffLines({ content: Buffer.from(text) }, { content: Buffer.from(got) }, plain),
    ];
  });
  const extra = [...rendered.keys()].filter((path) => !expectedPaths.has(resolve(path)));
  return [...wrong, ...extra.map((path) => `${path} is made and was not expected`)];
}

/** Nothing here waits, so nothing has to come due. */
function fixedClock(now: number): Clock {
  return { now: () => now, after: () => () => {} };
}
