/** What rendering one template needs of the process it is in. */
import type { Clock } from '../../src/lib/clock.js';
import type { Random } from '../../src/lib/random.js';

export interface RenderIo {
  readonly environment: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Standard input; read by `--batch` only. */
  readonly input: AsyncIterable<Uint8Array>;
  readonly write: (output: string | Uint8Array) => void;
  readonly writeError: (text: string) => void;
}
