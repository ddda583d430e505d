/**
 * Keys of a resource file that later releases of confd have, in our words. What would mean something else when it were ignored is
 * refused: a template with a source of its own must not be rendered with the data of another.
 */
import { type FailAt, readDuration, type Table } from '../native/table-values.js';

export const isLaterKey = (key: string): boolean => key === 'debounce' || key === 'min_reload_interval' || key === 'output_format';

export interface LaterKeys {
  /** With `settle` for `debounce`, `max_rate` for `min_reload_interval`, and `reload_cmd` with the file that it names. */
  readonly table: Table;
  readonly warnings: readonly { readonly key: string; readonly text: string }[];
}

export function inOurWords(given: Table, failAt: FailAt): LaterKeys {
  const { debounce, min_reload_interval: interval, output_format: format, ...table } = given;
  return {
    table: {
      ...table,
      ...(debounce !== undefined && { settle: table.settle ?? durationText('debounce', debounce, failAt) }),
      ...(interval !== undefined && { max_rate: table.max_rate ?? `1 per ${durationText('min_reload_interval', interval, failAt)}` }),
      ...(typeof table.reload_cmd === 'string' && { reload_cmd: withFile(table.reload_cmd, table.dest) }),
    },
    warnings:
      format === undefined
        ? []
        : [{ key: 'output_format', text: '"output_format" is not looked at; a check_cmd does that, such as "jq empty {{.src}}"' }],
  };
}

/** Of the whole file, beside `[template]`. */
export function refuseOwnSource(document: Table, failAt: (key: string, reason: string) => never): void {
  if (document.backend !== undefined)
    failAt('backend', 'a source of its own is for files of ours: [source.NAME], and source = "NAME" in the [[template]]');
}

function durationText(key: string, value: unknown, failAt: FailAt): string {
  if (typeof value !== 'string') return failAt(key, `"${key}" must be a string such as "30s"`);
  readDuration(value, (reason) => failAt(key, `"${key}" ${reason}`));
  return value;
}

/** Nothing else in it is a template: `docker ps --format '{{.ID}}'` stays as it is. When it runs the staged file has become the file. */
function withFile(command: string, destination: unknown): string {
  return typeof destination === 'string' ? command.replace(/\{\{\s*\.(?:dest|src)\s*\}\}/g, () => destination) : command;
}
