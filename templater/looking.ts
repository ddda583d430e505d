/** Rendering what is configured with its real data, to look at it: for `plan` and `check`. */
import { systemClock } from '../src/lib/clock.js';
import type { Logger } from '../src/lib/log.js';
import { systemRandom } from '../src/lib/random.js';
import type { Configured } from './configured.js';
import type { ProcessParts } from './process.js';
import { type Looked, type RenderAllOptions, renderAll } from './render-all.js';
import { combinedSource } from './source/combined.js';
import { openSource } from './source/open.js';

/** @throws ClientOptionError */
export async function lookAtAll(
  { set, source, templateFileOf }: Configured,
  { parts, log, alsoAsk }: { readonly parts: ProcessParts; readonly log: Logger } & Pick<RenderAllOptions, 'alsoAsk'>,
): Promise<readonly Looked[]> {
  const ending = new AbortController();
  parts.onEnd(() => ending.abort());
  const warn = (text: string) => log.log('warn', text);
  const opened = await openSource(source, { environment: parts.environment, clock: systemClock, random: systemRandom, warn });
  try {
    return await renderAll(set.resources, {
      source: combinedSource({ cluster: opened, clock: systemClock }),
      templateFileOf,
      environment: (name) => parts.environment[name],
      clock: systemClock,
      signal: ending.signal,
      ...(alsoAsk && { alsoAsk }),
    });
  } finally {
    opened.close();
  }
}
