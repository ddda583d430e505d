/** Moments as Go's time.Time shows them, with layouts written as the reference time: `2006-01-02 15:04:05 MST`. */
import { type GoFunction, GoInteger, GoStruct, type GoValue, integerOf, type StructType } from '../go-template/value.js';

export const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
export const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** `local`, `utc`, or a name of the time zone database: "Europe/Berlin". */
export type Zone = 'local' | 'utc' | (string & {});

/** The calendar of a moment in its zone. */
interface Calendar {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  readonly offsetMinutes: number;
  readonly zoneName: string;
}

function calendarOf(ms: number, zone: Zone): Calendar {
  const date = new Date(ms);
  const offsetMinutes = offsetOf(date, zone);
  const shifted = new Date(ms + offsetMinutes * 60_000);
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    weekday: shifted.getUTCDay(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    millisecond: shifted.getUTCMilliseconds(),
    offsetMinutes,
    zoneName: zone === 'utc' ? 'UTC' : zoneText(date, zone, 'short'),
  };
}

function offsetOf(date: Date, zone: Zone): number {
  if (zone === 'utc') return 0;
  if (zone === 'local') return -date.getTimezoneOffset();
  // "GMT", "GMT-03:30"
  const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d+):(\d+)/.exec(zoneText(date, zone, 'longOffset')) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function zoneText(date: Date, zone: Zone, form: 'short' | 'longOffset'): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: form, ...(zone === 'local' ? {} : { timeZone: zone }) }).formatToParts(
    date,
  );
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
}

/** Whether the time zone database has it. */
export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }) !== undefined;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The moment at which the clocks of the zone show this. */
export function momentOf(utcMs: number, zone: Zone): number {
  const guess = utcMs - offsetOf(new Date(utcMs), zone) * 60_000;
  return utcMs - offsetOf(new Date(guess), zone) * 60_000;
}

/** The pieces a layout may have, longest first where one begins another. */
export const layoutPiece =
  /January|Jan|Monday|Mon|MST|2006|[.,]0+(?![0-9])|[.,]9+(?![0-9])|002|01|02|03|04|05|06|15|Z07:00:00|Z070000|Z07:00|Z0700|Z07|-07:00:00|-070000|-07:00|-0700|-07|PM|pm|__2|_2|1|2|3|4|5/g;

export function formatTime(ms: number, layout: string, zone: Zone): string {
  const at = calendarOf(ms, zone);
  return layout.replace(layoutPiece, (word, offset: number) => {
    // "_2006" is an underscore before the year.
    if (word === '_2' && layout.startsWith('_2006', offset)) return word;
    return shown(word, at);
  });
}

function shown(word: string, at: Calendar): string {
  const field = fields[word];
  if (field) return field(at);
  if (/^[.,]0/.test(word)) return word.charAt(0) + nanoseconds(at).slice(0, word.length - 1);
  if (/^[.,]9/.test(word)) {
    const digits = nanoseconds(at)
      .slice(0, word.length - 1)
      .replace(/0+$/, '');
    return digits === '' ? '' : word.charAt(0) + digits;
  }
  return zoneOffset(word, at);
}

const fields: Readonly<Record<string, (at: Calendar) => string>> = {
  January: ({ month }) => months[month - 1] ?? '',
  Jan: ({ month }) => (months[month - 1] ?? '').slice(0, 3),
  '01': ({ month }) => two(month),
  '1': ({ month }) => String(month),
  Monday: ({ weekday }) => weekdays[weekday] ?? '',
  Mon: ({ weekday }) => (weekdays[weekday] ?? '').slice(0, 3),
  '2006': ({ year }) => String(year).padStart(4, '0'),
  '06': ({ year }) => two(year % 100),
  '002': (at) => String(yearDay(at)).padStart(3, '0'),
  __2: (at) => String(yearDay(at)).padStart(3, ' '),
  '02': ({ day }) => two(day),
  _2: ({ day }) => String(day).padStart(2, ' '),
  '2': ({ day }) => String(day),
  '15': ({ hour }) => two(hour),
  '03': ({ hour }) => two(hour % 12 || 12),
  '3': ({ hour }) => String(hour % 12 || 12),
  '04': ({ minute }) => two(minute),
  '4': ({ minute }) => String(minute),
  '05': ({ second }) => two(second),
  '5': ({ second }) => String(second),
  PM: ({ hour }) => (hour >= 12 ? 'PM' : 'AM'),
  pm: ({ hour }) => (hour >= 12 ? 'pm' : 'am'),
  MST: ({ zoneName }) => zoneName,
};

