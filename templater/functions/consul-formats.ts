/** consul-template's functions from and to JSON, to YAML and to TOML. What reads YAML is in yaml.ts: it takes a package. */
import { parseGoJson } from '../go-json.js';
import { GoMap } from '../go-template/value.js';
import { type Dialect, row } from './function-row.js';
import { encodeJson } from './json-encode.js';
import { encodeToml } from './toml-encode.js';
import { encodeYaml } from './yaml-encode.js';

const dialects: readonly Dialect[] = ['consul-template'];
const untyped = 'interface {}' as const;
const anyMap = 'map[string]interface {}' as const;

export const consulFormatFunctions = [
  row({
    name: 'parseJSON',
    dialects,
    usage: 'parseJSON TEXT',
    summary: 'any JSON; an empty text is an empty map',
    parameters: ['string'],
    call: (_, [text]) => (text === '' ? new GoMap(new Map()) : parseGoJson(text)),
  }),
  row({
    name: 'toJSON',
    dialects,
    usage: 'toJSON A',
    summary: 'as JSON in one line',
    parameters: [untyped],
    call: (_, [value]) => encodeJson(value),
  }),
  row({
    name: 'toJSONPretty',
    dialects,
    usage: 'toJSONPretty A',
    summary: 'as JSON with two blanks for each level',
    parameters: [untyped],
    call: (_, [value]) => encodeJson(value, { indent: '  ' }),
  }),
  row({
    name: 'toUnescapedJSON',
    dialects,
    usage: 'toUnescapedJSON A',
    summary: 'as JSON with `<`, `>` and `&` as they are',
    parameters: [untyped],
    call: (_, [value]) => encodeJson(value, { unescapedHtml: true }),
  }),
  row({
    name: 'toUnescapedJSONPretty',
    dialects,
    usage: 'toUnescapedJSONPretty A',
    summary: 'both of it',
    parameters: [untyped],
    call: (_, [value]) => encodeJson(value, { unescapedHtml: true, indent: '  ' }),
  }),
  row({ name: 'toYAML', dialects, usage: 'toYAML A', summary: 'as YAML', parameters: [untyped], call: (_, [value]) => encodeYaml(value) }),
  row({ name: 'toTOML', dialects, usage: 'toTOML MAP', summary: 'as TOML', parameters: [anyMap], call: (_, [value]) => encodeToml(value) }),
];
