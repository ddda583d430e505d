// Puts the parts of mesh-template into few files, so that it starts sooner: see parts-loader.cjs. Usual runs tell which parts belong
// together: those that the same runs load become one group.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { recordUsualRuns } from './code-cache.mjs';

const loader = readFileSync(new URL('parts-loader.cjs', import.meta.url), 'utf8');

/**
 * @param {string} main name of the part that is the program
 * @param {ReadonlyMap<string, string>} parts name -> CommonJS, all that the program reaches
 * @returns {Promise<Map<string, string | Buffer>>} file name -> contents; the program has the name of its main part
 */
export async function packed(main, parts) {
  const directory = mkdtempSync(`${tmpdir()}/mesh-pack-`);
  const record = async (files) => {
    for (const [name, contents] of files) writeFileSync(`${directory}/${name}`, contents);
    return recordUsualRuns(`${directory}/${main}`);
  };
  try {
    const groups = groupsOf(await record(filesOf(main, parts, [])));
    const made = bestOf(await record(filesOf(main, parts, groups)), groups.length);
    return filesOf(main, parts, groups, made);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** @returns {string[][]} */
function groupsOf(runs) {
  const groups = new Map();
  for (const id of new Set(runs.flatMap(({ parts }) => parts))) {
    const loadedBy = runs.map(({ parts }) => parts.includes(id)).join();
    groups.set(loadedBy, [...(groups.get(loadedBy) ?? []), id]);
  }
  return [...groups.values()];
}

/** Of each group what the run made of it that used more of it, and so has compiled more. */
function bestOf(runs, count) {
  return Array.from({ length: count }, (_, number) => {
    const candidates = runs.flatMap(({ scripts }) => (scripts[number] === undefined ? [] : [Buffer.from(scripts[number], 'base64')]));
    return candidates.sort((a, b) => b.length - a.length)[0] ?? Buffer.alloc(0);
  });
}

function filesOf(main, parts, groups, made = []) {
  const places = {};
  const [groupsText, spans] = joined(groups.map((ids) => groupText(ids, parts)));
  for (const [number, ids] of groups.entries()) for (const id of ids) places[id] = number;
  const others = [...parts].filter(([name]) => places[`./${name}`] === undefined);
  const [othersText, otherSpans] = joined(others.map(([, contents]) => contents));
  for (const [position, [name]] of others.entries()) places[`./${name}`] = otherSpans[position];
  const [cache, cacheSpans] = aligned(made);
  const named = (contents, kind) => (contents.length === 0 ? '' : `${main.replace('.js', '')}-${hashOf(contents)}.${kind}`);
  const index = {
    groups: named(groupsText, 'groups'),
    others: named(othersText, 'others'),
    cache: named(cache, 'cache'),
    made: spans.map((span, number) => [...span, ...(cacheSpans[number] ?? [0, 0])]),
    places,
  };
  const program = `"use strict";const index=${JSON.stringify(index)};\n${loader}\nload("./${main}");\n`;
  const files = [
    [index.groups, groupsText],
    [index.others, othersText],
    [index.cache, cache],
    [main, program],
  ];
  return new Map(files.filter(([name]) => name !== ''));
}

function groupText(ids, parts) {
  const functions = ids.map((id) => `${JSON.stringify(id)}:function(exports,require,module){${parts.get(id.slice(2))}\n}`);
  return `({${functions.join(',')}})`;
}

/** @returns {[string, [start: number, length: number][]]} */
function joined(texts) {
  return [texts.join(''), spansOf(texts)];
}

/** V8 wants its data aligned. @returns {[Buffer, [start: number, length: number][]]} */
function aligned(buffers) {
  const padded = buffers.map((buffer) => Buffer.concat([buffer, Buffer.alloc((8 - (buffer.length % 8)) % 8)]));
  return [Buffer.concat(padded), spansOf(padded).map(([start], number) => [start, buffers[number].length])];
}

function spansOf(pieces) {
  let end = 0;
  return pieces.map(({ length }) => {
    end += length;
    return [end - length, length];
  });
}

function hashOf(contents) {
  return createHash('sha256').update(contents).digest('hex').slice(0, 8);
}
