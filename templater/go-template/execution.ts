/** Runs programs: one Execution is one rendering. */
import type { CallContext } from '../call-context.js';
import { limitText } from '../limit-text.js';
import type { Place } from '../place.js';
import { placeOf } from './execution-error.js';
import { printValue } from './format/printf.js';
import { failure, type Machine, type MissingKey } from './machine.js';
import type { Node, TemplateTree } from './node.js';
import type { BindElement, Instruction, Program } from './program.js';
import { quote } from './quote.js';
import { anyType, GoInteger, GoList, GoMap, type GoValue, integerOf, isTrue, type TypeName } from './value.js';

/** Go's own limit. */
const callDepthMax = 100_000;
/** More would be a slip of the pen, and takes the machine's memory. */
const rangeMax = 10_000_000n;
/** `executeTemplate` inside `executeTemplate`: these do use the stack. */
const nestedMax = 200;

export interface ExecutionOptions {
  readonly tree: TemplateTree;
  readonly programs: ReadonlyMap<string, Program>;
  readonly missingKey: MissingKey;
  /** Gives the functions what they may reach. */
  readonly context: (execution: Execution) => CallContext;
}

/** What to restore at the end of a `with`, of a loop, of a template. */
type Pending =
  | { readonly kind: 'with'; readonly dot: GoValue; readonly isDotBoxed: boolean }
  | LoopState
  | { readonly kind: 'call'; readonly frame: Frame };

interface LoopState {
  readonly kind: 'loop';
  readonly keys: readonly (string | number)[] | undefined;
  readonly items: readonly GoValue[];
  readonly isBoxed: boolean;
  readonly dot: GoValue;
  readonly isDotBoxed: boolean;
  position: number;
}

/** What belongs to one call of a template. */
interface Frame {
  readonly program: Program;
  readonly instruction: number;
  readonly dot: GoValue;
  readonly isDotBoxed: boolean;
  readonly variables: GoValue[];
  readonly areVariablesBoxed: boolean[];
}

export class Execution implements Machine {
  readonly tree: TemplateTree;
  readonly missingKey: MissingKey;
  readonly context: CallContext;
  at: Node = { kind: 'text', position: 0, text: '' };
  defined = '';
  dot: GoValue;
  isDotBoxed = false;
  variables: GoValue[] = [];
  areVariablesBoxed: boolean[] = [];
  isBoxed = false;

  readonly #programs: ReadonlyMap<string, Program>;
  #program: Program = { name: '', instructions: [{ kind: 'return' }], slots: 1 };
  #instruction = 0;
  #pending: Pending[] = [];
  #depth = 0;
  #nested = 0;
  #output = '';

  constructor(options: ExecutionOptions) {
    this.tree = options.tree;
    this.missingKey = options.missingKey;
    this.#programs = options.programs;
    this.context = options.context(this);
  }

  /**
   * The output of a template as a byte string. Functions call it too, while another template runs.
   * @throws ExecutionError
   */
  run(name: string, data: GoValue): string {
    const program = this.#programs.get(name);
    if (!program) throw new Error(`template: no template ${quote(name)} associated with template ${quote(this.tree.name)}`);
    if (this.#nested >= nestedMax) throw new Error(`exceeded maximum template depth (${nestedMax})`);
    const outer = { frame: this.#frame(), pending: this.#pending, output: this.#output, depth: this.#depth };
    this.#nested++;
    this.#pending = [];
    this.#output = '';
    this.#depth = 0;
    this.#enter(program, data);
    try {
      this.#loop();
      return this.#output;
    } catch (error) {
      if (error instanceof RangeError) throw failure(this, limitText(error), error);
      throw error;
    } finally {
      this.#nested--;
      this.#pending = outer.pending;
      this.#output = outer.output;
      this.#depth = outer.depth;
      this.#resume(outer.frame);
    }
  }

  /** Where the template is at now. */
  place(): Place {
    return placeOf(this.tree, this.at.position);
  }

  /** What a loop over ten thousand elements comes by is decided here: a one-time run has ended before any of it is optimized. */
  #loop(): void {
    const floor = this.#depth;
    for (;;) {
      const instruction = this.#program.instructions[this.#instruction++];
      if (instruction === undefined) throw new TypeError('a program ends with a return');
      if (instruction.kind === 'print') {
        const value = instruction.evaluate(this);
        this.at = instruction.node;
        this.#output += (typeof value === 'string' ? value : printed(value)) + instruction.text;
      } else if (instruction.kind === 'next') this.#next(instruction.bind, instruction.body);
      else if (instruction.kind === 'text') this.#output += instruction.text;
      else if (instruction.kind === 'return') {
        if (this.#depth === floor) return;
        this.#return();
      } else this.#execute(instruction);
    }
  }

  #execute(instruction: Exclude<Instruction, { kind: 'print' | 'next' | 'text' | 'return' }>): void {
    switch (instruction.kind) {
      case 'evaluate':
        instruction.evaluate(this);
        break;
      case 'jump':
        this.#instruction = instruction.target;
        break;
      case 'if':
        if (!isTrue(instruction.evaluate(this))) this.#instruction = instruction.target;
        break;
      case 'with':
        this.#with(instruction.evaluate(this), instruction.target);
        break;
      case 'end-with':
        this.#restoreDot(this.#pending.pop());
        break;
      case 'range':
        this.#range(instruction.evaluate(this), instruction);
        break;
      case 'break':
        this.#unwindToLoop();
        this.#restoreDot(this.#pending.pop());
        this.#instruction = instruction.end;
        break;
      case 'continue':
        this.#unwindToLoop();
        this.#instruction = instruction.next;
        break;
      case 'call':
        this.#call(instruction);
        break;
    }
  }

  #with(value: GoValue, otherwise: number): void {
    if (!isTrue(value)) {
      this.#instruction = otherwise;
      return;
    }
    this.#pending.push({ kind: 'with', dot: this.dot, isDotBoxed: this.isDotBoxed });
    this.dot = value;
    this.isDotBoxed = false;
  }

