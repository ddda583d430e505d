/** Definition files among the words of `mesh services register` and `deregister`. */
import { servicesInFiles } from '../../../config/service-files.js';
import type { ServiceDefinition } from '../../../model/definitions.js';
import { MeshError } from '../../../model/errors.js';
import { CommandFailure } from '../../command.js';

/** @throws CommandFailure `Error: failed to parse web.json: …` */
export function definitionsIn(files: readonly string[]): readonly ServiceDefinition[] {
  try {
    return servicesInFiles(files);
  } catch (error) {
    if (error instanceof MeshError) throw new CommandFailure(`Error: ${error.message}`, { cause: error });
    throw error;
  }
}
