/**
 * What one row of the table of agent options says. Everything that must know an option reads it from its row: the decoder of files, the
 * command line, the defaults, `-dev`, the reload, the list of keys that have no effect, and docs/configuration.md.
 */
export type OptionKind =
  | 'string'
  | 'bool'
  | 'int'
  | 'number'
  /** Go's notation in files ("10s"), milliseconds in settings. */
  | 'duration'
  /** A list of strings; sources are strung together. */
  | 'strings'
  /** Name to text; sources are laid over each other. */
  | 'map'
  /** Name to duration. */
  | 'durations'
  /** Name to anything; sources are laid over each other. */
  | 'values'
  /** A section that is one value: the later one replaces the earlier. */
  | 'record'
  /** A list of sections; sources are strung together. */
  | 'records';

export interface OptionRow {
  readonly kind: OptionKind;
  /** As a file would say it. Without one the zero value holds: '', false, 0, no items. */
  readonly value?: string | boolean | number;
  /** What `-dev` makes of it. */
  readonly dev?: string | boolean | number;
  readonly flag?: string;
  /** An older name of the flag that still works. */
  readonly flagAlias?: string;
  /** Takes effect at a reload; the others keep the value they had at the start. */
  readonly reload?: true;
  /** An older place of another key: its value goes there, behind what the new place says. */
  readonly oldNameOf?: string;
  /** Using the old name is warned about. */
  readonly warnsOld?: true;
  /**
   * `later`: accepted, warned about, without effect in this version. `refused`: asks for protection that this version does not have, so the
   * agent does not start. `other-edition`: a key of Consul Enterprise, warned about.
   * `overruled`: a name that a file may use and that never had an effect.
   */
  readonly effect?: 'later' | 'refused' | 'other-edition' | 'overruled';
  readonly doc: string;
}

export interface ValueOfKind {
  string: string;
  bool: boolean;
  int: number;
  number: number;
  duration: number;
  strings: readonly string[];
  map: Readonly<Record<string, string>>;
  durations: Readonly<Record<string, number>>;
  values: Readonly<Record<string, unknown>>;
  record: Readonly<Record<string, unknown>>;
  records: readonly Readonly<Record<string, unknown>>[];
}
