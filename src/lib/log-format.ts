/**
 * One log line as text: `2026-01-02T15:04:05.678Z [INFO]  agent: Synced service: service=web`, or as JSON with the same parts. Control
 * characters are escaped, so that no value can forge a line. Pure: time and text come in.
 */
import type { LogLevel } from './log.js';
import { maskTokens } from './mask-tokens.js';

export interface LogEntry {
  readonly now: number;
  readonly level: LogLevel;
  /** "agent.http", '' for none. */
  readonly name: string;
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const tags: Readonly<Record<LogLevel, string>> = {
  trace: '[TRACE]',
  debug: '[DEBUG]',
  info: '[INFO] ',
  warn: '[WARN] ',
  error: '[ERROR]',
};

/** Without a line feed at its end. */
export function textLine({ now, level, name, text, fields }: LogEntry): string {
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${shownValue(value)}`);
  const separator = pairs.length > 0 ? ':' : '';
  return `${new Date(now).toISOString()} ${tags[level]} ${name === '' ? '' : `${name}: `}${shownText(text)}${separator}${pairs.join('')}`;
}

export function jsonLine({ now, level, name, text, fields }: LogEntry): string {
  const values = Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? value.message : value]);
  const line = {
    '@level': level,
    '@message': text,
    '@module': name,
    '@timestamp': new Date(now).toISOString(),
    ...Object.fromEntries(values),
  };
  return escapeControls(
    JSON.stringify(line, (_key, value) => (typeof value === 'string' ? maskTokens(value) : value)),
    '\\u00',
  );
}

function shownValue(value: unknown): string {
  if (typeof value === 'string') return quotedIfNeeded(value);
  if (value instanceof Error) return quotedIfNeeded(value.message);
  if (Array.isArray(value)) return `[${value.map((item) => shownText(String(item))).join(', ')}]`;
  return typeof value === 'object' && value !== null ? shownText(JSON.stringify(value)) : String(value);
}

function quotedIfNeeded(value: string): string {
  return value === '' || /[\s"]/.test(value) ? `"${shownText(value)}"` : shownText(value);
}

function shownText(text: string): string {
  return escapeControls(maskTokens(text));
}

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** C0 and C1 controls, and the separators that some terminals take for line ends. @param byte what stands before two hexadecimal digits */
export function escapeControls(text: string, byte = '\\x'): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, (character) => {
    const code = character.charCodeAt(0);
    return named[character] ?? (code > 0xff ? `\\u${code.toString(16)}` : `${byte}${code.toString(16).padStart(2, '0')}`);
  });
}
