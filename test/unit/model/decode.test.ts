import { describe, expect, test } from 'vitest';
import {
  boolean,
  DecodeError,
  decodeBody,
  decodeFile,
  duration,
  field,
  integer,
  list,
  map,
  record,
  text,
} from '../../../src/model/decode.js';

const inner = record({ Depth: field(integer, 0, { file: 'depth' }) });
const shape = record({
  Name: field(text, 'none', { file: 'name' }),
  UseTLS: field(boolean, false, { file: ['use_tls', 'usetls'], body: ['use_tls'] }),
  Port: field(integer, 0, { file: 'port' }),
  Tags: field(list(text), [], { file: 'tags' }),
  Meta: field(map(text), {}, { file: 'meta' }),
  Wait: field(duration, 0, { file: 'wait' }),
  Inner: field(list(inner), [], { file: 'inner' }),
  Only: field(text, '', { file: 'only', body: null }),
});

describe('a body', () => {
  test.each([
    { name: 'nothing given is all defaults', body: {}, is: { Name: 'none', UseTLS: false, Port: 0, Tags: [], Meta: {}, Wait: 0 } },
    { name: 'null is nothing', body: null, is: { Name: 'none' } },
    { name: 'null fields are not given', body: { Name: null, Tags: null }, is: { Name: 'none', Tags: [] } },
    { name: 'names match without regard to case', body: { nAmE: 'x', USETLS: true }, is: { Name: 'x', UseTLS: true } },
    { name: 'other spellings are taken when listed', body: { use_tls: true }, is: { UseTLS: true } },
    { name: 'a duration is text', body: { Wait: '1m30s' }, is: { Wait: 90_000 } },
    { name: 'a bare duration is nanoseconds', body: { Wait: 2e9 }, is: { Wait: 2000 } },
    { name: 'true for a duration is not given', body: { Wait: true }, is: { Wait: 0 } },
    { name: 'keys of maps stay as they are', body: { Meta: { aB: 'c', __proto__x: 'd' } }, is: { Meta: { aB: 'c', __proto__x: 'd' } } },
    { name: 'records nest', body: { inner: [{ depth: 1 }, {}] }, is: { Inner: [{ Depth: 1 }, { Depth: 0 }] } },
  ])('$name', ({ body, is }) => {
    expect(decodeBody(shape, body)).toMatchObject(is);
  });

  test.each([
    { name: 'an unknown field', body: { Bogus: 1 }, says: 'json: unknown field "Bogus"' },
    { name: 'a field of files only', body: { only: 'x' }, says: 'json: unknown field "only"' },
    { name: 'an unknown field below', body: { Inner: [{ Nope: 1 }] }, says: 'json: unknown field "Nope"' },
    { name: 'text for a number', body: { Port: 'x' }, says: 'json: cannot unmarshal string into Go struct field Port of type int' },
    { name: 'a fraction', body: { Port: 1.5 }, says: 'json: cannot unmarshal number 1.5 into Go struct field Port of type int' },
    { name: 'a number for text', body: { Name: 1 }, says: 'json: cannot unmarshal number into Go struct field Name of type string' },
    { name: 'a list for the whole', body: [], says: 'json: cannot unmarshal array into Go value of type object' },
    { name: 'text for the whole', body: 'x', says: 'json: cannot unmarshal string into Go value of type object' },
    {
      name: 'a number among texts',
      body: { Tags: ['a', 1] },
      says: 'json: cannot unmarshal number into Go struct field Tags[1] of type string',
    },
    {
      name: 'an object for a duration',
      body: { Wait: {} },
      says: 'json: cannot unmarshal object into Go struct field Wait of type duration',
    },
    { name: 'null among texts', body: { Tags: ['a', null] }, says: 'json: cannot unmarshal null into Go struct field Tags[1]' },
    { name: 'null in a map', body: { Meta: { a: null } }, says: 'json: cannot unmarshal null into Go struct field Meta["a"]' },
    { name: 'a wrong duration', body: { Wait: 'bad' }, says: 'time: invalid duration "bad"' },
  ])('$name is refused with words like those of Go', ({ body, says }) => {
    expect(() => decodeBody(shape, body)).toThrow(new DecodeError(says));
  });
});

describe('a file', () => {
  const decode = (value: unknown) => decodeFile(shape, value, 'thing');

  test('keys are lower-case words in any case, with their underscores', () => {
    expect(decode({ NAME: 'x', Use_TLS: true, usetls: true }).value).toMatchObject({ Name: 'x', UseTLS: true });
  });

  test('a list of one stands for its element, and a fraction is cut', () => {
    const { value, context } = decode([{ name: ['x'], port: 1.5 }]);
    expect(value).toMatchObject({ Name: 'x', Port: 1 });
    expect(context.wrongTypes).toEqual([]);
  });

  test('unknown keys are told together, with their path and what is known there', () => {
    const { context } = decode({ bogus: 1, inner: [{}, { zzz: 1 }] });
    expect(context.unknownKeys.map(({ path }) => path)).toEqual(['thing.bogus', 'thing.inner[1].zzz']);
    expect(context.unknownKeys[1]?.known).toEqual(['depth']);
  });

  test('wrong types are collected', () => {
    const { value, context } = decode({ port: '8500', use_tls: 'true', tags: 'x', meta: [{}, {}], name: { a: 1 } });
    expect(value).toMatchObject({ Port: 0, UseTLS: false, Tags: [], Meta: {}, Name: '' });
    expect(context.wrongTypes).toEqual([
      "'thing.port' expected type 'int', got unconvertible type 'string', value: '8500'",
      "'thing.use_tls' expected type 'bool', got unconvertible type 'string', value: 'true'",
      "'thing.tags': source data must be an array or slice, got string",
      "'thing.meta' expected a map, got 'slice'",
      "'thing.name' expected type 'string', got unconvertible type 'map[string]interface {}', value: '{\"a\":1}'",
    ]);
  });

  test('durations that make no sense are collected with their path', () => {
    expect(decode({ wait: '5x' }).context.wrongValues).toEqual([
      'thing.wait: invalid duration: "5x": time: unknown unit "x" in duration "5x"',
    ]);
  });
});
