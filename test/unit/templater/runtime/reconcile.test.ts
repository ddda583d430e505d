import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reconcile } from '../../../../templater/runtime/reconcile.js';

const entry = (key: string, value: string) => ({ Key: key, Value: value, ModifyIndex: 1 });

describe('reconciling an answer with the one before', () => {
  test('the same answer is the same object', () => {
    const before = [entry('a', '1'), entry('b', '2')];
    expect(reconcile(before, structuredClone(before))).toBe(before);
    expect(reconcile<unknown>(before[0], { ...before[0] })).toBe(before[0]);
    expect(reconcile(null, null)).toBe(null);
    const bytes = Buffer.from('x');
    expect(reconcile(bytes, Buffer.from('x'))).toBe(bytes);
  });

  test('what did not change keeps its object, also when it moved', () => {
    const before = [entry('a', '1'), entry('b', '2'), entry('c', '3')];
    const after = reconcile(before, [entry('a', '1'), entry('aa', 'new'), entry('b', '2'), entry('c', 'changed')]);
    expect(after[0]).toBe(before[0]);
    expect(after[2]).toBe(before[1]);
    expect([after[1], after[3]]).toEqual([entry('aa', 'new'), entry('c', 'changed')]);
  });

  test('the result always equals the new answer', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const list = fc.array(fc.record({ Key: key, Value: fc.constantFrom('1', '2'), Tags: fc.array(key) }));
    const thing = fc.oneof(list, fc.array(fc.record({ Node: key, Checks: list })), fc.constant(null), fc.string());
    fc.assert(
      fc.property(thing, thing, (before, after) => {
        expect(reconcile<unknown>(before, after)).toEqual(after);
      }),
    );
  });
});
