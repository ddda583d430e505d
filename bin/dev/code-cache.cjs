// Runs a program so that V8 compiles what a usual run needs, and keeps the result: node -r code-cache.cjs PROGRAM ARGUMENT...
// CODE_CACHE names the file to write: JSON, part -> base64. Used by code-cache.mjs.
const { writeFileSync } = require('node:fs');
const scripts = new Map();
globalThis[Symbol.for('mesh.scripts')] = scripts;
process.on('exit', () => {
  const made = [...scripts].map(([id, script]) => [id, script.createCachedData().toString('base64')]);
  writeFileSync(process.env.CODE_CACHE, JSON.stringify(Object.fromEntries(made)));
});
