/** The flags that name an entry. */
import { CommandFailure } from '../../command.js';

export const kindFlag = { kind: { kind: 'string', about: 'kind of the entry' } } as const;
export const nameFlag = { name: { kind: 'string', about: 'name of the entry' } } as const;

/** @throws CommandFailure for one that is not given */
export function requireFlags(flags: Readonly<Record<string, unknown>>, names: readonly ('kind' | 'name')[]): void {
  for (const name of names) if (!flags[name]) throw new CommandFailure(`Must specify the -${name} parameter`);
}
