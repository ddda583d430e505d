import type { StateView } from '../../state/state.js';
import { pairKey } from '../../state/stored.js';
import { tableTopic } from '../../state/topics.js';
import type { Read } from './read.js';

const configIndex = ({ config }: StateView) => config.index;
const configTopics = () => [tableTopic('config')];

/** One index for all entries, as clients know it. */
export const configRead: Read<'config.read'> = {
  index: configIndex,
  version: configIndex,
  touched: configTopics,
  value: ({ config }, { entryKind, name }) => config.entry(entryKind, name) ?? null,
  memoKey: ({ entryKind, name }) => pairKey(entryKind, name),
};

export const configList: Read<'config.list'> = {
  index: configIndex,
  version: configIndex,
  touched: configTopics,
  value: ({ config }, { entryKind }) => Object.freeze(entryKind === '' ? config.all() : config.ofKind(entryKind)),
  memoKey: ({ entryKind }) => entryKind,
};
