/**
 * Templates of prepared queries: one query for all names with a prefix. Every text of its service part may hold
 *   ${name.full}    the name that was asked for
 *   ${name.prefix}  the template's own name
 *   ${name.suffix}  what follows it
 *   ${match(N)}     group N of the template's Regexp, '' when it did not match; 0 is the whole match
 *   ${agent.segment} '' (network segments belong to another product)
 * and `$${` for a plain `${`. Patterns come from outside, so they run in linear time.
 */
import { type LinearPattern, linearPattern, PatternError } from '../lib/linear-pattern.js';
import { MeshError } from './errors.js';
import type { PreparedQuery, QueryService } from './prepared-query.js';

type Names = { readonly full: string; readonly prefix: string; readonly matches: readonly string[] };

/** What a text comes to for a name. */
type Text = (names: Names) => string;

export interface CompiledTemplate {
  /** The service part for a name that starts with the template's own. */
  render(name: string): QueryService;
}

type Source = Pick<PreparedQuery, 'Name' | 'Template' | 'Service'>;

/** @throws MeshError `refused` "Bad Template.Type …", "Bad Regexp: …", "Bad format …" */
export function compileTemplate({ Name, Template, Service }: Source): CompiledTemplate {
  if (Template.Type !== 'name_prefix_match') throw new MeshError('refused', `Bad Template.Type '${Template.Type}'`);
  const pattern = Template.Regexp === '' ? null : patternOf(Template.Regexp);
  const texts = new Map<string, Text>();
  eachText(Service, (text) => {
    texts.set(text, compileText(text));
    return text;
  });
  return {
    render: (name) => {
      const names = { full: name, prefix: Name, matches: pattern?.groups(name) ?? [] };
      const rendered = eachText(Service, (text) => texts.get(text)?.(names) ?? text);
      if (!Template.RemoveEmptyTags || rendered.Tags === null) return rendered;
      return { ...rendered, Tags: rendered.Tags.filter((tag) => tag !== '') };
    },
  };
}

function patternOf(source: string): LinearPattern {
  try {
    return linearPattern(source);
  } catch (error) {
    if (error instanceof PatternError) throw new MeshError('refused', `Bad Regexp: ${error.message}`, { cause: error });
    throw error;
  }
}

/** The service part with every text replaced; keys of metadata stay. */
function eachText(service: QueryService, replace: (text: string) => string): QueryService {
  const list = (texts: readonly string[] | null) => texts?.map(replace) ?? null;
  const map = (texts: Readonly<Record<string, string>> | null) =>
    texts && Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, replace(value)]));
  return {
    ...service,
    Service: replace(service.Service),
    Failover: { ...service.Failover, Datacenters: list(service.Failover.Datacenters) },
    IgnoreCheckIDs: list(service.IgnoreCheckIDs),
    Near: replace(service.Near),
    Tags: list(service.Tags),
    NodeMeta: map(service.NodeMeta),
    ServiceMeta: map(service.ServiceMeta),
  };
}

/** `a${name.full}b` -> texts and expressions in turn. */
function compileText(source: string): Text {
  const parts: Text[] = [];
  let end = 0;
  for (let start = source.indexOf('${'); start >= 0; start = source.indexOf('${', end)) {
    const isEscaped = source[start - 1] === '$' && start > end;
    const before = source.slice(end, isEscaped ? start - 1 : start);
    parts.push(() => before);
    if (isEscaped) {
      parts.push(() => '${');
      end = start + 2;
      continue;
    }
    const close = source.indexOf('}', start);
    if (close < 0) throw new MeshError('refused', `Bad format '${source}': expected "}" before the end`);
    parts.push(expression(source.slice(start + 2, close).trim(), source));
    end = close + 1;
  }
  const rest = source.slice(end);
  return (names) => parts.map((part) => part(names)).join('') + rest;
}

const variables: Readonly<Record<string, Text>> = {
  'name.full': ({ full }) => full,
  'name.prefix': ({ prefix }) => prefix,
  'name.suffix': ({ full, prefix }) => full.slice(prefix.length),
  'agent.segment': () => '',
};

function expression(code: string, source: string): Text {
  if (Object.hasOwn(variables, code)) return variables[code] ?? (() => '');
  const group = /^match\(\s*(-?\d{1,9})\s*\)$/.exec(code)?.[1];
  if (group === undefined) throw new MeshError('refused', `Bad format '${source}': unknown variable or function "${code}"`);
  const number = Number(group);
  return ({ matches }) => matches[number] ?? '';
}