function zoneOffset(word: string, { offsetMinutes }: Calendar): string {
  if (word.startsWith('Z') && offsetMinutes === 0) return 'Z';
  const absolute = Math.abs(offsetMinutes);
  const parts = [two(Math.floor(absolute / 60)), two(absolute % 60), '00'];
  const digits = word.replaceAll(/[^0-9]/g, '').length;
  return (offsetMinutes < 0 ? '-' : '+') + parts.slice(0, digits / 2).join(word.includes(':') ? ':' : '');
}

function nanoseconds({ millisecond }: Calendar): string {
  return String(millisecond).padStart(3, '0').padEnd(9, '0');
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function yearDay({ year, month, day }: Calendar): number {
  return Math.round((Date.UTC(year, month - 1, day) - Date.UTC(year, 0, 1)) / 86_400_000) + 1;
}

const moments = new WeakMap<GoStruct, { readonly ms: number; readonly zone: Zone }>();

/** The moment that `timeValue` made a value of; undefined for any other value. */
export function timeOf(value: GoValue): { readonly ms: number; readonly zone: Zone } | undefined {
  return value instanceof GoStruct ? moments.get(value) : undefined;
}

/** time.Time with the methods that templates use. */
export function timeValue(ms: number, zone: Zone): GoStruct {
  const at = () => calendarOf(ms, zone);
  const plain = (name: string, value: () => GoValue) => () => method(name, [], value);
  const type: StructType = {
    name: 'time.Time',
    pointer: false,
    fields: new Map(),
    print: () => formatTime(ms, '2006-01-02 15:04:05.999999999 -0700 MST', zone),
    methods: {
      Format: () => method('Format', ['string'], ([layout]) => formatTime(ms, String(layout), zone)),
      Year: plain('Year', () => BigInt(at().year)),
      Month: plain('Month', () => new GoInteger('time.Month', BigInt(at().month), months[at().month - 1])),
      Day: plain('Day', () => BigInt(at().day)),
      Hour: plain('Hour', () => BigInt(at().hour)),
      Minute: plain('Minute', () => BigInt(at().minute)),
      Second: plain('Second', () => BigInt(at().second)),
      Nanosecond: plain('Nanosecond', () => BigInt(at().millisecond) * 1_000_000n),
      Weekday: plain('Weekday', () => new GoInteger('time.Weekday', BigInt(at().weekday), weekdays[at().weekday])),
      YearDay: plain('YearDay', () => BigInt(yearDay(at()))),
      Unix: plain('Unix', () => new GoInteger('int64', BigInt(Math.floor(ms / 1000)))),
      UnixMilli: plain('UnixMilli', () => new GoInteger('int64', BigInt(Math.floor(ms)))),
      UnixMicro: plain('UnixMicro', () => new GoInteger('int64', BigInt(Math.floor(ms)) * 1000n)),
      UnixNano: plain('UnixNano', () => new GoInteger('int64', BigInt(Math.floor(ms)) * 1_000_000n)),
      Add: () => method('Add', ['int64'], ([duration]) => timeValue(ms + Number(whole(duration)) / 1e6, zone)),
      AddDate: () => method('AddDate', ['int', 'int', 'int'], (values) => timeValue(laterDate(at(), values.map(whole), zone), zone)),
      Truncate: () => method('Truncate', ['int64'], ([duration]) => timeValue(truncated(ms, whole(duration)), zone)),
      UTC: plain('UTC', () => timeValue(ms, 'utc')),
      Local: plain('Local', () => timeValue(ms, 'local')),
      String: plain('String', () => formatTime(ms, '2006-01-02 15:04:05.999999999 -0700 MST', zone)),
    },
  };
  const value = new GoStruct(type, {});
  moments.set(value, { ms, zone });
  return value;
}

const whole = (value: GoValue) => integerOf(value) ?? 0n;

/** Days that a month does not have run over into the next one, as Go's do. */
function laterDate(at: Calendar, [years = 0n, months = 0n, days = 0n]: readonly bigint[], zone: Zone): number {
  const date = Date.UTC(at.year + Number(years), at.month - 1 + Number(months), at.day + Number(days));
  return momentOf(date + ((at.hour * 60 + at.minute) * 60 + at.second) * 1000 + at.millisecond, zone);
}

/** Down to a whole number of durations (nanoseconds) since the year 1, where Go's time begins. */
function truncated(ms: number, duration: bigint): number {
  if (duration <= 0n) return ms;
  const since = BigInt(Math.floor(ms) - yearOneMs) * 1_000_000n;
  return Number((since - (since % duration)) / 1_000_000n) + yearOneMs;
}

const yearOneMs = -62_135_596_800_000;

function method(name: string, parameters: readonly string[], call: (values: readonly GoValue[]) => GoValue): GoFunction {
  return { kind: 'function', name, parameters, call: (values) => call(values) };
}
