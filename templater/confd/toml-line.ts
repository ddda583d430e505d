/** From a TOML key back to the line it stands on: the errors users see name both. */

/**
 * The line of `key` in table `table` ('' = top level), from 1: a guess by layout, not a parse, so keys of inline tables and keys in quotes
 * with escapes give the line of the table, or 1.
 */
export function lineOfTomlKey(text: string, { table, key }: { readonly table: string; readonly key: string }): number {
  let inTable = table === '';
  let tableLine = 1;
  for (const [position, line] of text.split('\n').entries()) {
    const header = /^\s*\[\[?\s*([^\]]+?)\s*\]/.exec(line);
    if (header) {
      inTable = header[1] === table;
      if (inTable || (table === '' && header[1] === key)) tableLine = position + 1;
      continue;
    }
    const name = /^\s*(?:([A-Za-z0-9_-]+)|"([^"\\]*)"|'([^']*)')\s*[.=]/.exec(line);
    if (inTable && name && (name[1] ?? name[2] ?? name[3]) === key) return position + 1;
  }
  return tableLine;
}