  #range(value: GoValue, { bind, otherwise }: Extract<Instruction, { kind: 'range' }>): void {
    const loop = this.#loopOver(value);
    if (loop) {
      this.#pending.push(loop);
      this.#next(bind, this.#instruction);
    } else this.#instruction = otherwise;
  }

  #loopOver(value: GoValue): LoopState | undefined {
    const { dot, isDotBoxed } = this;
    if (value instanceof GoList && value.items.length > 0) {
      return { kind: 'loop', keys: undefined, items: value.items, isBoxed: value.elementType === anyType, dot, isDotBoxed, position: 0 };
    }
    if (value instanceof GoMap && value.entries.size > 0) {
      const keys = value.keys();
      const items = keys.map((key) => value.entries.get(key));
      const shown = value.keyType === 'int' ? keys.map(Number) : keys;
      return { kind: 'loop', keys: shown, items, isBoxed: value.elementType === anyType, dot, isDotBoxed, position: 0 };
    }
    if (value === undefined || value instanceof GoList || value instanceof GoMap) return undefined;
    const count = integerOf(value);
    if (count !== undefined) {
      if (count > rangeMax) throw failure(this, `a range over ${count} goes on for too long: at most ${rangeMax} rounds are made`);
      if (count <= 0n) return undefined;
      return {
        kind: 'loop',
        keys: undefined,
        items: numbersBelow(count, value instanceof GoInteger ? value : {}),
        isBoxed: false,
        dot,
        isDotBoxed,
        position: 0,
      };
    }
    throw failure(this, `range can't iterate over ${printValue(value)}`);
  }

  #next(bind: BindElement | undefined, body: number): void {
    const loop = this.#pending[this.#pending.length - 1];
    if (loop?.kind !== 'loop') throw new TypeError('a loop goes on inside itself only');
    const position = loop.position++;
    if (position >= loop.items.length) {
      this.#pending.pop();
      this.#restoreDot(loop);
      return;
    }
    const element = loop.items[position];
    this.dot = element;
    this.isDotBoxed = loop.isBoxed;
    this.#instruction = body;
    bind?.(this, loop.keys?.[position] ?? position, element, loop.isBoxed);
  }

  #unwindToLoop(): void {
    while (this.#pending.at(-1)?.kind === 'with') this.#pending.pop();
  }

  #restoreDot(pending: Pending | undefined): void {
    if (pending === undefined || pending.kind === 'call') throw new TypeError('blocks end in the order they began');
    this.dot = pending.dot;
    this.isDotBoxed = pending.isDotBoxed;
  }

  #call({ name, evaluate, node }: Extract<Instruction, { kind: 'call' }>): void {
    this.at = node;
    const program = this.#programs.get(name);
    if (!program) throw failure(this, `template ${quote(name)} not defined`);
    if (this.#depth === callDepthMax) throw failure(this, `exceeded maximum template depth (${callDepthMax})`);
    const data = evaluate?.(this);
    this.#pending.push({ kind: 'call', frame: this.#frame() });
    this.#depth++;
    this.#enter(program, data);
  }

  #enter(program: Program, data: GoValue): void {
    this.#program = program;
    this.#instruction = 0;
    this.defined = program.name;
    this.dot = data;
    this.isDotBoxed = false;
    this.variables = new Array<GoValue>(program.slots);
    this.areVariablesBoxed = new Array<boolean>(program.slots);
    this.variables[0] = data;
    this.areVariablesBoxed[0] = false;
  }

  #return(): void {
    const call = this.#pending.pop();
    if (call?.kind !== 'call') throw new TypeError('a template returns where it was called');
    this.#depth--;
    this.#resume(call.frame);
  }

  #frame(): Frame {
    return {
      program: this.#program,
      instruction: this.#instruction,
      dot: this.dot,
      isDotBoxed: this.isDotBoxed,
      variables: this.variables,
      areVariablesBoxed: this.areVariablesBoxed,
    };
  }

  #resume(frame: Frame): void {
    this.#program = frame.program;
    this.#instruction = frame.instruction;
    this.defined = frame.program.name;
    this.dot = frame.dot;
    this.isDotBoxed = frame.isDotBoxed;
    this.variables = frame.variables;
    this.areVariablesBoxed = frame.areVariablesBoxed;
  }
}

/** From 0 on, of the same type. */
function numbersBelow(count: bigint, { type }: { readonly type?: TypeName }): readonly GoValue[] {
  return Array.from({ length: Number(count) }, (_, i) => (type === undefined ? BigInt(i) : new GoInteger(type, BigInt(i))));
}

function printed(value: GoValue): string {
  return value === undefined ? '<no value>' : printValue(value);
}
