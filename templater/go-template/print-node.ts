/** Nodes back to source, as error texts show them: `executing "x" at <index . 5>`. Parsing the result gives the same tree. */
import type { ListNode, Node, PipeNode } from './node.js';
import { quote } from './quote.js';

export function printNode(node: Node): string {
  switch (node.kind) {
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.value);
    case 'number':
      return node.text;
    case 'string':
      return node.literal;
    case 'identifier':
      return node.name;
    case 'field':
      return printNames(node.names);
    case 'variable':
      return node.variable + printNames(node.names);
    case 'chain':
      return (node.base.kind === 'pipe' ? `(${printNode(node.base)})` : printNode(node.base)) + printNames(node.names);
    case 'command':
      return node.operands.map((operand) => (operand.kind === 'pipe' ? `(${printNode(operand)})` : printNode(operand))).join(' ');
    case 'pipe':
      return printDeclarations(node) + node.commands.map(printNode).join(' | ');
    case 'text':
      return node.text;
    case 'action':
      return `{{${printNode(node.pipe)}}}`;
    case 'if':
    case 'with':
    case 'range':
      return [`{{${node.kind} ${printNode(node.pipe)}}}`, printNode(node.body), printElse(node.otherwise), '{{end}}'].reduce(joinParts);
    case 'template':
      return `{{template ${quote(node.name)}${node.pipe ? ` ${printNode(node.pipe)}` : ''}}}`;
    case 'break':
    case 'continue':
      return `{{${node.kind}}}`;
    case 'list':
      return node.statements.map(printNode).reduce(joinParts, '');
  }
}

function printNames(names: readonly string[]): string {
  return names.map((name) => `.${name}`).join('');
}

function printDeclarations(pipe: PipeNode): string {
  return pipe.variables.length === 0 ? '' : `${pipe.variables.join(', ')} ${pipe.isAssignment ? '=' : ':='} `;
}

function printElse(otherwise: ListNode | undefined): string {
  return otherwise ? `{{else}}${printNode(otherwise)}` : '';
}

/** A brace at the end of a text would make another delimiter of the one that follows: it is kept off by a blank that is trimmed again. */
function joinParts(before: string, after: string): string {
  if (!before.endsWith('{') || !after.startsWith('{')) return before + after;
  return `${before} {{- ${after.startsWith('{{') ? after.slice(2) : `/**/}}${after}`}`;
}
