// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are templates of prepared queries
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { QueryService } from '../../../src/model/prepared-query.js';
import { compileTemplate } from '../../../src/model/query-template.js';

const empty: QueryService = {
  ...{ Service: 'web', Failover: { NearestN: 0, Datacenters: null }, OnlyPassing: false, IgnoreCheckIDs: null },
  ...{ Near: '', Tags: null, NodeMeta: null, ServiceMeta: null, Connect: false },
};

function template(service: Partial<QueryService>, { prefix = 'geo-', regexp = '', removeEmptyTags = false } = {}) {
  const Template = { Type: 'name_prefix_match', Regexp: regexp, RemoveEmptyTags: removeEmptyTags };
  return compileTemplate({ Name: prefix, Template, Service: { ...empty, ...service } });
}

describe('a template', () => {
  test.each([
    { name: 'the whole name', text: '${name.full}', result: 'geo-db-eu' },
    { name: 'its own name', text: '${name.prefix}', result: 'geo-' },
    { name: 'what follows it', text: '<${ name.suffix }>', result: '<db-eu>' },
    { name: 'a group of the pattern', text: '${match(1)}.${match(2)}', result: 'db.eu' },
    { name: 'the whole match', text: '${match(0)}', result: 'geo-db-eu' },
    { name: 'a group that is none', text: 'a${match(9)}b${match(-1)}', result: 'ab' },
    { name: 'no segment', text: '${agent.segment}', result: '' },
    { name: 'an escaped brace', text: '$${name.full} $5 $', result: '${name.full} $5 $' },
    { name: 'an escaped brace behind a value', text: '${name.prefix}$${x}', result: 'geo-${x}' },
  ])('fills in $name', ({ text, result }) => {
    expect(template({ Service: text }, { regexp: '^geo-(.*?)-([^-]+)$' }).render('geo-db-eu').Service).toBe(result);
  });

  test('fills in every text of the service part and leaves the rest alone', () => {
    const suffix = '${name.suffix}';
    const rendered = template({
      Failover: { NearestN: 2, Datacenters: [suffix, 'dc2'] },
      ...{ IgnoreCheckIDs: [suffix], Near: suffix, Tags: [suffix, '!b'], NodeMeta: { [suffix]: suffix }, ServiceMeta: { a: `v${suffix}` } },
    }).render('geo-x');
    expect(rendered).toEqual({
      ...{ ...empty, Failover: { NearestN: 2, Datacenters: ['x', 'dc2'] }, IgnoreCheckIDs: ['x'], Near: 'x' },
      ...{ Tags: ['x', '!b'], NodeMeta: { [suffix]: 'x' }, ServiceMeta: { a: 'vx' } },
    });
  });

  test('leaves out empty tags when it is told to', () => {
    const tags = { Tags: ['${name.suffix}', 'a', ''] };
    expect(template(tags).render('geo-').Tags).toEqual(['', 'a', '']);
    expect(template(tags, { removeEmptyTags: true }).render('geo-').Tags).toEqual(['a']);
  });

  test.each([
    { name: 'an unknown variable', service: { Service: '${name.other}' }, text: /^Bad format '\$\{name\.other\}': unknown variable/ },
    { name: 'an unknown function', service: { Tags: ['${upper("a")}'] }, text: /^Bad format/ },
    { name: 'an open brace', service: { Near: 'a${name.full' }, text: /expected "}" before the end$/ },
  ])('is refused with $name', ({ service, text }) => {
    expect(() => template(service)).toThrow(text);
  });

  test('is refused with a bad pattern or another type', () => {
    expect(() => template({}, { regexp: '(' })).toThrow(/^Bad Regexp: error parsing regexp: /);
    const Template = { Type: 'nope', Regexp: '', RemoveEmptyTags: false };
    expect(() => compileTemplate({ Name: '', Template, Service: empty })).toThrow("Bad Template.Type 'nope'");
  });
});

describe('any name', () => {
  const names = fc.tuple(fc.string(), fc.string());

  test('is its prefix and its suffix', () => {
    fc.assert(
      fc.property(names, ([prefix, suffix]) => {
        const rendered = template({ Tags: ['${name.prefix}${name.suffix}', '${name.full}'] }, { prefix }).render(prefix + suffix);
        expect(rendered.Tags).toEqual([prefix + suffix, prefix + suffix]);
      }),
    );
  });

  test('comes out as it is, whatever it holds: it is never filled in itself', () => {
    const pieces = fc.array(fc.constantFrom('${name.full}', '$', '{', '}', '$${', 'a', '${match(0)}', '-')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(pieces, (name) => {
        expect(template({ Service: '<${name.full}>' }, { prefix: '' }).render(name).Service).toBe(`<${name}>`);
      }),
    );
  });

  test('and any text without an opening brace stays as it is', () => {
    const texts = fc.string().filter((text) => !text.includes('${'));
    fc.assert(
      fc.property(texts, (text) => {
        expect(template({ Service: text }).render('geo-x').Service).toBe(text);
      }),
    );
  });

  test('matches in time that grows with its length, not with the doubts of the pattern', () => {
    const compiled = template({ Service: '${match(1)}' }, { prefix: '', regexp: '^(a+)+$' });
    expect(compiled.render(`${'a'.repeat(5_000)}b`).Service).toBe('');
  });
});
