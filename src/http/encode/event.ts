/** User events as `/v1/event/` shows them. */
import type { UserEvent } from '../../model/user-event.js';
import { keptText } from './encoded.js';
import { jsonText } from './json.js';

export const eventForm = keptText<UserEvent>((event) => {
  const { ID, Name, Payload, NodeFilter, ServiceFilter, TagFilter, Version, LTime } = event;
  const payload = Payload === null ? 'null' : jsonText(Payload);
  return `{"ID":${jsonText(ID)},"Name":${jsonText(Name)},"Payload":${payload},"NodeFilter":${jsonText(NodeFilter)},"ServiceFilter":${jsonText(ServiceFilter)},"TagFilter":${jsonText(TagFilter)},"Version":${Version},"LTime":${LTime}}`;
});
