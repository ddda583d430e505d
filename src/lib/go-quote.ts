/** Text as Go's `%q` prints it: many of the messages that users compare with Consul's quote their values so. */
const named: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** `a"b` -> `"a\"b"`; control characters become `\x01`, other unprintable ones `\u200b`. */
export function goQuote(text: string): string {
  return `"${text.replace(/["\\]|[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, escaped)}"`;
}

function escaped(character: string): string {
  const short = named[character];
  if (short) return short;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`;
  return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
}
