/** IP addresses as bytes and as text. Text is written as Go writes it (RFC 5952; IPv4-mapped ones as IPv4), because people compare it. */
import { isIPv4, isIPv6 } from 'node:net';

/** @returns 4 or 16 bytes, null when `text` is no address ("fe80::1%eth0" is none: a zone means nothing elsewhere) */
export function addressBytes(text: string): Uint8Array | null {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  if (!isIPv6(text) || text.includes('%')) return null;
  const [head = '', tail] = text.split('::');
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  return Uint8Array.from([...front, ...new Array<number>(16 - front.length - back.length).fill(0), ...back]);
}

/** @param bytes 4 or 16 of them */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (isMapped) return bytes.subarray(12).join('.');
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  const [start, length] = longestZeros(words);
  const text = (part: readonly number[]) => part.map((word) => word.toString(16)).join(':');
  return length < 2 ? text(words) : `${text(words.slice(0, start))}::${text(words.slice(start + length))}`;
}

/** "2001:db8" -> 4 bytes; the last group may be an IPv4 address, which makes 4 bytes itself. */
function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const word = Number.parseInt(group, 16);
    return [word >> 8, word & 0xff];
  });
}

/** The first of the longest runs of zeros. */
function longestZeros(words: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  for (let start = 0; start < words.length; start++) {
    let end = start;
    while (words[end] === 0) end++;
    if (end - start > best[1]) best = [start, end - start];
    start = Math.max(start, end);
  }
  return best;
}
