// Runs a program and keeps which of its parts it loaded, and what V8 made of their groups: node -r code-cache.cjs PROGRAM ARGUMENT...
// CODE_CACHE names the file to write: JSON, { parts: [part], scripts: { group: base64 } }. Used by code-cache.mjs.
const { writeFileSync } = require('node:fs');
const recorded = { parts: new Set(), scripts: new Map() };
globalThis[Symbol.for('mesh.recorded')] = recorded;
process.on('exit', () => {
  const scripts = [...recorded.scripts].map(([number, script]) => [number, script.createCachedData().toString('base64')]);
  writeFileSync(process.env.CODE_CACHE, JSON.stringify({ parts: [...recorded.parts], scripts: Object.fromEntries(scripts) }));
});
