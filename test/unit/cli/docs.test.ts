/** docs/cli.md names every command with its usage and every flag with its meaning, in the words of the program. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clientFlags, namespaceFlags, serverFlags } from '../../../src/cli/client-flags.js';
import { commandTable } from '../../../src/cli/commands.js';

/** However its tables are aligned. */
const document = readFileSync('docs/cli.md', 'utf8').replace(/ +\|/g, ' |');
const common: object = { ...clientFlags, ...serverFlags, ...namespaceFlags };
/** The agent's settings have a page of their own. */
const rows = commandTable.filter((row) => row.load && row.name !== 'agent');

test.each(rows)('mesh $name', async ({ load }) => {
  const { command } = (await load?.()) ?? {};
  const section = document.split(/^### /m).find((part) => part.startsWith(`\`${command?.usage}\``)) ?? '';
  expect(section).toContain(command?.about);
  for (const [name, { about }] of Object.entries(command?.flags ?? {})) {
    if (name in common) expect(document).toContain(`| \`-${name}\` |`);
    else expect(section.split('\n').find((line) => line.startsWith(`| \`-${name}\` |`))).toContain(`| ${about} |`);
  }
});

test('no command is documented that does not exist', () => {
  const documented = [...document.matchAll(/^### `mesh ([a-z ]+?) *[[A-Z`]/gm)].map(([, name]) => name);
  expect(documented.filter((name) => !commandTable.some((row) => row.name === name))).toEqual([]);
});
