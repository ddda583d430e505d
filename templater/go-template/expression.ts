/**
 * Expressions to closures. Names of variables are resolved to slots and functions are looked up once, when the template is compiled;
 * evaluation then allocates only what functions need.
 */
import { canBeNil, checkArgument, idealValue, literalArgument } from './arguments.js';
import { type Argument, callFunction, type FieldCall } from './call.js';
import { evaluateField, fieldOfDot } from './field.js';
import { type Evaluate, failure, type Machine } from './machine.js';
import type { ChainNode, CommandNode, FieldNode, IdentifierNode, Node, Operand, PipeNode, VariableNode } from './node.js';
import { printNode } from './print-node.js';
import type { Scope } from './scope.js';
import { type GoFunction, type GoValue, type ParameterType, zeroValue } from './value.js';

export interface CompileContext {
  readonly scope: Scope;
  readonly functions: ReadonlyMap<string, GoFunction>;
}

/** A stage of a pipeline: `piped` is what the stage before gave. */
type Stage = (machine: Machine, piped: GoValue) => GoValue;

/** Evaluates the stages and sets the variables the pipeline declares. Never gives null: a nil interface is no value. */
export function compilePipe(pipe: PipeNode, context: CompileContext): Evaluate {
  return compilePlainField(pipe) ?? compileStages(pipe, context);
}

/** `{{.Name}}`, which most of what is printed is. */
function compilePlainField({ commands, variables }: PipeNode): Evaluate | undefined {
  const [command, ...others] = commands;
  if (command === undefined || others.length > 0 || variables.length > 0 || command.operands.length > 1) return undefined;
  const [field] = command.operands;
  const [name, ...deeper] = field.kind === 'field' ? field.names : [];
  return field.kind === 'field' && name !== undefined && deeper.length === 0 ? fieldOfDot(field, name) : undefined;
}

function compileStages(pipe: PipeNode, context: CompileContext): Evaluate {
  const stages = pipe.commands.map((command, i) => compileCommand(command, i > 0, context));
  const store = compileStore(pipe, context.scope);
  const [only] = stages;
  if (stages.length === 1 && only && !store) {
    return (machine) => {
      machine.at = pipe;
      return only(machine, undefined) ?? undefined;
    };
  }
  return (machine) => {
    machine.at = pipe;
    let value: GoValue;
    for (const stage of stages) value = stage(machine, value) ?? undefined;
    machine.isBoxed = false;
    store?.(machine, value);
    return value;
  };
}

function compileStore(pipe: PipeNode, scope: Scope): ((machine: Machine, value: GoValue) => void) | undefined {
  if (pipe.variables.length === 0) return undefined;
  const slots = pipe.variables.map((name) => ({ name, slot: pipe.isAssignment ? scope.find(name) : scope.declare(name) }));
  return (machine, value) => {
    for (const { name, slot } of slots) {
      if (slot === undefined) throw failure(machine, `undefined variable: ${name}`);
      machine.variables[slot] = value;
      machine.areVariablesBoxed[slot] = false;
    }
  };
}

function compileCommand(command: CommandNode, isPiped: boolean, context: CompileContext): Stage {
  const [first, ...rest] = command.operands;
  switch (first.kind) {
    case 'field':
      return compileField(first, compileCall(first, rest, isPiped, context));
    case 'variable':
      return compileVariable(first, compileCall(first, rest, isPiped, context), context);
    case 'chain':
      return compileChain(first, compileCall(first, rest, isPiped, context), context);
    case 'identifier':
      return compileIdentifier(first, compileCall(command, rest, isPiped, context), context);
    case 'pipe':
      return isPiped || rest.length > 0 ? refuseArguments(first) : compilePipe(first, context);
    default:
      return compileConstant(first, isPiped || rest.length > 0);
  }
}

function compileConstant(node: Operand, hasArguments: boolean): Stage {
  if (hasArguments) {
    const refuse = refuseArguments(node);
    return (machine, piped) => {
      machine.at = node;
      return refuse(machine, piped);
    };
  }
  if (node.kind === 'dot') {
    return (machine) => {
      machine.at = node;
      machine.isBoxed = machine.isDotBoxed;
      return machine.dot;
    };
  }
  return (machine) => {
    machine.at = node;
    if (node.kind === 'nil') throw failure(machine, 'nil is not a command');
    machine.isBoxed = false;
    return idealValue(machine, node);
  };
}

function refuseArguments(node: Operand): Stage {
  return (machine) => {
    throw failure(machine, `can't give argument to non-function ${printNode(node)}`);
  };
}

/** What stands beside a function or a field. */
interface Beside {
  readonly node: Node;
  readonly arguments: readonly Argument[];
  readonly isPiped: boolean;
}

function compileCall(node: Node, operands: readonly Operand[], isPiped: boolean, context: CompileContext): Beside {
  return { node, arguments: operands.map((operand) => compileArgument(operand, context)), isPiped };
}

