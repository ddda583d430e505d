import { expect, test } from 'vitest';
import { parseTomlText } from '../../../src/lib/config-file-toml.js';

test.each([
  {
    name: 'permission bits as a number',
    text: 'mode = 0644 # bits',
    error: 'no number begins with 0; in quotes, "0644", it is a text (line 1, column 12)',
  },
  { name: 'the same in a list', text: 'a = [007]', error: 'no number begins with 0; in quotes, "007", it is a text (line 1, column 9)' },
  {
    name: 'a path without quotes',
    text: 'a = 1\ndest = /etc/x',
    error: 'expected a value, found "/"; texts stand in quotes (line 2, column 8)',
  },
  { name: 'nothing', text: 'dest =\n', error: 'expected a value, found the end of the line; texts stand in quotes (line 1, column 7)' },
  { name: 'one quote', text: 'dest = "x\n', error: 'found the end of the line in a text that its quote has not ended (line 1, column 10)' },
  {
    name: 'one single quote',
    text: "dest = 'x",
    error: 'found the end of the file in a text that its quote has not ended (line 1, column 10)',
  },
  { name: 'a duration without quotes', text: 'settle = 5s', error: 'found "s", which cannot stand here (line 1, column 11)' },
  { name: 'an open header', text: '[[template]\n', error: 'expected "]", found the end of the line (line 1, column 12)' },
  { name: 'a key twice', text: 'a = 1\na = 2', error: "Cannot redefine existing key 'a'. (line 2, column 1)" },
])('$name is said with what was found', ({ text, error }) => {
  expect(() => parseTomlText(text)).toThrow(error);
});
