/** What a round of a group has to change: its outputs against the files as they are; and the name of the version that makes. */
import { sha256 } from '../../src/lib/hash.js';
import { changeOf, type FileChange, removalOf } from './change-set.js';
import type { Version } from './gate.js';
import { destinationsOf, type RoundContext } from './round-context.js';
import { lookAt } from './target.js';

/** @throws ChangeError */
export function roundChanges({ due, deployment, keeper }: RoundContext): readonly FileChange[] {
  const found: (FileChange | undefined)[] = [];
  for (const { resource, outputs, gone = [], refused } of due) {
    const made = resource.forEach === undefined ? undefined : keeper?.made;
    for (const output of outputs) found.push(changeOf(resource, output, deployment.own));
    for (const destination of gone) found.push(removalOf(resource, destination));
    if (made !== undefined) found.push(...made.removals({ resource, outputs, refused }));
  }
  return found.filter((change) => change !== undefined);
}

/** Read by gates that need it. The same on all machines that are to have the same contents, wherever they lie. */
export function versionOf(context: RoundContext, changes: readonly FileChange[]): Version {
  const wanted = new Map(changes.map((change) => [change.destination, change.wanted?.content]));
  const others = destinationsOf(context).filter((destination) => !wanted.has(destination));
  return {
    get sha256() {
      const contents = [...wanted, ...others.map((destination) => [destination, lookAt(destination)?.content] as const)];
      const hash = sha256();
      for (const [, content] of contents.sort(([a], [b]) => (a < b ? -1 : 1)))
        if (content !== undefined) hash.update(`${content.length}\0`).update(content);
      return hash.digest('hex');
    },
    get index() {
      return Math.max(0, ...context.due.map(({ index }) => index()));
    },
  };
}
