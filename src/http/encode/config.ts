/** Config entries, chains and what gateways serve, as the API shows them: what is kept, with the indexes last. */
import type { ConfigEntry } from '../../model/config-entry/entry.js';
import type { DiscoveryChain } from '../../model/discovery-chain/chain.js';
import type { GatewayService } from '../../model/gateway-service.js';
import { keptBody, keptText } from './encoded.js';
import { jsonValue } from './json.js';

/** The kind that exists once has no name in its answers. */
const entryForm = keptText<ConfigEntry>((entry) => {
  const { Name, ...unnamed } = entry;
  return jsonValue(entry.Kind === 'mesh' ? unnamed : { ...entry, Name });
});

export const configEntryBody = keptBody<ConfigEntry>(entryForm);
export const configEntriesBody = keptBody<readonly ConfigEntry[]>((entries) => `[${entries.map(entryForm).join(',')}]`);
export const chainBody = keptBody<DiscoveryChain>((chain) => jsonValue({ Chain: chain }));
/** null when there are none. */
export const gatewayServicesBody = keptBody<readonly GatewayService[]>((services) =>
  services.length === 0 ? 'null' : jsonValue(services),
);
