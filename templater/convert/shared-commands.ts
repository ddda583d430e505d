/**
 * consul-template runs a command once for all templates that have it and change together. Files of our own do that for the members of a
 * group, so templates with one command become one, unless they wait for different times.
 */
import type { ConvertedTable, TomlScalar } from './conversion.js';

/** For groups whose members did not wait: what one answer changes goes together, and hardly anything else. */
const noWait = '1ms';

/** Groups first, then the templates in their order. */
export function withGroups(templates: readonly ConvertedTable[]): readonly ConvertedTable[] {
  const groups: ConvertedTable[] = [];
  const changed = new Map<ConvertedTable, ConvertedTable>();
  for (const sharing of sharingCommands(templates)) {
    const byWait = listsBy(sharing, (table) => entryOf(table, 'settle'));
    for (const members of byWait) {
      const lost =
        byWait.length === 1 ? [] : ['its command is that of other templates as well, and runs again for those that have another "wait"'];
      if (members.length === 1) for (const table of members) changed.set(table, { ...table, lost: [...table.lost, ...lost] });
      else {
        const name = `reload-${groups.length + 1}`;
        groups.push(groupTable(name, members));
        for (const table of members) changed.set(table, memberTable(table, { name, lost }));
      }
    }
  }
  return [...groups, ...templates.map((table) => changed.get(table) ?? table)];
}

function sharingCommands(templates: readonly ConvertedTable[]): readonly (readonly ConvertedTable[])[] {
  const withCommand = templates.filter((table) => entryOf(table, 'reload_cmd') !== undefined);
  return listsBy(withCommand, (table) => entryOf(table, 'reload_cmd')).filter(({ length }) => length > 1);
}

function groupTable(name: string, members: readonly ConvertedTable[]): ConvertedTable {
  const keeps = members.flatMap((table) => entryOf(table, 'keep') ?? []);
  const wait = members.map((table) => entryOf(table, 'settle')).find((settle) => settle !== undefined);
  return {
    header: `[group.${name}]`,
    entries: [
      ['settle', wait ?? noWait],
      ['keep', keeps[0]],
    ],
    lost: [],
  };
}

/** What is the group's to say is said there. */
function memberTable(table: ConvertedTable, { name, lost }: { readonly name: string; readonly lost: readonly string[] }): ConvertedTable {
  const entries = table.entries.filter(([key]) => key !== 'settle' && key !== 'keep');
  return { ...table, entries: [...entries, ['group', name]], lost: [...table.lost, ...lost] };
}

function entryOf({ entries }: ConvertedTable, wanted: string): TomlScalar | undefined {
  return entries.find(([key]) => key === wanted)?.[1];
}

/** In the order of the first of each. */
function listsBy(
  tables: readonly ConvertedTable[],
  keyOf: (table: ConvertedTable) => TomlScalar | undefined,
): readonly (readonly ConvertedTable[])[] {
  const lists = new Map<TomlScalar | undefined, ConvertedTable[]>();
  for (const table of tables) {
    const key = keyOf(table);
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [table]);
    else list.push(table);
  }
  return [...lists.values()];
}
