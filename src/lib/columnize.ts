/** Columns as Consul's commands print them: each padded to its widest cell and a gap, the last cell of a row as it is. */

/** Cells are counted in characters, not bytes. Rows may have different numbers of cells; trailing blanks go. */
export function columnize(rows: readonly (readonly string[])[], { gap }: { readonly gap: number } = { gap: 2 }): string {
  const widths: number[] = [];
  for (const row of rows) for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, lengthOf(cell));
  return rows
    .map((row) =>
      row
        .map((cell, column) => padded(cell, column === row.length - 1 ? 0 : (widths[column] ?? 0) + gap))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - lengthOf(cell)));
}

function lengthOf(cell: string): number {
  return [...cell].length;
}
