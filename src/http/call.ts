/** One request on its way through a handler. Small, because ten thousand of them may wait at once. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpContext } from './context.js';
import type { Parameters } from './parameters.js';
import { textOf } from './path.js';

/** A request as it comes from the socket. */
export interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly mustContinue: boolean;
}

const noHeaders: readonly string[] = [];

export class Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly context: HttpContext;
  readonly parameters: Parameters;
  /** The path after the route's prefix, decoded, as bytes. */
  readonly rest: string;
  /** The client asked to be told to go on before it sends the body (`Expect: 100-continue`). */
  readonly mustContinue: boolean;
  /** Meta headers that an error answer carries too, see `meta.ts`. */
  errorHeaders: readonly string[];

  // Side by side and without field initialisers: this runs for every request, and an object of named parts costs a microsecond more.
  constructor(context: HttpContext, { request, response, mustContinue }: Incoming, parameters: Parameters, rest: string) {
    this.request = request;
    this.response = response;
    this.context = context;
    this.parameters = parameters;
    this.rest = rest;
    this.mustContinue = mustContinue;
    this.errorHeaders = noHeaders;
  }

  /** `rest` as text: the name or id that the path ends in. */
  get name(): string {
    return textOf(this.rest);
  }

  /** One header, '' when missing. `name` is in lower case. */
  header(name: string): string {
    const value = this.request.headers[name];
    return typeof value === 'string' ? value : (value?.[0] ?? '');
  }

  get isPretty(): boolean {
    return this.context.settings.alwaysPretty || this.parameters.has('pretty');
  }
}
