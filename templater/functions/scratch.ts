/** consul-template's `scratch`: a place for values while one template renders. Setting shows nothing. */
import { quote } from '../go-template/quote.js';
import {
  type GoFunction,
  GoList,
  GoMap,
  GoStruct,
  type GoValue,
  type Methods,
  type ParameterType,
  type StructType,
} from '../go-template/value.js';
import { row } from './function-row.js';

export const scratchFunctions = [
  row({
    name: 'scratch',
    dialects: ['consul-template'],
    usage: 'scratch',
    summary:
      'values kept for this rendering: `.Set K V`, `.SetX K V` (unless set), `.Get K`, `.Key K`, `.MapSet K F V`, `.MapSetX K F V`, `.MapValues K`',
    parameters: [],
    call: ({ scratch }) => scratchValue(scratch),
  }),
];

const types = new WeakMap<Map<string, GoValue>, GoStruct>();

function scratchValue(values: Map<string, GoValue>): GoStruct {
  const known = types.get(values);
  if (known) return known;
  const struct: StructType = { name: 'template.Scratch', pointer: true, fields: new Map(), methods: methodsOn(values) };
  const fresh = new GoStruct(struct, {});
  types.set(values, fresh);
  return fresh;
}

function methodsOn(values: Map<string, GoValue>): Methods {
  const untyped = 'interface {}';
  const set = (key: string, value: GoValue) => {
    values.set(key, value);
    return '';
  };
  const setField = (key: string, field: string, value: GoValue) => {
    const map = mapAt(values, key);
    values.set(key, new GoMap(new Map([...map.entries, [field, value]])));
    return '';
  };
  return {
    Key: method('Key', ['string'], ([key]) => values.has(String(key))),
    Get: method('Get', ['string'], ([key]) => values.get(String(key)) ?? null),
    Set: method('Set', ['string', untyped], ([key, value]) => set(String(key), value)),
    SetX: method('SetX', ['string', untyped], ([key, value]) => (values.has(String(key)) ? '' : set(String(key), value))),
    MapSet: method('MapSet', ['string', 'string', untyped], ([key, field, value]) => setField(String(key), String(field), value)),
    MapSetX: method('MapSetX', ['string', 'string', untyped], ([key, field, value]) =>
      mapAt(values, String(key)).entries.has(String(field)) ? '' : setField(String(key), String(field), value),
    ),
    MapValues: method('MapValues', ['string'], ([key]) => {
      const map = mapAt(values, String(key));
      return new GoList(map.keys().map((field) => map.entries.get(field)));
    }),
  };
}

function mapAt(values: ReadonlyMap<string, GoValue>, key: string): GoMap {
  const value = values.get(key);
  if (value === undefined) return new GoMap(new Map());
  if (value instanceof GoMap) return value;
  throw new Error(`${quote(key)} is not a map`);
}

function method(name: string, parameters: readonly ParameterType[], call: (values: readonly GoValue[]) => GoValue): () => GoFunction {
  return () => ({ kind: 'function', name, parameters, call: (values) => call(values) });
}
