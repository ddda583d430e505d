/**
 * One log line as text: `2026-01-02T15:04:05.678Z [INFO]  agent: Synced service: service=web`, or as JSON with the same parts. Control
 * characters are escaped, so that no value can forge a line. Pure: time and text come in.
 */
import type { LogLevel } from './log.js';

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
  return `${new Date(now).toISOString()} ${tags[level]} ${name === '' ? '' : `${name}: `}${escapeControls(text)}${separator}${pairs.join('')}`;
}

export function jsonLine({ now, level, name, text, fields }: LogEntry): string {
  const values = Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? value.message : value]);
  return JSON.stringify({
    '@level': level,
    '@message': text,
    '@module': name,
    '@timestamp': new Date(now).toISOString(),
    ...Object.fromEntries(values),
  });
}

function shownValue(value: unknown): string {
  if (typeof value === 'string') return quotedIfNeeded(value);
  if (value instanceof Error) return quotedIfNeeded(value.message);
  if (Array.isArray(value)) return `[${value.map((item) => escapeControls(String(item))).join(', ')}]`;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

function quotedIfNeeded(value: string): string {
  return value === '' || /[\s"]/.test(value) ? `"${escapeControls(value)}"` : escapeControls(value);
}

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** C0 and C1 controls, and the separators that some terminals take for line ends. */
export function escapeControls(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, (character) => {
    const code = character.charCodeAt(0);
    return named[character] ?? (code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, '0')}`);
  });
}
