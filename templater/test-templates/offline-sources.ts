/** The `[source.NAME]` tables where nobody is asked: that they are there is all that counts, their addresses and secrets are not looked at. */
import type { NativeDocument } from '../native/document.js';
import { isTable } from '../native/table-values.js';
import { defaultTls } from '../source/connection-settings.js';
import type { SourceSettings } from '../source/settings.js';

export function offlineSources(documents: readonly NativeDocument[]): SourceSettings {
  const nowhere = { kind: 'env' } as const;
  const connection = { addresses: [], token: '', basicAuthentication: '', datacenter: '', ...defaultTls };
  const names = documents.flatMap(({ settings }) => {
    const { source } = settings;
    return isTable(source) ? Object.keys(source).filter((key) => isTable(source[key])) : [];
  });
  return {
    kind: 'several',
    main: nowhere,
    agent: { kind: 'consul', connection },
    named: Object.fromEntries(names.map((name) => [name, nowhere])),
  };
}
