/** Sprig's functions on moments and durations. A date is a moment, a number of seconds since 1970, or, for anything else, now. */
import { DurationError, formatDuration, parseDuration } from '../../src/lib/duration.js';
import type { CallContext } from '../call-context.js';
import { toText } from '../go-template/byte-string.js';
import { GoInteger, type GoValue, integerOf } from '../go-template/value.js';
import type { FunctionRow } from './function-row.js';
import { formatTime, isZone, timeOf, timeValue, type Zone } from './go-time.js';
import { parseTime } from './go-time-parse.js';
import { sprig, untyped, withAliases } from './sprig-row.js';
import { textOf, wholeNumberOf } from './sprig-values.js';

const day = '2006-01-02';

export const sprigDateFunctions: readonly FunctionRow[] = [
  sprig({ usage: 'now', summary: 'the time now', parameters: [], call: ({ source }) => timeValue(source.now(), 'local') }),
  sprig({
    usage: 'date LAYOUT DATE',
    summary: 'the date in a Go layout such as `2006-01-02`, local time',
    parameters: ['string', untyped],
    call: (context, [layout, date]) => formatTime(momentOf(context, date), layout, 'local'),
  }),
  ...withAliases(
    sprig({
      usage: 'dateInZone LAYOUT DATE ZONE',
      summary: 'the same in a time zone such as `Europe/Berlin`; one that there is not means UTC',
      parameters: ['string', untyped, 'string'],
      call: (context, [layout, date, zone]) => formatTime(momentOf(context, date), layout, zoneOf(zone)),
    }),
    'date_in_zone',
  ),
  sprig({
    usage: 'htmlDate DATE',
    summary: 'as `2006-01-02`, local time',
    parameters: [untyped],
    call: (context, [date]) => formatTime(momentOf(context, date), day, 'local'),
  }),
  sprig({
    usage: 'htmlDateInZone DATE ZONE',
    summary: 'the same in a time zone',
    parameters: [untyped, 'string'],
    call: (context, [date, zone]) => formatTime(momentOf(context, date), day, zoneOf(zone)),
  }),
  ...withAliases(
    sprig({
      usage: 'dateModify DURATION DATE',
      summary: 'the moment that much later: `-1h30m` is earlier; unchanged when it is no duration',
      parameters: ['string', untyped],
      call: (context, [duration, date]) => later(context, date, durationOrZero(duration)),
    }),
    'date_modify',
  ),
  ...withAliases(
    sprig({
      usage: 'mustDateModify DURATION DATE',
      summary: 'the same; what is no duration is an error',
      parameters: ['string', untyped],
      call: (context, [duration, date]) => later(context, date, parseDuration(toText(duration))),
    }),
    'must_date_modify',
  ),
  sprig({
    usage: 'toDate LAYOUT TEXT',
    summary: 'a moment out of text in a Go layout; the year 1 when it is none',
    parameters: ['string', 'string'],
    call: (_, [layout, text]) => timeValue(parsedOrZero(layout, text), 'local'),
  }),
  sprig({
    usage: 'mustToDate LAYOUT TEXT',
    summary: 'the same; any other text is an error',
    parameters: ['string', 'string'],
    call: (_, [layout, text]) => timeValue(parseTime(layout, text, 'local'), 'local'),
  }),
  sprig({
    usage: 'unixEpoch DATE',
    summary: 'seconds since 1970, as text',
    parameters: [untyped],
    call: (context, [date]) => String(Math.floor(momentOf(context, date) / 1000)),
  }),
  sprig({
    usage: 'ago DATE',
    summary: 'how long since, in whole seconds: `2h34m17s`',
    parameters: [untyped],
    call: (context, [date]) => formatDuration(Math.round((context.source.now() - momentOf(context, date)) / 1000) * 1000),
  }),
  sprig({
    usage: 'duration SECONDS',
    summary: 'seconds as `1m35s`',
    parameters: [untyped],
    call: (_, [seconds]) => formatDuration(Number(wholeNumberOf(seconds)) * 1000),
  }),
  sprig({
    usage: 'durationRound DURATION',
    summary: 'the greatest unit only: `2h10m` is 2h; of a date, how long since',
    parameters: [untyped],
    call: (context, [duration]) => rounded(durationOf(context, duration)),
  }),
];

function momentOf({ source }: CallContext, date: GoValue): number {
  const time = timeOf(date);
  if (time) return time.ms;
  const seconds = integerOf(date);
  return seconds === undefined ? source.now() : Number(seconds) * 1000;
}

function zoneOf(name: string): Zone {
  if (name === 'Local') return 'local';
  return name !== 'UTC' && name !== '' && isZone(name) ? name : 'utc';
}

function later(context: CallContext, date: GoValue, byMs: number): GoValue {
  return timeValue(momentOf(context, date) + byMs, timeOf(date)?.zone ?? 'local');
}

function durationOrZero(text: string): number {
  try {
    return parseDuration(toText(text));
  } catch (error) {
    if (error instanceof DurationError) return 0;
    throw error;
  }
}

const yearOneMs = Date.UTC(2000, 0, 1) - 63_082_281_600_000;

function parsedOrZero(layout: string, text: string): number {
  try {
    return parseTime(layout, text, 'local');
  } catch {
    return yearOneMs; // As Sprig: `mustToDate` is the one that says why.
  }
}

/** A number counts nanoseconds, as Go's durations do. */
function durationOf(context: CallContext, value: GoValue): number {
  const time = timeOf(value);
  if (time) return context.source.now() - time.ms;
  if (value instanceof GoInteger) return Number(value.value) / 1e6;
  return typeof value === 'string' ? durationOrZero(value) : durationOrZero(textOf(value));
}

const units = [
  ['y', 365 * 24 * 3_600_000],
  ['mo', 30 * 24 * 3_600_000],
  ['d', 24 * 3_600_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

function rounded(durationMs: number): string {
  const size = Math.abs(durationMs);
  const unit = units.find(([, ms]) => size >= ms);
  return unit ? `${durationMs < 0 ? '-' : ''}${Math.floor(size / unit[1])}${unit[0]}` : '0s';
}
