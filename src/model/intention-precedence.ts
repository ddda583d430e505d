/**
 * Which of several intentions decides: the one that names more. Pure, and shared by what stores intentions and by what asks them.
 * Source: "Precedence and match order" of Consul's intentions reference.
 */
export const wildcard = '*';

/** 9: both ends named; 8: any source; 6: any destination; 5: both any. (7 and below 5 belong to namespaces, which do not exist here.) */
export function precedenceOf(source: string, destination: string): number {
  if (destination === wildcard) return source === wildcard ? 5 : 6;
  return source === wildcard ? 8 : 9;
}

/** Whether a name in an intention covers a service. */
export function covers(pattern: string, service: string): boolean {
  return pattern === wildcard || pattern.toLowerCase() === service.toLowerCase();
}
