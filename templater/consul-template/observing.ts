/** The templates of a run as the status knows them. */
import { sha256Hex } from '../../src/lib/hash.js';
import { ownGroup } from '../resource.js';
import { type Observed, type Observer, silentObserver } from '../runtime/observer.js';
import type { CommandText } from './exec-settings.js';
import type { TemplateSettings } from './template-settings.js';
import { shownCommand, shownSource } from './templates.js';

/** Named by what it writes: one source may be written to several places. */
export function observedTemplate(template: TemplateSettings, position: number): Observed {
  const { destination } = template;
  const name = destination || `template ${position + 1}`;
  return { name, source: shownSource(template), destination, group: ownGroup(name, `${position}`) };
}

/** What is told of a rendering, under the name of the template. */
export function observedAs(observer: Observer, observed: Observed): Observer {
  return {
    ...silentObserver,
    rendered: (_, rendering) => observer.rendered(observed, rendering),
    waiting: (_, missing) => observer.waiting(observed, missing),
    failed: (_, failure) => observer.failed(observed, failure),
  };
}

export function tellDeployed(
  observer: Observer,
  observed: Observed,
  { content, index }: { readonly content: Uint8Array; readonly index: () => number },
): void {
  const { destination } = observed;
  observer.deployed(observed, {
    get files() {
      return [{ destination, sha256: sha256Hex(content) }];
    },
    get index() {
      return index();
    },
  });
}

export interface CommandEnd {
  readonly command: CommandText;
  /** '' or what went wrong. */
  readonly fault: string;
  readonly durationMs: number;
  readonly causes: readonly string[];
}

export function tellReloaded(observer: Observer, { group }: Observed, { command, fault, durationMs, causes }: CommandEnd): void {
  const exit = fault === '' ? 'exit status 0' : fault;
  observer.reloaded(group, { command: shownCommand(command), ok: fault === '', exit, output: '', durationMs, causes });
}
