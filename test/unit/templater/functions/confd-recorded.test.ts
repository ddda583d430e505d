import { describe, expect, test } from 'vitest';
import { compileGo } from '../../../../templater/go-engine.js';
import { TemplateError } from '../../../../templater/template-error.js';
import { fakeSource } from '../fake-source.js';
import { agrees, type Outcome, type RecordedCase, recordedCases } from '../recordings.js';

/** Cases about resources, flags and files are replayed against the program. */
function isAboutTheTemplate(recorded: RecordedCase): boolean {
  const { args, config, files, template, resource } = recorded;
  const hasOwnDirectory = /@DIR@|include/.test(template);
  return !args && !config && !files && !hasOwnDirectory && JSON.stringify(resource) === '{"keys":["/"]}';
}

async function render({ template, keys = {}, env = {} }: RecordedCase): Promise<Outcome> {
  try {
    const compiled = await compileGo({ text: template, name: 'case.tmpl', syntax: 'go', dialect: 'confd' });
    const { bytes, missing } = compiled.render(fakeSource({ keys, environment: env }));
    return missing.length > 0 ? { waits: true } : { bytes };
  } catch (error) {
    if (error instanceof TemplateError) return { error: error.message };
    throw error;
  }
}

describe('what confd was recorded to do', () => {
  const cases = recordedCases('confd').filter(isAboutTheTemplate);

  test('there are cases', () => {
    expect(cases.length).toBeGreaterThan(190);
  });

  test.each(cases)('$name', async (recorded) => {
    const outcome = await render(recorded);
    if (!agrees(recorded, outcome)) {
      const shown = 'bytes' in outcome ? Buffer.from(outcome.bytes).toString() : outcome;
      expect(shown).toEqual(recorded.output ?? recorded.error?.text);
    }
  });
});
