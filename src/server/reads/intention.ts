import { type Fields, integer, map, text } from '../../model/filter/fields.js';
import type { IntentionRecord } from '../../model/intention.js';
import { covers } from '../../model/intention-precedence.js';
import type { StateView } from '../../state/state.js';
import { tableTopic } from '../../state/topics.js';
import { requireConnect } from '../connect.js';
import { allIntentions, findId, findPair, intentionOf, intentionsFrom, intentionsTo } from '../intentions.js';
import { requireUuid } from '../uuid.js';
import { filtered, refuseFilter } from './lists.js';
import type { Read } from './read.js';

const configIndex = ({ config }: StateView) => config.index;
const common = { index: configIndex, version: configIndex, touched: () => [tableTopic('config')] };

const intentionFields: Fields<IntentionRecord> = {
  ID: text(({ ID }) => ID),
  Description: text(({ Description }) => Description),
  SourceNS: text(() => 'default'),
  SourceName: text(({ SourceName }) => SourceName),
  DestinationNS: text(() => 'default'),
  DestinationName: text(({ DestinationName }) => DestinationName),
  SourceType: text(({ SourceType }) => SourceType),
  Action: text(({ Action }) => Action),
  Meta: map(({ Meta }) => Meta),
  Precedence: integer(({ Precedence }) => Precedence),
};
const refuseList = refuseFilter(intentionFields);

export const intentionList: Read<'intention.list'> = {
  ...common,
  value: ({ config }, query) => Object.freeze(filtered(allIntentions(config), query, intentionFields)),
  memoKey: ({ filter }) => filter,
  refuse: (query, surroundings) => {
    requireConnect(surroundings);
    refuseList(query);
  },
};

export const intentionMatch: Read<'intention.match'> = {
  ...common,
  value: ({ config }, { by, names }) =>
    Object.freeze(names.map((name) => (by === 'source' ? intentionsFrom(config, name) : intentionsTo(config, name)))),
  memoKey: ({ by, names }) => JSON.stringify([by, names]),
  refuse: (_query, surroundings) => requireConnect(surroundings),
};

// The rest does not block.
const single = { ...common, touched: () => [] };

export const intentionRead: Read<'intention.read'> = {
  ...single,
  value: ({ config }, { id }) => {
    const found = findId(config, id);
    return found ? intentionOf(found) : null;
  },
  refuse: ({ id }, surroundings) => {
    requireConnect(surroundings);
    requireUuid(id, 'failed config entry lookup');
  },
};

export const intentionExact: Read<'intention.exact'> = {
  ...single,
  value: ({ config }, pair) => {
    const found = findPair(config, pair);
    return found ? intentionOf(found) : null;
  },
  refuse: (_query, surroundings) => requireConnect(surroundings),
};

/** The first that covers the source decides; permissions look into requests, which a connection alone does not have. None: allowed. */
export const intentionCheck: Read<'intention.check'> = {
  ...single,
  value: ({ config }, { source, destination }) => {
    const deciding = intentionsTo(config, destination).find(({ SourceName }) => covers(SourceName, source));
    return deciding ? deciding.Permissions.length === 0 && deciding.Action === 'allow' : true;
  },
  refuse: (_query, surroundings) => requireConnect(surroundings),
};
