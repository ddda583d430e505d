/** Trees to programs: statements become instructions, expressions become closures. */
import { type CompileContext, compilePipe } from './expression.js';
import type { Machine } from './machine.js';
import type { BranchNode, ListNode, PipeNode, Statement, TemplateTree } from './node.js';
import type { BindElement, Instruction, Program } from './program.js';
import { Scope } from './scope.js';
import type { GoFunction, GoValue } from './value.js';

/** Everything that one file defines, by name. */
export function compilePrograms(tree: TemplateTree, functions: ReadonlyMap<string, GoFunction>): ReadonlyMap<string, Program> {
  const programs = new Map<string, Program>();
  for (const [name, list] of tree.templates) programs.set(name, new ProgramBuilder(functions).build(name, list));
  return programs;
}

/** Jumps out of the innermost loop's body, to be filled in when it is known where they go. */
interface Loop {
  readonly continues: number[];
  readonly breaks: number[];
}

class ProgramBuilder {
  readonly #context: CompileContext;
  readonly #instructions: Instruction[] = [];
  #loop: Loop | undefined;

  constructor(functions: ReadonlyMap<string, GoFunction>) {
    this.#context = { scope: new Scope(), functions };
  }

  build(name: string, list: ListNode): Program {
    this.#list(list);
    this.#add({ kind: 'return' });
    return { name, instructions: this.#instructions, slots: this.#context.scope.slots };
  }

  /** A printed value takes the text behind it along. */
  #list({ statements }: ListNode): void {
    let isPrinted = false;
    for (const [position, statement] of statements.entries()) {
      const isTaken = isPrinted && statement.kind === 'text';
      isPrinted = statement.kind === 'action' && statement.pipe.variables.length === 0;
      const next = statements[position + 1];
      if (!isTaken) this.#statement(statement, next?.kind === 'text' ? next.text : '');
    }
  }

  /** @param behind the text that follows */
  #statement(node: Statement, behind: string): void {
    switch (node.kind) {
      case 'text':
        this.#add({ kind: 'text', text: node.text });
        break;
      case 'action': {
        const evaluate = compilePipe(node.pipe, this.#context);
        if (node.pipe.variables.length > 0) this.#add({ kind: 'evaluate', evaluate, node });
        else this.#add({ kind: 'print', evaluate, node, text: behind });
        break;
      }
      case 'template': {
        const evaluate = node.pipe && compilePipe(node.pipe, this.#context);
        this.#add({ kind: 'call', name: node.name, evaluate, node });
        break;
      }
      case 'if':
      case 'with':
        this.#branch(node, node.kind);
        break;
      case 'range':
        this.#range(node);
        break;
      case 'break':
      case 'continue':
        this.#jumpOut(node.kind);
    }
  }

  #branch(node: BranchNode, kind: 'if' | 'with'): void {
    const mark = this.#context.scope.enter();
    const evaluate = compilePipe(node.pipe, this.#context);
    const head = this.#add({ kind: 'jump', target: 0 });
    this.#list(node.body);
    if (kind === 'with') this.#add({ kind: 'end-with' });
    const skip = node.otherwise ? this.#add({ kind: 'jump', target: 0 }) : undefined;
    this.#instructions[head] = { kind, evaluate, node, target: this.#here };
    if (node.otherwise) this.#list(node.otherwise);
    if (skip !== undefined) this.#instructions[skip] = { kind: 'jump', target: this.#here };
    this.#context.scope.leave(mark);
  }

  #range(node: BranchNode): void {
    const mark = this.#context.scope.enter();
    const evaluate = compilePipe(node.pipe, this.#context);
    const bind = this.#bindElement(node.pipe);
    const head = this.#add({ kind: 'jump', target: 0 });
    const outer = this.#loop;
    const loop: Loop = { continues: [], breaks: [] };
    this.#loop = loop;
    this.#list(node.body);
    this.#loop = outer;
    const next = this.#add({ kind: 'next', bind, body: head + 1 });
    const skip = node.otherwise ? this.#add({ kind: 'jump', target: 0 }) : undefined;
    this.#instructions[head] = { kind: 'range', evaluate, node, bind, otherwise: this.#here };
    if (node.otherwise) this.#list(node.otherwise);
    if (skip !== undefined) this.#instructions[skip] = { kind: 'jump', target: this.#here };
    for (const position of loop.continues) this.#instructions[position] = { kind: 'continue', next };
    for (const position of loop.breaks) this.#instructions[position] = { kind: 'break', end: this.#here };
    this.#context.scope.leave(mark);
  }

  /** `$v` is the element; of `$i, $v` the first is the position or key. */
  #bindElement(pipe: PipeNode): BindElement | undefined {
    const names = pipe.variables;
    if (names.length === 0) return undefined;
    const elementSlot = this.#slotOf(names.at(-1));
    const positionSlot = names.length > 1 ? this.#slotOf(names[0]) : undefined;
    return (machine, position, element, isBoxed) => {
      if (positionSlot !== undefined) setVariable(machine, positionSlot, typeof position === 'number' ? BigInt(position) : position, false);
      if (elementSlot !== undefined) setVariable(machine, elementSlot, element, isBoxed);
    };
  }

  #slotOf(name: string | undefined): number | undefined {
    return name === undefined ? undefined : this.#context.scope.find(name);
  }

  #jumpOut(kind: 'break' | 'continue'): void {
    const loop = this.#loop;
    if (!loop) throw new TypeError(`${kind} outside of range was known to the parser only`);
    const jumps = kind === 'continue' ? loop.continues : loop.breaks;
    jumps.push(this.#add({ kind: 'jump', target: 0 }));
  }

  get #here(): number {
    return this.#instructions.length;
  }

  #add(instruction: Instruction): number {
    return this.#instructions.push(instruction) - 1;
  }
}

function setVariable(machine: Machine, slot: number, value: GoValue, isBoxed: boolean): void {
  machine.variables[slot] = value;
  machine.areVariablesBoxed[slot] = isBoxed;
}
