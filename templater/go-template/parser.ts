/**
 * Tokens to a tree of texts, actions and blocks; what stands inside the braces is read by pipeline-parser.ts. The grammar and the words
 * of the errors are those of Go 1.19's text/template; every error names the line of the token at hand and the first one ends the parse.
 */
import { Lexer } from './lexer.js';
import { Nesting } from './nesting.js';
import type { ActionNode, BranchNode, BreakNode, ListNode, Statement, TemplateNode, TemplateTree } from './node.js';
import { PipelineParser } from './pipeline-parser.js';
import { quote, unquote } from './quote.js';
import type { Token } from './token.js';
import { TokenReader } from './token-reader.js';

export interface ParseOptions {
  readonly source: string;
  readonly name: string;
  readonly delimiters: readonly [left: string, right: string];
  /** Names that may be called. */
  readonly isFunction: (name: string) => boolean;
}

/** @throws ParseError whose message is `template: NAME:LINE: …` */
export function parseTemplate(options: ParseOptions): TemplateTree {
  const parser = new Parser(options);
  return { name: options.name, source: options.source, templates: parser.file() };
}

type Ending = 'end' | 'else';

class Parser {
  readonly #options: ParseOptions;
  readonly #tokens: TokenReader;
  readonly #nesting: Nesting;
  readonly #pipelines: PipelineParser;
  readonly #templates = new Map<string, ListNode>();
  #rangeDepth = 0;

  constructor(options: ParseOptions) {
    this.#options = options;
    this.#tokens = new TokenReader(new Lexer(options.source, options.delimiters), options.name);
    this.#nesting = new Nesting(this.#tokens);
    this.#pipelines = new PipelineParser({ tokens: this.#tokens, nesting: this.#nesting, isFunction: options.isFunction });
  }

  file(): ReadonlyMap<string, ListNode> {
    const statements: Statement[] = [];
    const position = this.#tokens.peek().position;
    while (this.#tokens.peek().kind !== 'eof') {
      if (this.#definition()) continue;
      const statement = this.#statement();
      if (typeof statement === 'string') this.#tokens.fail(`unexpected {{${statement}}}`);
      statements.push(statement);
    }
    this.#add(this.#options.name, { kind: 'list', position, statements });
    return this.#templates;
  }

  /** `{{define "name"}}…{{end}}`, at the top level only. */
  #definition(): boolean {
    const delimiter = this.#tokens.peek();
    if (delimiter.kind !== 'left-delimiter') return false;
    this.#tokens.next();
    const word = this.#tokens.nextWord();
    if (word.kind !== 'define') {
      this.#tokens.backup(delimiter, word);
      return false;
    }
    const context = 'define clause';
    const name = this.#quotedName(this.#tokens.expect(['string', 'raw-string'], context), context);
    this.#tokens.expect(['right-delimiter'], context);
    this.#add(name, this.#nested(context));
    return true;
  }

  /** The body of a define or block: a template of its own, with its own variables, up to its end. */
  #nested(context: string): ListNode {
    const outer = { variables: this.#pipelines.variables, rangeDepth: this.#rangeDepth };
    this.#pipelines.variables = ['$'];
    this.#rangeDepth = 0;
    const { list, ending } = this.#list();
    if (ending !== 'end') this.#tokens.fail(`unexpected {{${ending}}} in ${context}`);
    this.#pipelines.variables = outer.variables;
    this.#rangeDepth = outer.rangeDepth;
    return list;
  }

