/** JSON as Go's encoding/json writes it: `<`, `>`, `&`, U+2028 and U+2029 escaped, keys of maps in order, no blanks. */

const plainText = /^[^\x00-\x1f"\\<>&\u2028\u2029\ud800-\udfff]*$/;
const needsEscape = /[<>&\u2028\u2029]|\\[bf]|\\\\/g;
const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
  '\\b': '\\u0008',
  '\\f': '\\u000c',
};

export function jsonText(text: string): string {
  return plainText.test(text) ? `"${text}"` : escaped(JSON.stringify(text));
}

/** Any plain data, in the order of its keys; `undefined` members are left out. */
export function jsonValue(value: unknown): string {
  return escaped(JSON.stringify(value) ?? 'null');
}

/** `["a","b"]`; never null. */
export function jsonTexts(texts: readonly string[]): string {
  return texts.length === 0 ? '[]' : `[${texts.map(jsonText).join(',')}]`;
}

/** Keys in byte order; `absent` stands for null. */
export function jsonMap<T>(map: Readonly<Record<string, T>> | null, item: (value: T) => string, absent = 'null'): string {
  if (map === null) return absent;
  const entries = Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, value]) => `${jsonText(key)}:${item(value)}`).join(',')}}`;
}

// `\\` is matched so that the b of `\\b` (a backslash and a letter) is not taken for an escape.
function escaped(json: string): string {
  return json.replace(needsEscape, (found) => escapes[found] ?? found);
}

/** Four blanks per level and a final newline, as `?pretty` wants it: compact JSON in, indented JSON out. */
export function indentJson(json: string): string {
  const out: string[] = [];
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|\{\}|\[\]|[{}[\],:]|[^"{}[\],:]+/g)) {
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    if (token === '{' || token === '[') out.push(token, newline(depth));
    else if (token === '}' || token === ']') out.push(newline(depth), token);
    else if (token === ',') out.push(token, newline(depth));
    else out.push(token === ':' ? ': ' : token);
  }
  return `${out.join('')}\n`;
}

function newline(depth: number): string {
  return `\n${'    '.repeat(depth)}`;
}