function callWith(beside: Beside, piped: GoValue): FieldCall {
  const hasArguments = beside.isPiped || beside.arguments.length > 0;
  return { node: beside.node, arguments: beside.arguments, isPiped: beside.isPiped, piped, hasArguments };
}

function compileIdentifier(node: IdentifierNode, beside: Beside, { functions }: CompileContext): Stage {
  const callee = functions.get(node.name);
  if (!callee) throw new TypeError(`function "${node.name}" was known to the parser only`);
  if (!beside.isPiped) {
    const call = callWith(beside, undefined);
    return (machine) => {
      machine.at = node;
      return callFunction(machine, callee, call);
    };
  }
  return (machine, piped) => {
    machine.at = node;
    return callFunction(machine, callee, callWith(beside, piped));
  };
}

function compileField(node: FieldNode, beside: Beside): Stage {
  const chain = compileNames(node.names, beside);
  return (machine, piped) => {
    machine.at = node;
    machine.isBoxed = machine.isDotBoxed;
    return chain(machine, machine.dot, piped);
  };
}

function compileVariable(node: VariableNode, beside: Beside, { scope }: CompileContext): Stage {
  const slot = scope.find(node.variable);
  // The parser takes `{{$x = 1}}` for a declaration, as Go's does, though it is an error where it is executed.
  if (slot === undefined) return undefinedVariable(node);
  if (node.names.length === 0) {
    const refuse = beside.isPiped || beside.arguments.length > 0 ? refuseArguments(node) : undefined;
    return (machine, piped) => {
      machine.at = node;
      machine.isBoxed = machine.areVariablesBoxed[slot] ?? false;
      return refuse ? refuse(machine, piped) : machine.variables[slot];
    };
  }
  const chain = compileNames(node.names, beside);
  return (machine, piped) => {
    machine.at = node;
    machine.isBoxed = machine.areVariablesBoxed[slot] ?? false;
    return chain(machine, machine.variables[slot], piped);
  };
}

function undefinedVariable(node: VariableNode): Stage {
  return (machine) => {
    machine.at = node;
    throw failure(machine, `undefined variable: ${node.variable}`);
  };
}

function compileChain(node: ChainNode, beside: Beside, context: CompileContext): Stage {
  const chain = compileNames(node.names, beside);
  const base =
    node.base.kind === 'pipe'
      ? compilePipe(node.base, context)
      : withoutPiped(compileIdentifier(node.base, { node: node.base, arguments: [], isPiped: false }, context));
  return (machine, piped) => {
    machine.at = node;
    const receiver = base(machine);
    machine.isBoxed = false;
    return chain(machine, receiver, piped);
  };
}

function withoutPiped(stage: Stage): Evaluate {
  return (machine) => stage(machine, undefined);
}

/** `.a.b.c` of a receiver; only the last name takes arguments. */
function compileNames(names: readonly string[], beside: Beside): (machine: Machine, receiver: GoValue, piped: GoValue) => GoValue {
  const last = names.length - 1;
  const fixed = beside.isPiped ? undefined : callWith(beside, undefined);
  return (machine, receiver, piped) => {
    let value = receiver;
    for (let i = 0; i < names.length; i++) {
      value = evaluateField(machine, value, names[i] ?? '', i === last ? (fixed ?? callWith(beside, piped)) : undefined);
    }
    return value;
  };
}

function compileArgument(node: Operand, context: CompileContext): Argument {
  switch (node.kind) {
    case 'dot':
      return (machine, type) => {
        machine.at = node;
        machine.isBoxed = machine.isDotBoxed;
        return checkArgument(machine, machine.dot, type);
      };
    case 'nil':
      return (machine, type) => nilArgument(machine, node, type);
    case 'bool':
    case 'number':
    case 'string':
      return (machine, type) => {
        machine.at = node;
        return literalArgument(machine, node, type);
      };
    default: {
      const evaluate = compileOperand(node, context);
      return (machine, type) => {
        machine.at = node;
        return checkArgument(machine, evaluate(machine), type);
      };
    }
  }
}

function nilArgument(machine: Machine, node: Operand, type: ParameterType): GoValue {
  machine.at = node;
  if (!canBeNil(type)) throw failure(machine, `cannot assign nil to ${type}`);
  return type === 'value' || type === 'slot' ? undefined : zeroValue(type);
}

function compileOperand(node: FieldNode | VariableNode | PipeNode | IdentifierNode | ChainNode, context: CompileContext): Evaluate {
  const beside: Beside = { node, arguments: [], isPiped: false };
  switch (node.kind) {
    case 'pipe': {
      const pipe = compilePipe(node, context);
      return (machine) => {
        const value = pipe(machine);
        machine.isBoxed = false;
        return value;
      };
    }
    case 'field':
      return withoutPiped(compileField(node, beside));
    case 'variable':
      return withoutPiped(compileVariable(node, beside, context));
    case 'chain':
      return withoutPiped(compileChain(node, beside, context));
    case 'identifier':
      return withoutPiped(compileIdentifier(node, beside, context));
  }
}
