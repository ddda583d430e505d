/** `.name` of a value: a method, a struct's field, or an entry of a map. */
import { callFunction, type FieldCall } from './call.js';
import { type Evaluate, failure, type Machine } from './machine.js';
import type { Node } from './node.js';
import { quote } from './quote.js';
import { anyType, type GoFunction, GoList, GoMap, GoStruct, type GoValue, type StructType, typeName, zeroValue } from './value.js';

/** `call` has the arguments that stand beside the last name of a chain; undefined for the names before it. */
export function evaluateField(machine: Machine, receiver: GoValue, name: string, call: FieldCall | undefined): GoValue {
  if (receiver === undefined) {
    if (machine.missingKey === 'error') throw failure(machine, `nil data; no entry for key ${quote(name)}`);
    machine.isBoxed = false;
    return undefined;
  }
  if (receiver === null) throw failure(machine, `nil pointer evaluating ${anyType}.${name}`);
  const method = methodOf(receiver, name);
  if (method) return callFunction(machine, method, call);
  if (receiver instanceof GoMap) return entryOf(machine, receiver, name, call);
  if (receiver instanceof GoStruct && receiver.struct.fields.has(name)) {
    if (call?.hasArguments) throw failure(machine, `${name} has arguments but cannot be invoked as function`);
    if (receiver.isNil) throw failure(machine, `nil pointer evaluating ${receiver.type}.${name}`);
    machine.isBoxed = receiver.struct.fields.get(name) === anyType;
    return receiver.field(name);
  }
  throw failure(machine, `can't evaluate field ${name} in type ${machine.isBoxed ? anyType : typeName(receiver)}`);
}

/**
 * `.name` of dot with nothing beside it. Loops ask it of one struct after another, so what a struct type has under the name is found once.
 */
export function fieldOfDot(node: Node, name: string): Evaluate {
  let known: StructType | undefined;
  let isKnownBoxed = false;
  return (machine) => {
    machine.at = node;
    const { dot } = machine;
    if (known !== undefined && dot instanceof GoStruct && dot.struct === known && !dot.isNil) {
      machine.isBoxed = isKnownBoxed;
      return dot.present(name);
    }
    machine.isBoxed = machine.isDotBoxed;
    const value = evaluateField(machine, dot, name, undefined) ?? undefined;
    if (dot instanceof GoStruct && methodOf(dot, name) === undefined) {
      known = dot.struct;
      isKnownBoxed = machine.isBoxed;
    }
    return value;
  };
}

function entryOf(machine: Machine, map: GoMap, name: string, call: FieldCall | undefined): GoValue {
  if (call?.hasArguments) throw failure(machine, `${name} is not a method but has arguments`);
  const value = map.get(name);
  machine.isBoxed = map.elementType === anyType;
  if (value !== undefined || map.entries.has(name)) return value;
  if (machine.missingKey === 'error') throw failure(machine, `map has no entry for key ${quote(name)}`);
  return machine.missingKey === 'zero' ? zeroValue(map.elementType) : undefined;
}

function methodOf(receiver: GoValue, name: string): GoFunction | undefined {
  const methods = receiver instanceof GoStruct ? receiver.struct.methods : receiver instanceof GoList ? receiver.methods : undefined;
  return methods && Object.hasOwn(methods, name) ? methods[name]?.(receiver) : undefined;
}
