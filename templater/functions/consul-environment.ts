/** consul-template's functions that look around: environment, time, files, programs; and `executeTemplate`. */
import { fromBytes, fromText, toText } from '../go-template/byte-string.js';
import { type Dialect, row } from './function-row.js';
import { trimSpace } from './go-strings.js';
import { formatTime } from './go-time.js';

const dialects: readonly Dialect[] = ['consul-template'];

export const consulEnvironmentFunctions = [
  row({
    name: 'env',
    dialects,
    usage: 'env NAME',
    summary: 'an environment variable, "" when unset',
    parameters: ['string'],
    call: ({ source }, [name]) => fromText(source.environment(toText(name)) ?? ''),
  }),
  row({
    name: 'envOrDefault',
    dialects,
    usage: 'envOrDefault NAME DEFAULT',
    summary: 'an environment variable, or the default when it is unset (not when it is empty)',
    parameters: ['string', 'string'],
    call: ({ source }, [name, fallback]) => {
      const value = source.environment(toText(name));
      return value === undefined ? fallback : fromText(value);
    },
  }),
  row({
    name: 'mustEnv',
    dialects,
    usage: 'mustEnv NAME',
    summary: 'an environment variable; unset or empty is an error',
    parameters: ['string'],
    call: ({ source }, [name]) => {
      const value = source.environment(toText(name)) ?? '';
      if (value === '') throw new Error(`required environment variable ${name} is empty`);
      return fromText(value);
    },
  }),
  row({
    name: 'timestamp',
    dialects,
    usage: 'timestamp [LAYOUT]',
    summary: 'the time now, UTC, RFC 3339; `unix` gives seconds, anything else is a Go layout',
    parameters: [],
    rest: 'string',
    call: ({ source }, _, layouts) => {
      if (layouts.length > 1) throw new Error(`timestamp: wrong number of arguments, expected 0 or 1, but got ${layouts.length}`);
      const [layout = '2006-01-02T15:04:05Z07:00'] = layouts;
      return layout === 'unix' ? String(Math.floor(source.now() / 1000)) : formatTime(source.now(), layout, 'utc');
    },
  }),
  row({
    name: 'file',
    dialects,
    usage: 'file PATH',
    summary: 'the contents of a local file, watched; with `sandbox_path`, only of files below it',
    parameters: ['string'],
    call: (context, [path]) => {
      const bytes = path === '' ? undefined : context.lookup({ kind: 'file', path: toText(path), sandbox: context.sandbox });
      return bytes ? fromBytes(bytes) : '';
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
];
