/** The form in which entries are kept, so that two ways to say the same are the same record. */
import { precedenceOf } from '../intention-precedence.js';
import type { ConfigEntryInput, IngressGateway, IntentionSource, Route, ServiceIntentions } from './entry.js';

export function normalised(entry: ConfigEntryInput): ConfigEntryInput {
  switch (entry.Kind) {
    case 'service-defaults':
      return entry.Protocol === undefined ? entry : { ...entry, Protocol: entry.Protocol.toLowerCase() };
    case 'service-router':
      return entry.Routes === undefined ? entry : { ...entry, Routes: entry.Routes.map(withUpperMethods) };
    case 'service-splitter':
      return { ...entry, Splits: entry.Splits.map((split) => ({ ...split, Weight: hundredths(split.Weight) })) };
    case 'service-intentions':
      return { ...entry, Sources: sourcesInOrder(entry) };
    case 'ingress-gateway':
      return { ...entry, Listeners: entry.Listeners.map(withProtocol) };
    default:
      return entry;
  }
}

/** The most specific first, else as given; beside each source its precedence, whatever the client said it was. */
export function sourcesInOrder({ Name, Sources }: Pick<ServiceIntentions, 'Name' | 'Sources'>): readonly IntentionSource[] {
  const ranked = Sources.map((source) => ({ ...source, Type: source.Type ?? 'consul', Precedence: precedenceOf(source.Name, Name) }));
  return ranked.sort((a, b) => b.Precedence - a.Precedence);
}

function withUpperMethods(route: Route): Route {
  const http = route.Match?.HTTP;
  if (!http?.Methods) return route;
  return { ...route, Match: { HTTP: { ...http, Methods: http.Methods.map((method) => method.toUpperCase()) } } };
}

function hundredths(weight: number): number {
  return Math.round(weight * 100) / 100;
}

function withProtocol(listener: IngressGateway['Listeners'][number]): IngressGateway['Listeners'][number] {
  return { ...listener, Protocol: listener.Protocol === '' ? 'tcp' : listener.Protocol.toLowerCase() };
}
