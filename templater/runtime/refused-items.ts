/** Items that can have no file (`for_each`), or are all gone at once: all others are made the same, and each of these is reported, once as long as it lasts. */
import type { Deployment, RenderedResource } from './deployment.js';
import { type RefusedItem, refuseLinks } from './for-each.js';
import type { MadeFiles } from './made-files.js';
import { DeployError } from './target.js';

/** Without those whose file would be written through a link that somebody has planted. */
export function withoutLinked(rendered: RenderedResource): RenderedResource {
  const { forEach } = rendered.resource;
  if (forEach === undefined) return rendered;
  const refused: RefusedItem[] = [];
  const outputs = rendered.outputs.filter(({ destination, item }) => {
    try {
      refuseLinks(forEach, destination);
      return true;
    } catch (error) {
      if (!(error instanceof DeployError)) throw error;
      const key = item ?? '';
      refused.push({ key, destination, message: `the item ${JSON.stringify(key)} makes no file: ${error.message}` });
      return false;
    }
  });
  return refused.length === 0 ? rendered : { ...rendered, outputs, refused: [...rendered.refused, ...refused] };
}

/** An earlier run made files, and now there is no item at all: they stay, as a file does that would be emptied. */
export function withoutEmptied(rendered: RenderedResource, made: Pick<MadeFiles, 'of'> | undefined): RenderedResource {
  const { resource, outputs, refused } = rendered;
  if (made === undefined || resource.forEach === undefined || resource.allowEmpty || outputs.length + refused.length > 0) return rendered;
  const files = made.of(resource);
  if (files.length === 0) return rendered;
  const message = `there is no item any more; ${files.length} files stay as they are (allow_empty = true would remove them)`;
  return { ...rendered, isEmptied: true, refused: files.map((destination) => ({ key: '', destination, message })) };
}

export class RefusedItems {
  /** Resource -> what has been said of it and still holds. */
  readonly #said = new Map<string, ReadonlySet<string>>();

  /** @returns whether there are any */
  tell(due: readonly RenderedResource[], { log, observer }: Pick<Deployment, 'log' | 'observer'>): boolean {
    let areThere = false;
    for (const { resource, refused } of due) {
      if (resource.forEach === undefined) continue;
      const said = this.#said.get(resource.name);
      const messages = [...new Set(refused.map(({ message }) => message))];
      for (const message of messages) log.log(said?.has(message) ? 'debug' : 'error', message, { resource: resource.name });
      this.#said.set(resource.name, new Set(messages));
      if (messages.length > 0) observer.failed(resource, { stage: 'render', message: messages.join('; ') });
      areThere ||= messages.length > 0;
    }
    return areThere;
  }
}
