/** Sprig's functions on values of any kind: defaults, conditions, types, JSON; and those that end a rendering. */
import { parseGoJson } from '../go-json.js';
import { type GoValue, isTrue, typeName } from '../go-template/value.js';
import type { FunctionRow } from './function-row.js';
import { encodeJson } from './json-encode.js';
import { sprig, untyped, withAliases } from './sprig-row.js';
import { deepEqual, kindOf } from './sprig-values.js';

export const sprigDefaultFunctions: readonly FunctionRow[] = [
  sprig({
    usage: 'default D [A]',
    summary: 'A, or D when A is empty',
    parameters: [untyped],
    rest: untyped,
    call: (_, [fallback], [value]) => (isTrue(value) ? value : fallback),
  }),
  sprig({
    usage: 'empty A',
    summary: 'nothing, false, 0, "" or an empty list or map',
    parameters: [untyped],
    call: (_, [value]) => !isTrue(value),
  }),
  sprig({
    usage: 'coalesce A…',
    summary: 'the first that is not empty',
    parameters: [],
    rest: untyped,
    call: (_, __, values) => values.find(isTrue) ?? null,
  }),
  sprig({
    usage: 'all A…',
    summary: 'whether none is empty',
    parameters: [],
    rest: untyped,
    call: (_, __, values) => values.every(isTrue),
  }),
  sprig({
    usage: 'any A…',
    summary: 'whether one is not empty',
    parameters: [],
    rest: untyped,
    call: (_, __, values) => values.some(isTrue),
  }),
  sprig({
    usage: 'ternary A B CONDITION',
    summary: 'A when the condition holds, else B',
    parameters: [untyped, untyped, 'bool'],
    call: (_, [a, b, condition]) => (condition ? a : b),
  }),
  sprig({
    usage: 'fail MESSAGE',
    summary: 'ends the rendering with the message',
    parameters: ['string'],
    call: (_, [message]): GoValue => {
      throw new Error(message);
    },
  }),
  sprig({ usage: 'typeOf A', summary: 'the name of its type', parameters: [untyped], call: (_, [value]) => typeName(value) }),
  sprig({
    usage: 'typeIs NAME A',
    summary: 'whether its type has the name',
    parameters: ['string', untyped],
    call: (_, [name, value]) => typeName(value) === name,
  }),
  sprig({
    usage: 'typeIsLike NAME A',
    summary: 'the same, for pointers to it too',
    parameters: ['string', untyped],
    call: (_, [name, value]) => typeName(value).replace(/^\*/, '') === name.replace(/^\*/, ''),
  }),
  sprig({
    usage: 'kindOf A',
    summary: 'string, bool, int, float64, slice, map, ptr, …',
    parameters: [untyped],
    call: (_, [value]) => kindOf(value),
  }),
  sprig({
    usage: 'kindIs KIND A',
    summary: 'whether it is of the kind',
    parameters: ['string', untyped],
    call: (_, [kind, value]) => kindOf(value) === kind,
  }),
  sprig({
    usage: 'deepEqual A B',
    summary: 'whether both are equal in type and contents',
    parameters: [untyped, untyped],
    call: (_, [a, b]) => deepEqual(a, b),
  }),
  sprig({
    usage: 'fromJson TEXT',
    summary: 'any JSON; nil for what is none',
    parameters: ['string'],
    call: (_, [text]) => parsedOrNil(text),
  }),
  sprig({
    usage: 'mustFromJson TEXT',
    summary: 'any JSON; anything else is an error',
    parameters: ['string'],
    call: (_, [text]) => parseGoJson(text),
  }),
  ...withAliases(
    sprig({ usage: 'toJson A', summary: 'as JSON in one line', parameters: [untyped], call: (_, [value]) => encodeJson(value) }),
    'mustToJson',
  ),
  ...withAliases(
    sprig({
      usage: 'toPrettyJson A',
      summary: 'as JSON with two blanks for each level',
      parameters: [untyped],
      call: (_, [value]) => encodeJson(value, { indent: '  ' }),
    }),
    'mustToPrettyJson',
  ),
  ...withAliases(
    sprig({
      usage: 'toRawJson A',
      summary: 'as JSON with `<`, `>` and `&` as they are',
      parameters: [untyped],
      call: (_, [value]) => encodeJson(value, { unescapedHtml: true }),
    }),
    'mustToRawJson',
  ),
];

function parsedOrNil(text: string): GoValue {
  try {
    return parseGoJson(text);
  } catch {
    return null; // As Sprig: `mustFromJson` is the one that says why.
  }
}
