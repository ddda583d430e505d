/** A template's settings as they are when nothing is said, but for what a test gives. */
import type { TemplateSettings } from '../../../../templater/consul-template/template-settings.js';

export function templateSettings(given: Partial<TemplateSettings>): TemplateSettings {
  return {
    source: '',
    contents: '',
    destination: '/a',
    makesDirectories: true,
    command: undefined,
    commandTimeoutMs: 1000,
    commandSplayMs: 0,
    commandEnd: undefined,
    commandEnvironment: { isPristine: false, custom: [], allowed: [], denied: [] },
    isErrorFatal: true,
    mode: undefined,
    user: '',
    group: '',
    keepsBackup: false,
    failsOnMissingKey: false,
    sandbox: '',
    deniedFunctions: [],
    delimiters: ['', ''],
    wait: undefined,
    ...given,
  };
}
