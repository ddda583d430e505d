import { describe, expect, test } from 'vitest';
import { compileGo } from '../../../../templater/go-engine.js';
import { TemplateError } from '../../../../templater/template-error.js';
import { fakeSource } from '../fake-source.js';
import { agrees, type Outcome, type RecordedCase, recordedCases } from '../recordings.js';

/** Cases with files, and with programs, are replayed against the program. */
function isAboutTheTemplate({ files, template }: RecordedCase): boolean {
  return !files && !/@DIR@|plugin "(?:echo|printf|false|no-such)/.test(template);
}

/** mesh waits for data instead of failing on the first pass, when nothing has arrived yet (test/conformance/DIFFERENCES.md). */
const betterThanRecorded: ReadonlySet<string> = new Set(['ct/service/fields', 'ct/errors/multi-error-line3']);

async function render({ template, kv = {}, env = {}, nodes = [], config = '' }: RecordedCase): Promise<Outcome> {
  try {
    const delimiters = /left_delimiter = "(.*?)"\s*right_delimiter = "(.*?)"/.exec(config);
    const compiled = await compileGo({
      text: template,
      name: '',
      syntax: 'go',
      dialect: 'consul-template',
      ...(config.includes('error_on_missing_key') && { missingKey: 'error' as const }),
      ...(delimiters && { delimiters: [delimiters[1] ?? '', delimiters[2] ?? ''] as const }),
    });
    const { bytes, missing } = compiled.render(fakeSource({ kv, nodes, environment: env }));
    return missing.length > 0 ? { waits: true } : { bytes };
  } catch (error) {
    if (error instanceof TemplateError) return { error: error.message };
    throw error;
  }
}

describe('what consul-template was recorded to do', () => {
  const cases = recordedCases('consul-template').filter(isAboutTheTemplate);
  const offered = cases.filter(({ name }) => !betterThanRecorded.has(name));

  test('there are cases', () => {
    expect(offered.length).toBeGreaterThan(200);
  });

  test.each(offered)('$name', async (recorded) => {
    const outcome = await render(recorded);
    if (!agrees(recorded, outcome)) {
      const shown = 'bytes' in outcome ? Buffer.from(outcome.bytes).toString() : outcome;
      expect(shown).toEqual(recorded.output ?? recorded.error?.text ?? recorded.waits);
    }
  });
});
