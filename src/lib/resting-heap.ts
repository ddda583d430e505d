/**
 * A process that has nothing to do does nothing. Eight seconds after a collection V8 begins to collect again, twice and without any need, to
 * give some pages back: 40 to 70 ms of CPU for 10 MB, at rest and after every burst. The flag is read whenever that is planned.
 */
import { setFlagsFromString } from 'node:v8';

/** Longer than any process rests; V8 adds it to a time in milliseconds that it keeps as a double. */
const never = 2 ** 31 - 1;

/** For processes that mostly wait. What is collected when memory is needed stays as it was. */
export function leaveHeapAtRest(): void {
  setFlagsFromString(`--gc-memory-reducer-start-delay-ms=${never}`);
}
