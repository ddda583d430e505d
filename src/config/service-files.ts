/** The services that configuration files define, without the rest of an agent's configuration: what `mesh services` works on. */
import type { ServiceDefinition } from '../model/definitions.js';
import { MeshError } from '../model/errors.js';
import { errorList } from './error-list.js';
import { readSource } from './load.js';
import { readSources } from './sources.js';

/** In the order of files; in a file `service` comes before `services`. @throws MeshError config-invalid, the text naming file and key */
export function servicesInFiles(paths: readonly string[]): readonly ServiceDefinition[] {
  const files = readSources(paths, null).sources.map(readSource);
  const mistakes = files.flatMap((file) => file.mistakes);
  if (mistakes.length > 0) throw new MeshError('config-invalid', errorList(mistakes));
  return files.flatMap(({ given }) => [...(given.service ? [given.service] : []), ...(given.services ?? [])]);
}
