/** `html`, `js` and `urlquery`: text made safe for another language, byte for byte as Go's text/template makes it. */
import { characters, decodeRune, runeOf, widthOf } from '../go-template/byte-string.js';
import { sprint } from '../go-template/format/printf.js';
import { isPrintable } from '../go-template/quote.js';
import type { GoValue } from '../go-template/value.js';

/** The operands as `print` joins them; what has no value is shown as an action would show it. */
export function operandText(values: readonly GoValue[]): string {
  return sprint(values.map((value) => (value === undefined || value === null ? '<no value>' : value)));
}

const htmlEntities: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\0': '\xef\xbf\xbd',
};

export function escapeHtml(bytes: string): string {
  return bytes.replace(/["'&<>\0]/g, (character) => htmlEntities[character] ?? character);
}

const jsEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};

export function escapeJs(bytes: string): string {
  let result = '';
  for (const character of characters(bytes)) {
    const packed = decodeRune(character, 0);
    const rune = runeOf(packed);
    const escaped = jsEscapes[character];
    if (escaped !== undefined) result += escaped;
    else if (rune < 0x20 || (widthOf(packed) > 1 && !isPrintable(rune))) result += `\\u${rune.toString(16).toUpperCase().padStart(4, '0')}`;
    else result += character;
  }
  return result;
}

/** As a query component: blanks become +. */
export function escapeQuery(bytes: string): string {
  return bytes.replace(/[^A-Za-z0-9_.~-]/g, (byte) => {
    return byte === ' ' ? '+' : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}
