/** The option table as the Markdown that docs/configuration.md holds between its markers. */
import { type OptionKey, optionKeys, optionRow } from '../../src/config/table.js';

export const beginMark = '<!-- options: written by test/unit/config/docs.test.ts, set UPDATE_DOCS=1 to write it anew -->';
export const endMark = '<!-- end of options -->';

const kinds = {
  string: 'text',
  bool: 'true or false',
  int: 'whole number',
  number: 'number',
  duration: 'duration',
  strings: 'list of texts',
  map: 'map of texts',
  durations: 'map of durations',
  values: 'map',
  record: 'section',
  records: 'list of sections',
} as const;
const effects = {
  later: 'no effect yet',
  refused: 'not supported yet, refused',
  'other-edition': 'Consul Enterprise, no effect',
  overruled: 'never had an effect',
} as const;

export function optionTable(): string {
  const rows = [...optionKeys].sort().map(optionLine);
  return ['| key | kind | default | flag | reload | meaning |', '| --- | --- | --- | --- | --- | --- |', ...rows].join('\n');
}

function optionLine(key: OptionKey): string {
  const { kind, value, dev, flag, flagAlias, reload, oldNameOf, effect, doc } = optionRow(key);
  const standard = value === undefined ? '' : `\`${value}\``;
  const defaults = dev === undefined ? standard : `${standard || 'none'} (\`-dev\`: \`${dev}\`)`;
  const flags = [flag, flagAlias].filter((name) => name !== undefined).map((name) => `\`-${name}\``);
  const meaning = oldNameOf ? `old name of \`${oldNameOf}\`` : doc;
  const note = effect ? ` (${effects[effect]})` : '';
  return `| \`${key}\` | ${kinds[kind]} | ${defaults} | ${flags.join(', ')} | ${reload ? 'yes' : ''} | ${meaning}${note} |`;
}