  /** An empty definition does not replace one with content; two with content are an error. */
  #add(name: string, list: ListNode): void {
    const known = this.#templates.get(name);
    if (!known || isEmpty(known)) this.#templates.set(name, list);
    else if (!isEmpty(list)) this.#tokens.fail(`template: multiple definition of template ${quote(name)}`);
  }

  #list(): { list: ListNode; ending: Ending } {
    this.#nesting.enter('blocks');
    const statements: Statement[] = [];
    const { position } = this.#tokens.peekWord();
    while (this.#tokens.peekWord().kind !== 'eof') {
      const statement = this.#statement();
      if (typeof statement === 'string') {
        this.#nesting.leave();
        return { list: { kind: 'list', position, statements }, ending: statement };
      }
      statements.push(statement);
    }
    return this.#tokens.fail('unexpected EOF');
  }

  #statement(): Statement | Ending {
    const token = this.#tokens.nextWord();
    if (token.kind === 'text') return { kind: 'text', position: token.position, text: token.text };
    if (token.kind !== 'left-delimiter') return this.#tokens.unexpected(token, 'input');
    this.#tokens.actionLine = token.line;
    const statement = this.#action();
    this.#tokens.actionLine = 0;
    return statement;
  }

  #action(): Statement | Ending {
    const token = this.#tokens.nextWord();
    switch (token.kind) {
      case 'block':
        return this.#block();
      case 'break':
      case 'continue':
        return this.#jump(token, token.kind);
      case 'else':
        return this.#else();
      case 'end':
        this.#tokens.expect(['right-delimiter'], 'end');
        return 'end';
      case 'if':
      case 'range':
      case 'with':
        return this.#branch(token, token.kind);
      case 'template':
        return this.#template();
      default:
        return this.#output(token);
    }
  }

  #output(token: Token): ActionNode {
    this.#tokens.backup(token);
    const { position } = this.#tokens.peek();
    return { kind: 'action', position, pipe: this.#pipelines.parse('command', 'right-delimiter') };
  }

  #jump({ position }: Token, kind: 'break' | 'continue'): BreakNode {
    const token = this.#tokens.nextWord();
    if (token.kind !== 'right-delimiter') this.#tokens.unexpected(token, `{{${kind}}}`);
    if (this.#rangeDepth === 0) this.#tokens.fail(`{{${kind}}} outside {{range}}`);
    return { kind, position };
  }

  /** `{{else if …}}` leaves the `if` to the branch that reads on, `{{else with …}}` (Go 1.23) the `with`. */
  #else(): Ending {
    if (!isChained(this.#tokens.peekWord().kind)) this.#tokens.expect(['right-delimiter'], 'else');
    return 'else';
  }

  #branch({ position }: Token, kind: BranchNode['kind']): BranchNode {
    const visible = this.#pipelines.variables.length;
    const pipe = this.#pipelines.parse(kind, 'right-delimiter');
    if (kind === 'range') this.#rangeDepth++;
    const { list: body, ending } = this.#list();
    if (kind === 'range') this.#rangeDepth--;
    const otherwise = ending === 'else' ? this.#otherwise(kind) : undefined;
    this.#pipelines.variables.length = visible;
    return { kind, position, pipe, body, otherwise };
  }

  #otherwise(kind: BranchNode['kind']): ListNode {
    const next = this.#tokens.peek();
    if (next.kind === kind && isChained(kind)) {
      this.#tokens.next();
      // The chained branch takes the one {{end}} of both, and counts as one inside the other.
      this.#nesting.enter('blocks');
      const chained = this.#branch(next, kind);
      this.#nesting.leave();
      return { kind: 'list', position: next.position, statements: [chained] };
    }
    const { list, ending } = this.#list();
    if (ending !== 'end') this.#tokens.fail(`expected end; found {{${ending}}}`);
    return list;
  }

  #block(): TemplateNode {
    const context = 'block clause';
    const token = this.#tokens.nextWord();
    const name = this.#quotedName(token, context);
    const pipe = this.#pipelines.parse(context, 'right-delimiter');
    this.#add(name, this.#nested(context));
    return { kind: 'template', position: token.position, name, pipe };
  }

  #template(): TemplateNode {
    const context = 'template clause';
    const token = this.#tokens.nextWord();
    const name = this.#quotedName(token, context);
    const next = this.#tokens.nextWord();
    if (next.kind === 'right-delimiter') return { kind: 'template', position: token.position, name, pipe: undefined };
    this.#tokens.backup(next);
    return { kind: 'template', position: token.position, name, pipe: this.#pipelines.parse(context, 'right-delimiter') };
  }

  #quotedName(token: Token, context: string): string {
    if (token.kind !== 'string' && token.kind !== 'raw-string') return this.#tokens.unexpected(token, context);
    return unquote(token.text) ?? this.#tokens.fail('invalid syntax');
  }
}

function isChained(kind: Token['kind']): kind is 'if' | 'with' {
  return kind === 'if' || kind === 'with';
}

function isEmpty(list: ListNode): boolean {
  return list.statements.every((statement) => statement.kind === 'text' && /^[ \t\r\n\f\v]*$/.test(statement.text));
}
