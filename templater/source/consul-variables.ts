/** The environment variables that Consul's tools know. Ours goes first: MESH_HTTP_ADDR, then CONSUL_HTTP_ADDR. */
import { parseBool } from '../../src/lib/argv.js';

type Environment = (name: string) => string | undefined;

const prefixes = ['MESH_', 'CONSUL_'] as const;

/** @param name without its prefix. @returns '' when it is unset or empty */
export function consulVariable(environment: Environment, name: string): string {
  for (const prefix of prefixes) {
    const text = environment(prefix + name);
    if (text) return text;
  }
  return '';
}

export interface TruthOptions {
  /** What it is when nothing is said. */
  readonly otherwise: boolean;
  /** Throws the error of the one that reads. */
  readonly fail: (text: string, cause: unknown) => never;
}

/** The same for one that is true or false, as Go reads that: `1`, `t`, `TRUE`, `0` … */
export function consulTruth(environment: Environment, name: string, { otherwise, fail }: TruthOptions): boolean {
  const text = consulVariable(environment, name);
  if (text === '') return otherwise;
  try {
    return parseBool(text);
  } catch (error) {
    const prefix = prefixes.find((prefix) => environment(prefix + name));
    return fail(`${prefix}${name} must be true or false, it is ${JSON.stringify(text)}`, error);
  }
}
