/** base64 as strict as Go's: the right alphabet, the right padding, nothing else. RFC 4648 §4 and §5. */
import { fromBytes, toBytes } from '../go-template/byte-string.js';

export type Alphabet = 'standard' | 'url';

export function encodeBase64(bytes: string, alphabet: Alphabet): string {
  const encoded = toBytes(bytes).toString('base64');
  return alphabet === 'standard' ? encoded : encoded.replaceAll('+', '-').replaceAll('/', '_');
}

/** @throws Error with Go's text: `illegal base64 data at input byte N` */
export function decodeBase64(text: string, alphabet: Alphabet): string {
  // Go skips line ends, and counts them in the position it names.
  const wrong = firstWrong(text, alphabet === 'standard' ? /[A-Za-z0-9+/]/ : /[A-Za-z0-9_-]/);
  if (wrong >= 0) throw new Error(`illegal base64 data at input byte ${wrong}`);
  return fromBytes(Buffer.from(text, 'base64'));
}

function firstWrong(text: string, letter: RegExp): number {
  let inGroup = 0;
  let lastLetter = 0;
  for (let position = 0; position < text.length; position++) {
    const character = text[position] ?? '';
    if (character === '\n' || character === '\r') continue;
    if (character === '=') return inGroup < 2 ? position : wrongPadding(text, position, inGroup);
    if (!letter.test(character)) return position;
    inGroup = (inGroup + 1) % 4;
    lastLetter = position;
  }
  return inGroup === 0 ? -1 : lastLetter + 1 - inGroup;
}

/** Two letters take two padding signs, three take one; behind them nothing may stand. */
function wrongPadding(text: string, position: number, inGroup: number): number {
  const rest = text.slice(position);
  const wanted = inGroup === 2 ? /^=[\r\n]*=[\r\n]*/ : /^=[\r\n]*/;
  const match = wanted.exec(rest);
  if (!match) return text.length;
  return match[0].length === rest.length ? -1 : position + match[0].length;
}
