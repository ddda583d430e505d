/** One template on its way from data to bytes: followed as the resources of groups are, with consul-template's ways. */
import type { Clock } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import { putFile } from '../file-write.js';
import { ownGroup } from '../resource.js';
import type { WatchHub } from '../runtime/hub.js';
import type { Observed, Observer } from '../runtime/observer.js';
import { type Followed, WatchedResource } from '../runtime/watched-resource.js';
import type { Source } from '../source/source.js';
import type { Template } from '../template.js';
import { observedAs } from './observing.js';
import type { Settings } from './settings.js';
import type { TemplateSettings } from './template-settings.js';
import { shownSource } from './templates.js';

/** What a rendering gave. */
export interface Pending {
  readonly content: Uint8Array;
  readonly causes: () => readonly string[];
  readonly index: () => number;
}

export interface FollowParts {
  readonly settings: Settings;
  readonly observed: Observed;
  readonly compiled: Template;
  readonly hub: WatchHub;
  readonly source: Source;
  readonly environment: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: Observer;
  readonly onRendered: (pending: Pending) => void;
  /** It waits for what does not exist, or failed. */
  readonly onPause: () => void;
  /** Told of failures that are to end the run. */
  readonly onFailure: (message: string) => void;
}

export function followTemplate(template: TemplateSettings, parts: FollowParts): WatchedResource<Followed> {
  const { settings, observed, compiled, hub, source, environment, clock, log, observer, onRendered, onPause, onFailure } = parts;
  const name = shownSource(template);
  return new WatchedResource<Followed>({
    resource: {
      name,
      source: template.source,
      destination: template.destination,
      group: ownGroup(name, template.destination),
      keyPrefixes: [],
      cutPrefix: '/',
      forEach: undefined,
      missing: settings.missing,
      waitTimeoutMs: settings.waitTimeoutMs,
      // As its users know it: a service without instances is a list without elements.
      allowEmpty: true,
    },
    templateFile: { load: async () => compiled },
    hub,
    source,
    observer: observedAs(observer, observed),
    sink: {
      offer: async ({ outputs: [output], causes, index }) => onRendered({ content: output?.content ?? new Uint8Array(), causes, index }),
      pauses: onPause,
    },
    ...((template.isErrorFatal || settings.isOnce) && { onFailure: (message: string) => onFailure(`${name}: execute: ${message}`) }),
    environment,
    writeFile: settings.isDry ? undefined : putFile,
    clock,
    log,
  });
}
