/**
 * Durations as Go writes them ("1h2m3.5s", "10ms", "0"): the language of Consul's files, bodies and query strings.
 * Inside mesh a duration is a number of milliseconds (fractions reach down to nanoseconds). Source: Go's package time, ParseDuration
 * and Duration.String, whose error texts users see.
 */
const unitMs: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** Go counts nanoseconds in a signed 64-bit integer: about 292 years. */
const longestMs = 2 ** 63 / 1e6;

export class DurationError extends Error {
  override name = 'DurationError';
}

/**
 * "1m30s" -> 90000; "-1.5h" -> -5400000; "0" -> 0.
 * @throws DurationError with Go's text: `time: missing unit in duration "10"`
 */
export function parseDuration(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  let rest = /^[+-]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return 0;
  if (rest === '') throw new DurationError(`time: invalid duration ${quote(text)}`);
  let totalMs = 0;
  while (rest !== '') {
    const part = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(rest);
    if (!part) throw new DurationError(`time: invalid duration ${quote(text)}`);
    const [whole, digits = '', unit = ''] = part;
    if (unit === '') throw new DurationError(`time: missing unit in duration ${quote(text)}`);
    const scaleMs = Object.hasOwn(unitMs, unit) ? unitMs[unit] : undefined;
    if (scaleMs === undefined) throw new DurationError(`time: unknown unit ${quote(unit)} in duration ${quote(text)}`);
    totalMs += scaled(digits, scaleMs);
    rest = rest.slice(whole.length);
  }
  if (totalMs >= longestMs) throw new DurationError(`time: invalid duration ${quote(text)}`);
  return totalMs === 0 ? 0 : sign * totalMs;
}

/** 90000 -> "1m30s", 1500 -> "1.5s", 0.1 -> "100µs", 0 -> "0s". */
export function formatDuration(durationMs: number): string {
  const sign = durationMs < 0 ? '-' : '';
  const absoluteMs = Math.abs(durationMs);
  const nanoseconds = Math.round(absoluteMs * 1e6);
  if (nanoseconds === 0) return '0s';
  if (nanoseconds < 1e3) return `${sign}${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${sign}${nanoseconds / 1e3}µs`;
  if (nanoseconds < 1e9) return `${sign}${nanoseconds / 1e6}ms`;
  const wholeSeconds = Math.floor(absoluteMs / 1000);
  const restNanoseconds = Math.round((absoluteMs - wholeSeconds * 1000) * 1e6);
  const [hours, minutes] = [Math.floor(wholeSeconds / 3600), Math.floor(wholeSeconds / 60) % 60];
  const seconds = `${wholeSeconds % 60}${fraction(restNanoseconds)}s`;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`;
}

/** What a bare number means in a body of the API. */
export function durationFromNanoseconds(nanoseconds: number): number {
  return nanoseconds / 1e6;
}

/** Whole nanoseconds, as API records show durations. */
export function toNanoseconds(durationMs: number): number {
  return Math.round(durationMs * 1e6);
}

/** Digits beyond the nanosecond are dropped, as Go drops them: "1.0000000005s" is one second. */
function scaled(digits: string, scaleMs: number): number {
  const [whole = '', decimals = ''] = digits.split('.');
  const nanosecondsPerUnit = Math.round(scaleMs * 1e6);
  const decimalNanoseconds = decimals === '' ? 0 : Math.floor(Number(`0.${decimals}`) * nanosecondsPerUnit + 1e-6);
  return Number(whole) * scaleMs + decimalNanoseconds / 1e6;
}

function fraction(nanoseconds: number): string {
  return nanoseconds === 0 ? '' : `.${String(nanoseconds).padStart(9, '0').replace(/0+$/, '')}`;
}

/** Go's way to show the text in question: bytes outside printable ASCII as \xNN. */
function quote(text: string): string {
  let quoted = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === '\\') quoted += `\\${character}`;
    else if (byte < 0x20 || byte >= 0x7f) quoted += `\\x${byte.toString(16).padStart(2, '0')}`;
    else quoted += character;
  }
  return `"${quoted}"`;
}
