import { describe, expect, test } from 'vitest';
import { compileGo } from '../../../../templater/go-engine.js';
import { TemplateError } from '../../../../templater/template-error.js';
import { fakeSource } from '../fake-source.js';
import { agrees, type Outcome, type RecordedCase, recordedCases } from '../recordings.js';

async function render(recorded: RecordedCase): Promise<Outcome> {
  const { template, delims, numbers, missingkey } = recorded;
  try {
    const compiled = await compileGo({
      text: template,
      name: 'case.tmpl',
      syntax: 'go',
      dialect: 'go',
      ...(delims && { delimiters: delims }),
      ...(numbers && { numbers }),
      ...(missingkey && { missingKey: missingkey }),
    });
    return { bytes: compiled.render(fakeSource(), recorded.data).bytes };
  } catch (error) {
    if (error instanceof TemplateError) return { error: error.message };
    throw error;
  }
}

describe('what Go 1.19 was recorded to do', () => {
  const cases = recordedCases('go-template');

  test('there are cases', () => {
    expect(cases.length).toBeGreaterThan(500);
  });

  test.each(cases)('$name', async (recorded) => {
    const outcome = await render(recorded);
    if (!agrees(recorded, outcome)) {
      const shown = 'bytes' in outcome ? Buffer.from(outcome.bytes).toString() : outcome;
      expect(shown).toEqual(recorded.output ?? recorded.output_base64 ?? recorded.error?.text);
    }
  });
});
