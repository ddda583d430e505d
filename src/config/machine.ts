/** What the configuration must know of this machine. */
import { hostname, networkInterfaces } from 'node:os';
import type { Machine } from './load.js';

export function thisMachine(): Machine {
  const interfaces = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).map(({ address, family, internal }) => ({ name, address, family, internal })),
  );
  return { hostName: hostname(), interfaces };
}
