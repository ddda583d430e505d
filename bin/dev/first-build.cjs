// A program was started in a clone without dist/: builds it, or says what has to be done first. Never returns without bundles.
const { spawnSync } = require('node:child_process');

const { status } = spawnSync(process.execPath, [`${__dirname}/build.mjs`], { stdio: ['ignore', 2, 2] });
if (status !== 0) process.exit(1);
