/** `{{- ` and ` -}}`: a minus with a blank beside it takes away the white space of the text on its side of the action. */
import { isBlank } from './character.js';

export const trimMarkerLength = 2;

export function isLeftTrimMarker(input: string, position: number): boolean {
  return input[position] === '-' && isBlank(input.charCodeAt(position + 1));
}

export function isRightTrimMarker(input: string, position: number): boolean {
  return isBlank(input.charCodeAt(position)) && input[position + 1] === '-';
}

/** Where the text from `start` to `end` ends without the white space behind it. */
export function trimmedEnd(input: string, start: number, end: number): number {
  let last = end;
  while (last > start && isBlank(input.charCodeAt(last - 1))) last--;
  return last;
}
