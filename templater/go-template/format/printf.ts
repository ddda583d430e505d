/** `print`, `println` and `printf`: Go's fmt on template values. */
import { decodeRune, widthOf } from '../byte-string.js';
import { type GoValue, integerOf, typeName } from '../value.js';
import { formatValue } from './formatter.js';
import { type Layout, plainLayout } from './layout.js';

/** Go refuses larger widths, precisions and argument numbers. */
const numberMax = 1_000_000;

/** As `{{.}}` and `%v` print it. */
export function printValue(value: GoValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return value.toString();
  return formatValue(value, 'v', plainLayout());
}

/** Blanks between operands of which neither is a string. */
export function sprint(values: readonly GoValue[]): string {
  let result = '';
  for (const [i, value] of values.entries()) {
    if (i > 0 && typeof value !== 'string' && typeof values[i - 1] !== 'string') result += ' ';
    result += printValue(value);
  }
  return result;
}

export function sprintln(values: readonly GoValue[]): string {
  return `${values.map(printValue).join(' ')}\n`;
}

export function sprintf(format: string, values: readonly GoValue[]): string {
  return plainDirectives(format, values) ?? new Directives(format, values).run();
}

/** Most formats are `%s`, `%v` and `%d` without flags, with values that suit them: undefined when there is anything else. */
function plainDirectives(format: string, values: readonly GoValue[]): string | undefined {
  let output = '';
  let operand = 0;
  let start = 0;
  for (let percent = format.indexOf('%'); percent >= 0; percent = format.indexOf('%', start)) {
    const shown = plainValue(format.charCodeAt(percent + 1), values[operand++]);
    if (shown === undefined) return undefined;
    output += format.slice(start, percent) + shown;
    start = percent + 2;
  }
  return operand === values.length ? output + format.slice(start) : undefined;
}

const [codeOfD, codeOfS, codeOfV] = [0x64, 0x73, 0x76];

function plainValue(verb: number, value: GoValue): string | undefined {
  if (typeof value === 'string') return verb === codeOfS || verb === codeOfV ? value : undefined;
  if (typeof value === 'bigint') return verb === codeOfD || verb === codeOfV ? value.toString() : undefined;
  return undefined;
}

class Directives {
  readonly #format: string;
  readonly #values: readonly GoValue[];
  #position = 0;
  #output = '';
  /** The operand to be used next. */
  #operand = 0;
  /** Operands were named by number: unused ones are no mistake then. */
  #isReordered = false;
  #isIndexGood = true;
  #isAfterIndex = false;

  constructor(format: string, values: readonly GoValue[]) {
    this.#format = format;
    this.#values = values;
  }

  run(): string {
    for (;;) {
      const percent = this.#format.indexOf('%', this.#position);
      this.#output += percent < 0 ? this.#format.slice(this.#position) : this.#format.slice(this.#position, percent);
      if (percent < 0) break;
      this.#position = percent + 1;
      this.#directive();
    }
    if (!this.#isReordered && this.#operand < this.#values.length) this.#extraOperands();
    return this.#output;
  }

  #directive(): void {
    this.#isIndexGood = true;
    this.#isAfterIndex = false;
    const layout = this.#flags();
    this.#operandNumber();
    this.#width(layout);
    if (this.#format[this.#position] === '.') this.#precision(layout);
    if (!this.#isAfterIndex) this.#operandNumber();
    this.#verb(layout);
  }

  #flags(): Layout {
    const layout = plainLayout();
    for (; ; this.#position++) {
      switch (this.#format[this.#position]) {
        case '#':
          layout.sharp = true;
          break;
        case '0':
          layout.zero = !layout.minus;
          break;
        case '+':
          layout.plus = true;
          break;
        case '-':
          layout.minus = true;
          layout.zero = false;
          break;
        case ' ':
          layout.space = true;
          break;
        default:
          return layout;
      }
    }
  }

  #width(layout: Layout): void {
    if (this.#format[this.#position] !== '*') {
      layout.width = this.#digits();
      // "%[3]2d": a number in brackets names an operand only directly before the verb or a star.
      if (this.#isAfterIndex && layout.width !== undefined) this.#isIndexGood = false;
      return;
    }
    this.#position++;
    layout.width = this.#numberFromOperand();
    if (layout.width === undefined) this.#output += '%!(BADWIDTH)';
    else if (layout.width < 0) {
      layout.width = -layout.width;
      layout.minus = true;
      layout.zero = false;
    }
    this.#isAfterIndex = false;
  }

  #precision(layout: Layout): void {
    this.#position++;
    if (this.#isAfterIndex) this.#isIndexGood = false;
    this.#operandNumber();
    if (this.#format[this.#position] !== '*') {
      layout.precision = this.#digits() ?? 0;
      return;
    }
    this.#position++;
    const precision = this.#numberFromOperand();
    if (precision === undefined || precision < 0) this.#output += '%!(BADPREC)';
    else layout.precision = precision;
    this.#isAfterIndex = false;
  }

  #verb(layout: Layout): void {
    if (this.#position >= this.#format.length) {
      this.#output += '%!(NOVERB)';
      return;
    }
    const width = widthOf(decodeRune(this.#format, this.#position));
    const verb = this.#format.slice(this.#position, this.#position + width);
    this.#position += width;
    if (verb === '%') this.#output += '%';
    else if (!this.#isIndexGood) this.#output += `%!${verb}(BADINDEX)`;
    else if (this.#operand >= this.#values.length) this.#output += `%!${verb}(MISSING)`;
    else this.#output += this.#shown(verb, layout);
  }

  #shown(verb: string, layout: Layout): string {
    const value = this.#values[this.#operand++];
    if (verb === 'v') {
      layout.sharpV = layout.sharp;
      layout.plusV = layout.plus;
      layout.sharp = false;
      layout.plus = false;
    }
    return formatValue(value, verb, layout);
  }

  /** `[2]` chooses the operand. */
  #operandNumber(): void {
    this.#isAfterIndex = false;
    if (this.#format[this.#position] !== '[') return;
    this.#isReordered = true;
    const close = this.#format.indexOf(']', this.#position);
    const inside = close < 0 ? '' : this.#format.slice(this.#position + 1, close);
    this.#position = close < 0 ? this.#position + 1 : close + 1;
    const number = /^[0-9]+$/.test(inside) ? Number(inside) : 0;
    if (number < 1 || number > this.#values.length) {
      this.#isIndexGood = false;
      return;
    }
    this.#operand = number - 1;
    this.#isAfterIndex = true;
  }

  /** What is too large is judged before each digit, and takes the rest of the format with it, as in Go. */
  #digits(): number | undefined {
    let value: number | undefined;
    for (;;) {
      const digit = this.#format.charCodeAt(this.#position) - 0x30;
      if (!(digit >= 0 && digit <= 9)) return value;
      if (value !== undefined && value > numberMax) {
        this.#position = this.#format.length;
        return undefined;
      }
      value = (value ?? 0) * 10 + digit;
      this.#position++;
    }
  }

  #numberFromOperand(): number | undefined {
    if (this.#operand >= this.#values.length) return undefined;
    const value = integerOf(this.#values[this.#operand++]);
    return value === undefined || value > BigInt(numberMax) || value < -BigInt(numberMax) ? undefined : Number(value);
  }

  #extraOperands(): void {
    const extra = this.#values.slice(this.#operand).map((value) => {
      return value === null || value === undefined ? '<nil>' : `${typeName(value)}=${printValue(value)}`;
    });
    this.#output += `%!(EXTRA ${extra.join(', ')})`;
  }
}
