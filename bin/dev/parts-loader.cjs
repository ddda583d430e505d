// Stands in front of mesh-template in dist/: the `require` of its parts. A program needs about a hundred of them, of two kilobytes each, and
// finding, opening and compiling so many files takes longer than all else it does. So build.mjs puts their text into one file, and beside
// it what V8 made of them. Node of another version does not take that, and compiles them as it would have done anyway.
// `index` is put in front by build.mjs: { parts: file name, cache: file name, places: { "./a.js": [start, length, start in cache, length] } }.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

const text = readFileSync(`${__dirname}/${index.parts}`, 'latin1');
const cache = readCache();
const loaded = new Map();
// Set while the cache is made: see code-cache.cjs.
const scripts = globalThis[Symbol.for('mesh.scripts')];

// What build.mjs puts behind this calls it.
// biome-ignore lint/correctness/noUnusedVariables: the program's own code follows
function load(id) {
  const known = loaded.get(id);
  if (known) return known.exports;
  const place = index.places[id];
  if (!place) return require(id);
  const module = { exports: {} };
  loaded.set(id, module);
  compiled(id, place)(module.exports, load, module);
  return module.exports;
}

function compiled(id, [start, length, cachedStart, cachedLength]) {
  const source = `(function(exports,require,module){${text.slice(start, start + length)}\n})`;
  const cachedData = cachedLength > 0 ? cache?.subarray(cachedStart, cachedStart + cachedLength) : undefined;
  const script = new Script(source, { filename: `${__dirname}/${id.slice(2)}`, cachedData });
  scripts?.set(id, script);
  return script.runInThisContext();
}

function readCache() {
  try {
    return index.cache === '' ? undefined : readFileSync(`${__dirname}/${index.cache}`);
  } catch {
    return undefined; // It only saves time.
  }
}
