/** What may be given to a parameter: Go's rules of assignment, as its text/template applies them to values and to literals. */
import { failure, type Machine } from './machine.js';
import type { NumberNode, Operand } from './node.js';
import { printNode } from './print-node.js';
import { anyType, GoInteger, GoList, GoSlot, type GoValue, type ParameterType, type TypeName, typeName, zeroValue } from './value.js';

/** Checks a value that was computed. Nothing (`undefined`) becomes the parameter's own nil. */
export function checkArgument(machine: Machine, value: GoValue, type: ParameterType): GoValue {
  if (type === 'value') return value;
  if (type === 'slot') return machine.isBoxed && value !== undefined ? new GoSlot(value) : value;
  if (value === undefined) {
    if (!canBeNil(type)) throw failure(machine, `invalid value; expected ${type}`);
    return zeroValue(type);
  }
  if (type === anyType || isAssignable(value, type)) return value;
  throw failure(machine, `wrong type for value; expected ${type}; got ${value === null ? anyType : typeName(value)}`);
}

function isAssignable(value: GoValue, type: TypeName): boolean {
  if (typeName(value) === type) return true;
  // A named list type is as good as its plain spelling.
  return value instanceof GoList && type.startsWith('[]') && value.elementType === type.slice(2);
}

export function canBeNil(type: ParameterType): boolean {
  return type === 'value' || type === 'slot' || type === anyType || /^(?:\[\]|map\[|\*)/.test(type);
}

/** A literal takes the type of its parameter: `1` is good for an int, a uint or a float. */
export function literalArgument(machine: Machine, node: Operand, type: ParameterType): GoValue {
  switch (type) {
    case 'value':
    case 'slot':
    case anyType:
      return idealValue(machine, node);
    case 'string':
      if (node.kind === 'string') return node.value;
      throw failure(machine, `expected string; found ${printNode(node)}`);
    case 'bool':
      if (node.kind === 'bool') return node.value;
      throw failure(machine, `expected bool; found ${printNode(node)}`);
    case 'int':
    case 'int64':
      return wholeNumber(machine, node, type);
    case 'uint64':
      if (node.kind === 'number' && node.value.unsigned !== undefined) return new GoInteger('uint64', node.value.unsigned);
      throw failure(machine, `expected unsigned integer; found ${printNode(node)}`);
    case 'float64':
      if (node.kind === 'number' && node.value.float !== undefined) return node.value.float;
      throw failure(machine, `expected float; found ${printNode(node)}`);
    default:
      throw failure(machine, `can't handle ${printNode(node)} for arg of type ${type}`);
  }
}

function wholeNumber(machine: Machine, node: Operand, type: 'int' | 'int64'): GoValue {
  if (node.kind !== 'number' || node.value.integer === undefined) throw failure(machine, `expected integer; found ${printNode(node)}`);
  return type === 'int' ? node.value.integer : new GoInteger(type, node.value.integer);
}

/** What a literal is when nothing else decides. */
export function idealValue(machine: Machine, node: Operand): GoValue {
  switch (node.kind) {
    case 'bool':
    case 'string':
      return node.value;
    case 'number':
      return idealNumber(machine, node);
    default:
      throw new TypeError(`${node.kind} is no literal`);
  }
}

function idealNumber(machine: Machine, node: NumberNode): GoValue {
  if (node.value.ideal === undefined) throw failure(machine, `${node.text} overflows int`);
  return node.value.ideal;
}
