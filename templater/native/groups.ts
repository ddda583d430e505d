/** `[group.NAME]`: what reloads together. */
import { resolve } from 'node:path';
import { defaultSettle, type Group } from '../resource.js';
import { commandsOf } from './commands.js';
import { groupKeys } from './keys.js';
import { rolloutOf } from './rollout.js';
import { decodeTable, type FailAt, readDuration, type Table, unknownKeys } from './table-values.js';

interface ChangeValues {
  readonly settle?: string | undefined;
  readonly max_rate?: string | undefined;
  readonly keep?: number | undefined;
}

/** `keep` of `[defaults]` for the groups that do not say. */
export function groupOf(
  table: Table,
  {
    name,
    file,
    keep,
    failAt,
  }: { readonly name: string; readonly file: string; readonly keep: number | undefined; readonly failAt: FailAt },
): Group {
  const [unknown] = unknownKeys(table, Object.keys(groupKeys));
  if (unknown !== undefined) return failAt(unknown.key, unknown.text);
  const values = decodeTable(table, groupKeys, failAt);
  const rules = changeRules({ ...values, keep: values.keep ?? keep }, failAt);
  return {
    name,
    stateKey: `${resolve(file)}#group.${name}`,
    ...rules,
    settle: rules.settle ?? defaultSettle,
    commands: commandsOf(values),
    rollout: rolloutOf(values.rollout, failAt),
  };
}

export function changeRules(
  { settle, max_rate: maxRate, keep = 0 }: ChangeValues,
  failAt: FailAt,
): Pick<Group, 'settle' | 'maxRate' | 'keepVersions'> {
  if (keep < 0) return failAt('keep', '"keep" must be 0 or more');
  return {
    settle: settle === undefined ? undefined : settleOf(settle, failAt),
    maxRate: maxRate === undefined ? undefined : rateOf(maxRate, failAt),
    keepVersions: keep,
  };
}

/** "1s:10s"; the most is four times the least when it is left out, as consul-template has it for `wait`. */
function settleOf(text: string, failAt: FailAt): NonNullable<Group['settle']> {
  const fail = (reason: string) => failAt('settle', `"settle" ${reason}`);
  const [min = '', max] = text.split(/:(.*)/s);
  const minMs = readDuration(min, fail);
  const maxMs = max === undefined ? 4 * minMs : readDuration(max, fail);
  return maxMs >= minMs ? { minMs, maxMs } : fail(`must be MIN:MAX, MIN being the shorter one, not ${JSON.stringify(text)}`);
}

/** "1 per 10s", "3 per minute" */
function rateOf(text: string, failAt: FailAt): NonNullable<Group['maxRate']> {
  const fail = (reason: string) => failAt('max_rate', `"max_rate" ${reason}`);
  const [, digits = '', time = ''] = /^\s*(\d{1,6})\s+per\s+(\S+)\s*$/.exec(text) ?? [];
  const count = Number(digits);
  if (count < 1) return fail(`must be such as "1 per 10s", not ${JSON.stringify(text)}`);
  return { count, perMs: readDuration(time, fail) };
}
