/**
 * Routes and how a path finds its route: an exact path, or a prefix that ends in "/" (the longest wins), as Go's ServeMux matches.
 * The table is walked segment by segment, so the cost does not depend on its length.
 */
import type { Decoder } from '../model/decode.js';
import type { Call } from './call.js';
import type { ParameterName } from './parameter-table.js';

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';
export type Handler = (call: Call) => Promise<void>;

export type Methods = Readonly<Partial<Record<Method, Handler>>>;

/** What one method of an endpoint takes, for /v1/openapi.json and the tests that hold it to the code. */
export interface Takes {
  /** Besides those that every endpoint understands. */
  readonly query?: readonly ParameterName[];
  /** The decoder of a JSON body, or bytes of any kind. */
  readonly body?: Decoder<unknown> | 'bytes';
}

export interface Route {
  /** "/v1/catalog/nodes" is that path alone, "/v1/kv/" everything below it. */
  readonly path: string;
  /** In the order in which `Allow` lists them. */
  readonly methods: Methods;
  /**
   * Of a prefix: paths below it that end like this ("/execute") have methods of their own; handlers get what stands between. Such an
   * area says `{}` to OPTIONS and does not name OPTIONS in a 405.
   */
  readonly endings?: Readonly<Record<string, Methods>>;
  /** Those of an ending stand under its method, too. */
  readonly takes?: Readonly<Partial<Record<Method, Takes>>>;
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
  /** The same for a 405. */
  readonly allowInstead: string;
  readonly optionsBody: '' | '{}';
  readonly byEnding: ReadonlyMap<string, MatchedRoute>;
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
    return longest ? below(longest, path.slice(restAt)) : none;
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
    const matched = matchedRoute(route);
    if (isPrefix) branch.below = matched;
    else branch.exact = matched;
  }
}

function below(route: MatchedRoute, rest: string): Match {
  for (const [ending, own] of route.byEnding)
    if (rest.endsWith(ending)) return { kind: 'route', route: own, rest: rest.slice(0, -ending.length) };
  return { kind: 'route', route, rest };
}

function matchedRoute(route: Route): MatchedRoute {
  const handlers = new Map(Object.entries(route.methods));
  const allow = ['OPTIONS', ...handlers.keys()].join(',');
  const byEnding = new Map<string, MatchedRoute>();
  const { endings } = route;
  if (!endings) return { ...route, handlers, allow, allowInstead: allow, optionsBody: '', byEnding };
  for (const [ending, methods] of Object.entries(endings)) {
    const names = Object.keys(methods);
    const own = {
      path: route.path + ending,
      methods,
      handlers: new Map(Object.entries(methods)),
      byEnding: new Map<string, MatchedRoute>(),
    };
    byEnding.set(ending, { ...own, allow: ['OPTIONS', ...names].join(','), allowInstead: names.join(','), optionsBody: '{}' });
  }
  return { ...route, handlers, allow, allowInstead: [...handlers.keys()].join(','), optionsBody: '{}', byEnding };
}
