/** Text to moments by a layout written as the reference time, as Go's time.Parse: `2006-01-02 15:04:05`. */
import { quote } from '../go-template/quote.js';
import { layoutPiece, momentOf, months, weekdays, type Zone } from './go-time.js';

/** What the pieces of a layout have filled in. */
interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
  isAfternoon: boolean | undefined;
  offsetMinutes: number | undefined;
}

/** @param zone of a text that names none. @throws Error with Go's words */
export function parseTime(layout: string, text: string, zone: Zone): number {
  const fields: Fields = {
    year: 0,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    millisecond: 0,
    isAfternoon: undefined,
    offsetMinutes: undefined,
  };
  const end = readAll(layout, text, fields);
  if (end !== text.length) throw new Error(`parsing time ${quote(text)}: extra text: ${quote(text.slice(end))}`);
  const { year, month, day, minute, second, millisecond, offsetMinutes } = fields;
  checkRanges(text, fields);
  const utc = new Date(0);
  utc.setUTCFullYear(year, month - 1, day);
  utc.setUTCHours(hourOf(fields), minute, second, millisecond);
  return offsetMinutes === undefined ? momentOf(utc.getTime(), zone) : utc.getTime() - offsetMinutes * 60_000;
}

function readAll(layout: string, text: string, fields: Fields): number {
  let [position, done] = [0, 0];
  const fault = (piece: string) =>
    new Error(`parsing time ${quote(text)} as ${quote(layout)}: cannot parse ${quote(text.slice(position))} as ${quote(piece)}`);
  const literal = (expected: string) => {
    if (!text.startsWith(expected, position)) throw fault(expected);
    position += expected.length;
  };
  for (const match of layout.matchAll(layoutPiece)) {
    literal(layout.slice(done, match.index));
    done = match.index + match[0].length;
    const shape = shapeOf(match[0]);
    shape.pattern.lastIndex = position;
    const found = shape.pattern.exec(text)?.[0];
    if (found === undefined) throw fault(match[0]);
    shape.store(fields, found);
    position += found.length;
  }
  literal(layout.slice(done));
  return position;
}

interface Shape {
  readonly pattern: RegExp;
  readonly store: (fields: Fields, found: string) => void;
}

function number(pattern: RegExp, name: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second'): Shape {
  return {
    pattern,
    store: (fields, found) => {
      fields[name] = Number(found);
    },
  };
}

function named(names: readonly string[], store: (fields: Fields, position: number) => void): Shape {
  const lower = names.map((name) => name.toLowerCase());
  return { pattern: new RegExp(names.join('|'), 'iy'), store: (fields, found) => store(fields, lower.indexOf(found.toLowerCase())) };
}

const setMonth = (fields: Fields, position: number) => {
  fields.month = position + 1;
};
const nothing = () => {};
const twoDigits = /\d\d/y;
const oneOrTwo = /\d\d?/y;
const padded = / \d|\d\d?/y;
const halfDay: Shape = {
  pattern: /[AP]M/iy,
  store: (fields, found) => {
    fields.isAfternoon = found.toLowerCase() === 'pm';
  },
};

const shapes: Readonly<Record<string, Shape>> = {
  January: named(months, setMonth),
  Jan: named(
    months.map((name) => name.slice(0, 3)),
    setMonth,
  ),
  Monday: named(weekdays, nothing),
  Mon: named(
    weekdays.map((name) => name.slice(0, 3)),
    nothing,
  ),
  '2006': number(/\d{4}/y, 'year'),
  '06': {
    pattern: twoDigits,
    store: (fields, found) => {
      fields.year = Number(found) + (Number(found) >= 69 ? 1900 : 2000);
    },
  },
  '01': number(twoDigits, 'month'),
  '1': number(oneOrTwo, 'month'),
  '02': number(twoDigits, 'day'),
  _2: number(padded, 'day'),
  '2': number(oneOrTwo, 'day'),
  '15': number(twoDigits, 'hour'),
  '03': number(twoDigits, 'hour'),
  '3': number(oneOrTwo, 'hour'),
  '04': number(twoDigits, 'minute'),
  '4': number(oneOrTwo, 'minute'),
  '05': number(twoDigits, 'second'),
  '5': number(oneOrTwo, 'second'),
  PM: halfDay,
  pm: halfDay,
  MST: {
    pattern: /[A-Z]{3,5}/y,
    store: (fields, found) => {
      if (found === 'UTC' || found === 'GMT') fields.offsetMinutes = 0;
    },
  },
};

function shapeOf(piece: string): Shape {
  const shape = shapes[piece];
  if (shape) return shape;
  if (/^[.,]/.test(piece)) return fractionShape(piece);
  if (/^[Z-]/.test(piece)) return offsetShape(piece);
  throw new Error(`parsing by ${quote(piece)} is not supported`);
}

function fractionShape(piece: string): Shape {
  return {
    pattern: piece[1] === '0' ? new RegExp(`[.,]\\d{${piece.length - 1}}`, 'y') : /(?:[.,]\d+)?/y,
    store: (fields, found) => {
      fields.millisecond = Math.trunc(Number(`0.${found.slice(1) || '0'}`) * 1000);
    },
  };
}

function offsetShape(piece: string): Shape {
  const colon = piece.includes(':') ? ':' : '';
  const parts = Math.ceil(piece.replaceAll(/[^0-9]/g, '').length / 2);
  const digits = Array.from({ length: parts }, () => '\\d\\d').join(colon);
  return {
    pattern: new RegExp(piece.startsWith('Z') ? `Z|[+-]${digits}` : `[+-]${digits}`, 'y'),
    store: (fields, found) => {
      const [hours = '0', minutes = '0'] = found.slice(1).match(/\d\d/g) ?? [];
      fields.offsetMinutes = (found.startsWith('-') ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
    },
  };
}

function hourOf({ hour, isAfternoon }: Fields): number {
  return isAfternoon === undefined ? hour : (hour % 12) + (isAfternoon ? 12 : 0);
}

function checkRanges(text: string, { year, month, day, hour, minute, second }: Fields): void {
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const ranges = {
    month: month >= 1 && month <= 12,
    day: day >= 1 && day <= daysInMonth,
    hour: hour < 24,
    minute: minute < 60,
    second: second < 60,
  };
  const wrong = Object.entries(ranges).find(([, isGood]) => !isGood);
  if (wrong) throw new Error(`parsing time ${quote(text)}: ${wrong[0]} out of range`);
}
