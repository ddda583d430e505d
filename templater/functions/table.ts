/**
 * The one table of template functions. Go syntax calls them as functions, Handlebars as helpers; documentation is tested against it.
 * To add a function: add its row to the file of its kind.
 */

import type { GoFunction } from '../go-template/value.js';
import { confdCollectionFunctions } from './confd-collections.js';
import { confdEnvironmentFunctions } from './confd-environment.js';
import { confdKeyFunctions } from './confd-keys.js';
import { confdStringFunctions } from './confd-strings.js';
import { consulCollectionFunctions } from './consul-collections.js';
import { consulDataFunctions } from './consul-data.js';
import { consulNumberFunctions } from './consul-numbers.js';
import { consulTextFunctions } from './consul-text.js';
import { asFunction, type Dialect, type FunctionRow } from './function-row.js';
import { goBuiltins } from './go-builtins.js';
import { regularExpressionFunctions } from './regular-expressions.js';
import { sharedFunctions } from './shared-functions.js';

export const functionTable: readonly FunctionRow[] = [
  ...goBuiltins,
  ...sharedFunctions,
  ...confdKeyFunctions,
  ...confdStringFunctions,
  ...confdCollectionFunctions,
  ...confdEnvironmentFunctions,
  ...regularExpressionFunctions,
  ...consulDataFunctions,
  ...consulTextFunctions,
  ...consulNumberFunctions,
  ...consulCollectionFunctions,
];

const byDialect = new Map<Dialect | 'both', ReadonlyMap<string, GoFunction>>();

/**
 * The functions a template may call, by name. In `both`, where confd and consul-template give one name two meanings (`ls`, `join`,
 * `split`, `contains`, …), confd's wins: native resources grew out of confd's, and their `keys` are what `ls` and `getv` read.
 */
export function functionsOf(dialect: Dialect | 'both'): ReadonlyMap<string, GoFunction> {
  const known = byDialect.get(dialect);
  if (known) return known;
  const functions = new Map<string, GoFunction>();
  const order: readonly Dialect[] = dialect === 'both' ? ['consul-template', 'confd'] : [dialect];
  for (const one of order) for (const row of functionTable) if (row.dialects.includes(one)) functions.set(row.name, asFunction(row));
  byDialect.set(dialect, functions);
  return functions;
}
