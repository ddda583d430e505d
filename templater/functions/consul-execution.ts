/** consul-template's functions that execute something: a template of the same file, a program. */
import { fromBytes, toText } from '../go-template/byte-string.js';
import { type Dialect, row } from './function-row.js';
import { trimSpace } from './go-strings.js';

const dialects: readonly Dialect[] = ['consul-template'];

export const consulExecutionFunctions = [
  row({
    name: 'executeTemplate',
    dialects,
    usage: 'executeTemplate NAME [DATA]',
    summary: 'the output of a template defined in the same file',
    parameters: ['string'],
    rest: 'interface {}',
    call: (context, [name], data) => {
      if (data.length > 1) throw new Error(`executeTemplate: wrong number of arguments, expected 1 or 2, but got ${data.length + 1}`);
      return context.execute(name, data[0] ?? undefined);
    },
  }),
  row({
    name: 'plugin',
    dialects,
    usage: 'plugin COMMAND ARGUMENT…',
    summary: 'what a program prints, white space around it left out; no shell, at most 30 s; blank arguments are dropped',
    parameters: ['string'],
    rest: 'string',
    call: (context, [command], words) => {
      if (command === '') return '';
      const given = words.filter((word) => trimSpace(word) !== '').map(toText);
      const output = context.lookup({ kind: 'plugin', command: toText(command), arguments: given });
      return output === undefined ? '' : trimSpace(fromBytes(output));
    },
  }),
];
