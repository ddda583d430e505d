/** Calling functions and methods: how many arguments, of which types, in which order evaluated, and what an error says. */
import { limitText } from '../limit-text.js';
import { checkArgument } from './arguments.js';
import { ExecutionError } from './execution-error.js';
import { failure, type Machine } from './machine.js';
import type { Node } from './node.js';
import { type GoFunction, type GoValue, isTrue, type ParameterType } from './value.js';

/** An argument as written: evaluated for the parameter that takes it, since a literal takes its parameter's type. */
export type Argument = (machine: Machine, type: ParameterType) => GoValue;

export interface FieldCall {
  /** What an error of the function is said to be at. */
  readonly node: Node;
  readonly arguments: readonly Argument[];
  /** Whether the stage before in the pipeline gives one more, `piped`. */
  readonly isPiped: boolean;
  readonly piped: GoValue;
  readonly hasArguments: boolean;
}

/** A function without anything beside it: `now` as an argument, or a method in the middle of a chain. */
const noArguments: readonly Argument[] = [];

export function callFunction(machine: Machine, callee: GoFunction, call: FieldCall | undefined): GoValue {
  const given = call?.arguments ?? noArguments;
  const isPiped = call?.isPiped ?? false;
  const at = call?.node ?? machine.at;
  checkCount(machine, callee, given.length, isPiped);
  const piped = call?.piped;
  if (callee.stopsAt !== undefined) return decide(machine, callee, given, isPiped, piped);
  const values: GoValue[] = [];
  for (let i = 0; i < given.length; i++) values.push(given[i]?.(machine, parameterAt(callee, i)));
  if (isPiped) {
    machine.isBoxed = false;
    values.push(checkArgument(machine, piped, parameterAt(callee, given.length)));
  }
  return invoke(machine, callee, values, at);
}

function invoke(machine: Machine, callee: GoFunction, values: readonly GoValue[], at: Node): GoValue {
  const before = machine.at;
  // Where the function looks data up is where it is called; what fails after it is said to be at its last argument, as in Go.
  machine.at = at;
  try {
    const value = callee.call(values, machine.context);
    machine.at = before;
    machine.isBoxed = false;
    return value;
  } catch (error) {
    if (!(error instanceof Error) || error instanceof TypeError) throw error;
    machine.at = at;
    throw failure(machine, `error calling ${callee.name}: ${messageOf(error)}`, error);
  }
}

/** Messages of functions are byte strings; those of templates inside (`executeTemplate`) are text already. */
function messageOf(error: Error): string {
  if (error instanceof RangeError) return limitText(error);
  return error instanceof ExecutionError ? Buffer.from(error.message, 'utf8').toString('latin1') : error.message;
}

/** `and` and `or`. */
function decide(machine: Machine, callee: GoFunction, given: readonly Argument[], isPiped: boolean, piped: GoValue): GoValue {
  let value: GoValue;
  for (const [i, argument] of given.entries()) {
    value = argument(machine, parameterAt(callee, i));
    if (isTrue(value) === callee.stopsAt) return value;
  }
  return isPiped ? piped : value;
}

function parameterAt(callee: GoFunction, position: number): ParameterType {
  return callee.parameters[position] ?? callee.rest ?? 'value';
}

function checkCount(machine: Machine, callee: GoFunction, written: number, isPiped: boolean): void {
  const count = written + (isPiped ? 1 : 0);
  const fixed = callee.parameters.length;
  if (callee.rest !== undefined) {
    if (count >= fixed) return;
    throw failure(machine, `wrong number of args for ${callee.name}: want at least ${fixed} got ${written}`);
  }
  if (count !== fixed) throw failure(machine, `wrong number of args for ${callee.name}: want ${fixed} got ${count}`);
}
