/**
 * Routes and how a path finds its route: an exact path, or a prefix that ends in "/" (the longest wins), as Go's ServeMux matches.
 * The table is walked segment by segment, so the cost does not depend on its length.
 */
import type { Call } from './call.js';

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';
export type Handler = (call: Call) => Promise<void>;

export interface Route {
  /** "/v1/catalog/nodes" is that path alone, "/v1/kv/" everything below it. */
  readonly path: string;
  /** In the order in which `Allow` lists them. */
  readonly methods: Readonly<Partial<Record<Method, Handler>>>;
}

export type Match =
  | { readonly kind: 'route'; readonly route: MatchedRoute; readonly rest: string }
  /** The path lacks the "/" that its prefix route ends in. */
  | { readonly kind: 'redirect' }
  | { readonly kind: 'none' };

export interface MatchedRoute extends Route {
  readonly handlers: ReadonlyMap<string, Handler>;
  /** "OPTIONS,GET,PUT" */
  readonly allow: string;
}

interface Branch {
  readonly children: Map<string, Branch>;
  exact: MatchedRoute | null;
  below: MatchedRoute | null;
}

const none: Match = { kind: 'none' };
const redirect: Match = { kind: 'redirect' };

export class RouteTable {
  private readonly root: Branch = { children: new Map(), exact: null, below: null };

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.add(route);
  }

  /** `path` is decoded and clean; `rest` is what follows a prefix. */
  match(path: string): Match {
    let branch = this.root;
    let longest: MatchedRoute | null = null;
    let restAt = 0;
    let start = 1;
    for (;;) {
      const end = path.indexOf('/', start);
      const child = branch.children.get(end < 0 ? path.slice(start) : path.slice(start, end));
      if (child === undefined) break;
      if (end < 0) {
        if (child.exact) return { kind: 'route', route: child.exact, rest: '' };
        if (child.below) return redirect;
        break;
      }
      branch = child;
      start = end + 1;
      if (child.below) [longest, restAt] = [child.below, start];
    }
    return longest ? { kind: 'route', route: longest, rest: path.slice(restAt) } : none;
  }

  private add(route: Route): void {
    const isPrefix = route.path.endsWith('/');
    const segments = route.path.slice(1, isPrefix ? -1 : undefined).split('/');
    let branch = this.root;
    for (const segment of segments) {
      const child = branch.children.get(segment) ?? { children: new Map(), exact: null, below: null };
      branch.children.set(segment, child);
      branch = child;
    }
    const handlers = new Map(Object.entries(route.methods));
    const matched = { ...route, handlers, allow: ['OPTIONS', ...handlers.keys()].join(',') };
    if (isPrefix) branch.below = matched;
    else branch.exact = matched;
  }
}
