/** JSON as Go's encoder writes it: `<`, `>`, `&`, the two line separators, backspace and form feed as `\u….` */
const differing = /[<>&\u2028\u2029]|\\[bf\\]/g;

/** @param indent put before each level; '' writes one line */
export function formatJson(value: unknown, indent = ''): string {
  return JSON.stringify(value, null, indent).replace(differing, escaped);
}

function escaped(found: string): string {
  if (found === '\\\\') return found;
  const code = found === '\\b' ? 8 : found === '\\f' ? 12 : found.charCodeAt(0);
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
