import { describe, expect, test } from 'vitest';
import { parseTomlText } from '../../../src/lib/config-file-toml.js';
import { type TomlPath, TomlPlaces } from '../../../src/lib/toml-places.js';

const text = `# a comment = 1
title = "x" # [not a table]
list = [
  "a]", # ]
  'b',
]
long = """
[template]
src = "no"
quote \\""" still "" inside"""
"quoted \\"key\\"" = 1

[[template]]
src = "one"

[template.backend]
name.first = "x"

[[template]]
src = "two"
inline = { a = 1, b = 2 }
[group."a.b"]
'keep it' = 3
[group . c]
keep = '''
x = 1
'''
last = true
`;

describe('TomlPlaces', () => {
  test.each<{ path: TomlPath; line: number }>([
    { path: ['title'], line: 2 },
    { path: ['list'], line: 3 },
    { path: ['long'], line: 7 },
    { path: ['quoted "key"'], line: 11 },
    { path: ['template', 0], line: 13 },
    { path: ['template', 0, 'src'], line: 14 },
    { path: ['template', 0, 'backend'], line: 16 },
    { path: ['template', 0, 'backend', 'name', 'first'], line: 17 },
    { path: ['template', 1], line: 19 },
    { path: ['template', 1, 'src'], line: 20 },
    { path: ['template', 1, 'inline', 'b'], line: 21 },
    { path: ['group', 'a.b', 'keep it'], line: 23 },
    { path: ['group', 'c', 'keep'], line: 25 },
    { path: ['group', 'c', 'last'], line: 28 },
    { path: ['nothing'], line: 1 },
  ])('$path stands on line $line', ({ path, line }) => {
    parseTomlText(text);
    expect(new TomlPlaces(text).lineOf(path)).toBe(line);
  });
});
