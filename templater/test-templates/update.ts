/** New expectations in the text of a test file: the `[test.expect]` of each test is written anew, everything else stays as it is. */
import { type TomlPath, TomlPlaces } from '../../src/lib/toml-places.js';
import { tomlKey, tomlText } from '../native/toml-text.js';

/** `expected[i]` is for the i-th test; undefined leaves it as it is. */
export function withExpectations(text: string, expected: readonly (ReadonlyMap<string, string> | undefined)[]): string {
  const { headers } = new TomlPlaces(text);
  const lines = text.split('\n');
  const regions = expected.map((files, position) => ({ files, ...regionOf(headers, { position, lines }) }));
  // From the end, so that the lines of those before stay what they are.
  for (const { files, from, to } of regions.toReversed()) if (files !== undefined) lines.splice(from, to - from, ...tableLines(files));
  return `${lines.join('\n').replace(/\n+$/, '')}\n`;
}

interface Region {
  /** Lines, from 0. */
  readonly from: number;
  readonly to: number;
}

/** Where the expectations of a test stand, or, when it has none, the end of the test. */
function regionOf(
  headers: TomlPlaces['headers'],
  { position, lines }: { readonly position: number; readonly lines: readonly string[] },
): Region {
  const lineAt = (header: number) => (headers[header]?.line ?? lines.length + 1) - 1;
  const isOfTest = (path: TomlPath) => path[0] === 'test' && path[1] === position;
  const own = headers.findIndex(({ path }) => isOfTest(path) && path[2] === 'expect');
  if (own >= 0) return { from: lineAt(own), to: beforeComments(lines, lineAt(own + 1)) };
  const end = beforeComments(lines, lineAt(headers.findLastIndex(({ path }) => isOfTest(path)) + 1));
  return { from: end, to: end };
}

/** What stands above the next header belongs to that. */
function beforeComments(lines: readonly string[], end: number): number {
  let line = end;
  while (line > 0 && /^\s*(?:#|$)/.test(lines[line - 1] ?? '')) line -= 1;
  return line;
}

function tableLines(files: ReadonlyMap<string, string>): readonly string[] {
  return ['[test.expect]', ...[...files].flatMap(([path, text]) => `${tomlKey(path)} = ${tomlText(text)}`.split('\n'))];
}
