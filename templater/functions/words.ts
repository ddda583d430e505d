/** Names taken apart at `_`, `-`, blanks and changes of case: "HTTPServer" is "HTTP", "Server". */
import { fromText, toText } from '../go-template/byte-string.js';

export function wordsJoined(bytes: string, separator: string): string {
  return fromText(wordsOf(bytes).join(separator).toLowerCase());
}

export function camelCase(bytes: string): string {
  const [first = '', ...others] = wordsOf(bytes).map((word) => word.toLowerCase());
  return fromText(first + others.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(''));
}

function wordsOf(bytes: string): string[] {
  return toText(bytes)
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(/[_\-\s]+/)
    .filter((word) => word !== '');
}
