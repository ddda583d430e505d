/** Makes a `switch` exhaustive for the compiler, and a broken invariant loud at run time. */
export function unreachable(value: never): never {
  throw new TypeError(`unreachable: ${JSON.stringify(value)}`);
}
