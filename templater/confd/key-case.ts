/** confd's reader of TOML takes a key in any case, `Src` for `src`, where nothing has the very name. Its files have to work here too. */
import { templateKeys } from '../native/keys.js';
import type { Table } from '../native/table-values.js';
import { configFileKeys } from './flags.js';
import { isLaterKey } from './later-keys.js';

export interface InSmallLetters {
  readonly table: Table;
  /** Key -> as it stands in the file, for those that were written otherwise. */
  readonly asWritten: ReadonlyMap<string, string>;
}

/** Of a resource file as a whole. */
export const documentInSmallLetters = (given: Table) => inSmallLetters(given, (key) => key === 'template' || key === 'backend');

/** Of its `[template]`. */
export const templateInSmallLetters = (given: Table) => inSmallLetters(given, (key) => Object.hasOwn(templateKeys, key) || isLaterKey(key));

/** Of `confd.toml`. */
export const settingsInSmallLetters = (given: Table) => inSmallLetters(given, (key) => Object.hasOwn(configFileKeys, key));

/** Keys that are not known by their small letters either stay as they are. */
function inSmallLetters(given: Table, isKnown: (key: string) => boolean): InSmallLetters {
  const asWritten = new Map<string, string>();
  const entries = Object.entries(given).map(([key, value]) => {
    const small = key.toLowerCase();
    if (small === key || !isKnown(small) || Object.hasOwn(given, small)) return [key, value] as const;
    asWritten.set(small, key);
    return [small, value] as const;
  });
  return { table: asWritten.size === 0 ? given : Object.fromEntries(entries), asWritten };
}
