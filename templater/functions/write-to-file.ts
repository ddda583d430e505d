/** consul-template's `writeToFile`. The file is written when the rendering is whole: see file-write.ts. */
import { toBytes, toText } from '../go-template/byte-string.js';
import { quote } from '../go-template/quote.js';
import { row } from './function-row.js';

export const writeToFileFunctions = [
  row({
    name: 'writeToFile',
    dialects: ['consul-template'],
    usage: 'writeToFile PATH USER GROUP MODE ["append,newline"] TEXT',
    summary:
      'writes the text into another file when the rendering is whole, and gives nothing; "" as user or group is this process’s own; with `sandbox_path`, only below it',
    parameters: ['string', 'string', 'string', 'string'],
    rest: 'string',
    call: (context, [path, user, group, mode], rest) => {
      const [flags, content] = rest.length === 1 ? ['', rest[0] ?? ''] : [rest[0] ?? '', rest[1] ?? ''];
      if (rest.length < 1 || rest.length > 2)
        throw new Error(`writeToFile: wrong number of arguments, expected 5 or 6, but got ${rest.length + 4}`);
      if (path === '') throw new Error('writeToFile: a file must be named');
      const wanted = flagsOf(flags);
      context.writeFile({
        path: toText(path),
        user: toText(user),
        group: toText(group),
        mode: modeOf(mode),
        appends: wanted.includes('append'),
        content: toBytes(wanted.includes('newline') ? `${content}\n` : content),
      });
      return '';
    },
  }),
];

function flagsOf(text: string): readonly string[] {
  const flags = text.split(',').map((flag) => flag.trim());
  const unknown = flags.find((flag) => !['', 'append', 'newline'].includes(flag));
  if (unknown !== undefined) throw new Error(`writeToFile: ${quote(unknown)} is no flag; there are append and newline`);
  return flags;
}

function modeOf(text: string): number {
  if (!/^[0-7]{1,5}$/.test(text) || Number.parseInt(text, 8) > 0o7777)
    throw new Error(`writeToFile: ${quote(text)} is no file mode such as "0644"`);
  return Number.parseInt(text, 8);
}
