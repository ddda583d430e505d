/** Splits a command line that a shell would only split, so that no shell has to stand between us and the program. */

/** What a shell gives a meaning to, outside quotes; `$` and the backquote also inside double ones. */
const special = /[$`;&|<>(){}*?[\]~#!\n]/;

/** Commands that are not, or mean something else, outside a shell (POSIX.1-2017 Shell & Utilities, 2.14 and 2.9.1, and what shells add). */
const ofShells = new Set(
  '. : alias bg break builtin cd command continue eval exec exit export fc fg getopts hash jobs local read readonly return set shift source times trap type ulimit umask unalias unset wait'.split(
    ' ',
  ),
);

/** "run 'a b' c\ d" -> ["run", "a b", "c d"]; undefined when only a shell can tell. */
export function plainWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let position = 0; position < line.length; position++) {
    const character = line.charAt(position);
    if (character === ' ' || character === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    if (character === "'" || character === '"') {
      const end = line.indexOf(character, position + 1);
      const quoted = line.slice(position + 1, end);
      if (end < 0 || (character === '"' && /[$`\\!]/.test(quoted))) return undefined;
      word = (word ?? '') + quoted;
      position = end;
    } else if (character === '\\') {
      position += 1;
      if (position >= line.length || line[position] === '\n') return undefined;
      word = (word ?? '') + line.charAt(position);
    } else if (special.test(character)) return undefined;
    else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  const [program] = words;
  // "NAME=value program" sets a variable.
  return program === undefined || program.includes('=') || ofShells.has(program) ? undefined : words;
}
