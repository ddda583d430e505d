/** Values as TOML text that people like to read: what `convert` and `test --update` write. */

/** Quoted only when it must be. */
export function tomlKey(name: string): string {
  return /^[\w-]+$/.test(name) ? name : tomlString(name);
}

/** On one line. */
export function tomlString(text: string): string {
  return `"${escaped(text, '"')}"`;
}

/** Lines as lines: literal ones when nothing in them needs an escape. */
export function tomlText(text: string): string {
  if (!text.includes('\n')) return tomlString(text);
  // A newline right after the opening quotes is not part of the text.
  if (!/'''|'$|[\x00-\x08\x0b-\x1f\x7f]/.test(text)) return `'''\n${text}'''`;
  const lines = escaped(text, '"').replaceAll('\\n', '\n');
  return `"""\n${lines}"""`;
}

export function tomlValue(value: string | number | boolean | readonly string[]): string {
  if (typeof value === 'string') return tomlString(value);
  return typeof value === 'object' ? `[${value.map(tomlString).join(', ')}]` : String(value);
}

const names: Readonly<Record<string, string>> = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '\\': '\\\\' };

function escaped(text: string, quote: string): string {
  return text.replace(/[\x00-\x1f\x7f"\\]/g, (character) => {
    if (character === quote) return `\\${character}`;
    return names[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
