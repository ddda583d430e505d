/** `dns_config.service_ttl`: the exact name, then the longest "prefix*", then "*", else 0. In whole seconds. */
export function serviceTtl(settings: { readonly serviceTtlMs: Readonly<Record<string, number>> }, service: string): number {
  const { serviceTtlMs } = settings;
  if (Object.hasOwn(serviceTtlMs, service)) return Math.floor((serviceTtlMs[service] ?? 0) / 1000);
  const stars = Object.keys(serviceTtlMs).filter((name) => name.endsWith('*') && service.startsWith(name.slice(0, -1)));
  const longest = stars.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? 0 : Math.floor((serviceTtlMs[longest] ?? 0) / 1000);
}
