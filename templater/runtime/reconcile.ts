/**
 * Answers arrive as fresh objects. What did not change is replaced by the object known before, so that whatever is kept per record or
 * per answer (decoded values, template values) stays valid, and "nothing changed" is one comparison.
 */

/** @returns `before` itself when both say the same; otherwise `after` with unchanged elements taken from `before` */
export function reconcile<T>(before: T | undefined, after: T): T {
  if (before === undefined || before === after) return after;
  if (Array.isArray(before) && Array.isArray(after)) return reconcileLists(before, after) as T;
  if (before instanceof Uint8Array && after instanceof Uint8Array) return Buffer.compare(before, after) === 0 ? before : after;
  return equal(before, after) ? before : after;
}

function reconcileLists(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  const known = new Map<string, unknown>();
  const identify = identityOf(after[0]);
  let position = 0;
  let isSame = before.length === after.length;
  const merged = after.map((element) => {
    // Mostly nothing moved; the table is made when something did.
    const neighbour = before[position++];
    if (neighbour !== undefined && equal(neighbour, element)) return neighbour;
    isSame = false;
    if (known.size === 0) for (const old of before) known.set(identify(old), old);
    const old = known.get(identify(element));
    return old !== undefined && equal(old, element) ? old : element;
  });
  return isSame ? before : merged;
}

/** What an element of a list is called, by the shape of the first one; unequal things may share a name, they are compared afterwards. */
function identityOf(sample: unknown): (element: unknown) => string {
  if (isRecord(sample) && 'Key' in sample) return (element) => (isRecord(element) ? String(element.Key) : '');
  return (element) => JSON.stringify(element);
}

function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((element, position) => equal(element, b[position]));
  if (!isRecord(a) || !isRecord(b) || Array.isArray(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && equal(a[name], b[name]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
