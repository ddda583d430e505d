// Stands in front of mesh-template in dist/: the `require` of its parts. A program needs about a hundred of them, of two kilobytes each, and
// finding, opening and compiling so many files takes longer than all else it does. So pack.mjs puts the parts that usual runs need into
// a few groups, each compiled as one, and beside them what V8 made of them; all others stand in a file that is read when one of them is
// needed. Node of another version does not take what V8 made, and compiles the groups as it would have done anyway.
// `index` is put in front by pack.mjs: { groups: file, others: file, cache: file, made: [[start, length, start in cache, length]],
// places: { "./a.js": group | [start, length in others] } }.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const groupsText = index.groups === '' ? '' : readFileSync(`${__dirname}/${index.groups}`, 'latin1');
const cache = readCache();
const opened = new Map();
const loaded = new Map();
let othersText;
// Set while the groups and the cache are made: see code-cache.cjs.
const recorded = globalThis[Symbol.for('mesh.recorded')];

// What pack.mjs puts behind this calls it.
// biome-ignore lint/correctness/noUnusedVariables: the program's own code follows
function load(id) {
  const known = loaded.get(id);
  if (known) return known.exports;
  const place = index.places[id];
  if (place === undefined) return require(id);
  recorded?.parts.add(id);
  const module = { exports: {} };
  loaded.set(id, module);
  const part = typeof place === 'number' ? group(place)[id] : other(id, place);
  part(module.exports, load, module);
  return module.exports;
}

function group(number) {
  const known = opened.get(number);
  if (known) return known;
  const [start, length, cachedStart, cachedLength] = index.made[number];
  const cachedData = cachedLength > 0 ? cache?.subarray(cachedStart, cachedStart + cachedLength) : undefined;
  const script = new Script(groupsText.slice(start, start + length), { filename: `${__dirname}/${index.groups}`, cachedData });
  recorded?.scripts.set(number, script);
  const parts = script.runInThisContext();
  opened.set(number, parts);
  return parts;
}

function other(id, [start, length]) {
  othersText ??= readFileSync(`${__dirname}/${index.others}`, 'latin1');
  const source = `(function(exports,require,module){${othersText.slice(start, start + length)}\n})`;
  return new Script(source, { filename: `${__dirname}/${id.slice(2)}` }).runInThisContext();
}

function readCache() {
  try {
    return index.cache === '' ? undefined : readFileSync(`${__dirname}/${index.cache}`);
  } catch {
    return undefined; // It only saves time.
  }
}
