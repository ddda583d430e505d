/**
 * Names on the wire (length byte and bytes of each label, a zero at the end) and as text. In text a dot ends a label; bytes that could be
 * mistaken are escaped as in zone files (RFC 1035 §5.1): "\." and "\032".
 */
import { labelBytesMax, nameBytesMax } from './codes.js';

/** @returns null when the text cannot be a name: an empty label, one over 63 bytes, more than 255 in all */
export function nameBytes(text: string): Uint8Array | null {
  const bytes: number[] = [];
  let label: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e) {
      if (!pushLabel(bytes, label)) return null;
      label = [];
    } else if (code === 0x5c) {
      const digits = /^\d{3}/.exec(text.slice(i + 1))?.[0];
      label.push(digits ? Number(digits) & 0xff : text.charCodeAt(i + 1) & 0xff);
      i += digits ? 3 : 1;
    } else if (code < 0x80) label.push(code);
    else {
      const character = String.fromCodePoint(text.codePointAt(i) ?? 0xfffd);
      label.push(...Buffer.from(character));
      i += character.length - 1;
    }
  }
  if (label.length > 0 && !pushLabel(bytes, label)) return null;
  bytes.push(0);
  return bytes.length <= nameBytesMax ? Uint8Array.from(bytes) : null;
}

/** @returns labels as text, escaped; null when the bytes are no name without pointers that ends within them */
export function nameLabels(bytes: Uint8Array): string[] | null {
  const labels: string[] = [];
  let position = 0;
  for (;;) {
    const length = bytes[position];
    if (length === 0) return labels;
    if (length === undefined || length > labelBytesMax || position + length >= bytes.length) return null;
    labels.push(labelText(bytes.subarray(position + 1, position + 1 + length)));
    position += length + 1;
  }
}

function pushLabel(bytes: number[], label: readonly number[]): boolean {
  if (label.length === 0 || label.length > labelBytesMax) return false;
  bytes.push(label.length, ...label);
  return true;
}

const special = new Set(Buffer.from('.()@;"\\ ', 'latin1'));

function labelText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    if (byte < 0x21 || byte > 0x7e) text += `\\${String(byte).padStart(3, '0')}`;
    else text += special.has(byte) ? `\\${String.fromCharCode(byte)}` : String.fromCharCode(byte);
  }
  return text;
}
