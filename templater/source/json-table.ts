/** Maps of decoded JSON, looked into without believing what they hold. */
export type Table = Readonly<Record<string, unknown>>;

export function asTable(value: unknown): Table | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : undefined;
}

export function textIn(table: Table | undefined, name: string): string {
  const value = table?.[name];
  return typeof value === 'string' ? value : '';
}

export function numberIn(table: Table | undefined, name: string): number {
  const value = table?.[name];
  return typeof value === 'number' ? value : 0;
}
