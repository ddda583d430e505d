/** One template of a run on its way: followed, held back while `wait` says so, and taken by the rounds. */
import type { Observed } from '../runtime/observer.js';
import type { QuietTime } from '../runtime/quiet-time.js';
import type { Followed, WatchedResource } from '../runtime/watched-resource.js';
import type { Pending } from './followed-template.js';
import type { TemplateSettings } from './template-settings.js';
import type { Version } from './write.js';

export interface Member {
  readonly settings: TemplateSettings;
  readonly followed: WatchedResource<Followed>;
  readonly quiet: QuietTime | undefined;
  readonly observed: Observed;
  /** What the last rendering gave, until a round takes it. */
  pending: Pending | undefined;
  isRendered: boolean;
}

/** What a round takes of a member. */
export interface RenderedVersion extends Pending, Version {
  readonly observed: Observed;
  /** To be called when it could not be written: the template counts as it did before. */
  readonly takeBack: () => void;
}

/** What `wait` holds back is not taken: a round that others caused leaves it alone. */
export function taken(member: Member): readonly RenderedVersion[] {
  const { pending, quiet, settings: template, observed, isRendered } = member;
  if (pending === undefined || quiet?.isHolding) return [];
  member.pending = undefined;
  member.isRendered = true;
  const takeBack = () => {
    member.isRendered = isRendered;
  };
  return [{ ...pending, template, observed, takeBack }];
}
