/** What the web interface lists; lists without an entry are null here, as its clients know it. */
import type { Neighbour, NodeDump, ServiceOverview, ServiceTopology } from '../../model/ui.js';
import { checkTxnForm, serviceTxnForm } from './catalog.js';
import { keptBody, keptText } from './encoded.js';
import { jsonMap, jsonText, jsonTexts, jsonValue } from './json.js';

const dumpForm = keptText<NodeDump>(
  ({ Node, Services, Checks }) =>
    `{"ID":${jsonText(Node.ID)},"Node":${jsonText(Node.Node)},"Address":${jsonText(Node.Address)},"TaggedAddresses":${jsonMap(Node.TaggedAddresses, jsonText)},"Meta":${jsonMap(Node.Meta, jsonText)},"Services":[${Services.map(serviceTxnForm).join(',')}],"Checks":[${Checks.map(checkTxnForm).join(',')}]}`,
);

export const dumpBody = keptBody<NodeDump>(dumpForm);
export const dumpsBody = keptBody<readonly NodeDump[]>((dumps) => `[${dumps.map(dumpForm).join(',')}]`);

export function overviewsJson(overviews: readonly ServiceOverview[], datacenter: string): string {
  return `[${overviews.map((overview) => overviewForm(overview, datacenter)).join(',')}]`;
}

export function topologyJson(topology: ServiceTopology, datacenter: string): string {
  const neighbours = (list: readonly Neighbour[]) => `[${list.map((one) => neighbourForm(one, datacenter)).join(',')}]`;
  const flags = `"Protocol":${jsonText(topology.Protocol)},"TransparentProxy":${topology.TransparentProxy}`;
  return `{${flags},"Upstreams":${neighbours(topology.Upstreams)},"Downstreams":${neighbours(topology.Downstreams)},"FilteredByACLs":false}`;
}

function neighbourForm({ Overview, Source, Intention }: Neighbour, datacenter: string): string {
  return `${overviewForm(Overview, datacenter).slice(0, -1)},"Source":${jsonText(Source)},"Intention":${jsonValue(Intention)}}`;
}

function overviewForm(overview: ServiceOverview, datacenter: string): string {
  const { Kind, Name, InstanceCount, ChecksPassing, ChecksWarning, ChecksCritical, TransparentProxy, ConnectedWithProxy } = overview;
  const kind = Kind === '' ? '' : `"Kind":${jsonText(Kind)},`;
  const lists = `"Tags":${textsOrNull(overview.Tags)},"Nodes":${textsOrNull(overview.Nodes)},"ExternalSources":${textsOrNull(overview.ExternalSources)}`;
  const counts = `"InstanceCount":${InstanceCount},"ChecksPassing":${ChecksPassing},"ChecksWarning":${ChecksWarning},"ChecksCritical":${ChecksCritical}`;
  // No gateway serves anything before config entries bind services to it.
  const flags = `"GatewayConfig":{},"TransparentProxy":${TransparentProxy},"ConnectedWithProxy":${ConnectedWithProxy},"ConnectedWithGateway":false`;
  return `{${kind}"Name":${jsonText(Name)},"Datacenter":${jsonText(datacenter)},${lists},${counts},${flags}}`;
}

function textsOrNull(texts: readonly string[]): string {
  return texts.length === 0 ? 'null' : jsonTexts(texts);
}
