/** How much the headers of a request may be: as configured, else as the table of limits says. */
import type { HttpSettings } from '../model/http-settings.js';
import { requestLimits } from '../model/limits.js';

export function headerBytesMaxOf({ headerBytesMax }: HttpSettings): number {
  return headerBytesMax > 0 ? headerBytesMax : requestLimits.headerBytesMax;
}
