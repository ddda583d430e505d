import { describe, expect, test } from 'vitest';
import { compileGo } from '../../../../templater/go-engine.js';
import { type FakeContents, fakeSource } from '../fake-source.js';

/** `sprig_` goes before every name in the rows that is one of Sprig's. */
async function render(text: string, contents: FakeContents = {}, data?: unknown): Promise<string> {
  const template = await compileGo({ text, name: 't', syntax: 'go', dialect: 'consul-template' });
  return Buffer.from(template.render(fakeSource(contents), data).bytes).toString();
}

interface Kind {
  readonly kind: string;
  readonly rows: readonly (readonly [template: string, output: string])[];
}

const kinds: readonly Kind[] = [
  {
    kind: 'strings',
    rows: [
      ['{{"fooo" | sprig_substr 0 3}} {{sprig_substr 0 10 "foo"}} {{sprig_substr -1 2 "foo"}}', 'foo foo fo'],
      ['{{sprig_trunc 3 "foooo"}} {{sprig_trunc -3 "baaar"}} {{sprig_trunc -99 "bar"}} [{{sprig_trunc 0 "x"}}]', 'foo aar bar []'],
      ['{{sprig_quote "a" 1 "\\"b\\""}}{{sprig_quote nil}}', '"a" "1" "\\"b\\""'],
      ['{{sprig_squote "a" 1}}', "'a' '1'"],
      ['{{"c" | sprig_cat "a" "b"}}', 'a b c'],
      ['{{sprig_trim "  5.00  "}} {{sprig_trimAll "$" "$5$"}} {{sprig_trimPrefix "$" "$5"}} {{sprig_trimSuffix "$" "5$"}}', '5.00 5 5 5'],
      ['{{sprig_hasPrefix "cat" "catch"}} {{sprig_hasSuffix "cat" "ducat"}} {{sprig_contains "cat" "fair catch"}}', 'true true true'],
      ['{{sprig_abbrev 5 "hello world"}} {{sprig_abbrevboth 5 10 "1234 5678 9123"}}', 'he... ...5678...'],
      ['{{sprig_nospace "h e l l o "}} {{sprig_untitle "First Try"}} {{sprig_initials "First Try"}}', 'hello first try FT'],
      ['{{sprig_title "o\'neil and sons"}} {{sprig_swapcase "aBc"}}', "O'Neil And Sons AbC"],
      ['{{sprig_wrap 5 "Hello World"}}', 'Hello\nWorld'],
      ['{{sprig_wrapWith 5 "\\t" "Hello Worlds"}}', 'Hello\tWorld\ts'],
      [
        '{{sprig_snakecase "FirstName"}} {{sprig_snakecase "HTTPServer"}} {{sprig_snakecase "GO PATH"}} {{sprig_snakecase "http2xx"}}',
        'first_name http_server go_path http_2xx',
      ],
      ['{{sprig_kebabcase "FirstName"}} {{sprig_kebabcase "NoHTTPS"}}', 'first-name no-https'],
      [
        '{{sprig_camelcase "http_server"}} {{sprig_camelcase "_complex__case_"}} {{sprig_camelcase "some words"}}',
        'HttpServer _Complex_Case_ SomeWords',
      ],
      ['{{sprig_indent 2 "a\\n\\nb"}}|{{sprig_nindent 2 "a"}}', '  a\n  \n  b|\n  a'],
      ['{{sprig_replace " " "-" "I Am"}} {{3 | sprig_plural "one" "many"}} {{1 | sprig_plural "one" "many"}}', 'I-Am many one'],
      ['{{$v := "a$b$c" | sprig_split "$"}}{{$v._0}}{{$v._2}} {{(sprig_splitn "$" 2 "a$b$c")._1}}', 'ac b$c'],
      ['{{sprig_join "-" (sprig_list 1 nil "b")}} {{sprig_join "-" "abc"}} {{sprig_splitList "/" "a/b"}}', '1-b abc [a b]'],
      ['{{sprig_toStrings (sprig_list 1 2) | printf "%q"}} {{sprig_toString 1.5}}', '["1" "2"] 1.5'],
    ],
  },
  {
    kind: 'lists',
    rows: [
      [
        '{{sprig_append (sprig_list 1 2) 3}} {{sprig_prepend (sprig_list 1) 0}} {{sprig_concat (sprig_list 1) (sprig_list 2 nil)}}',
        '[1 2 3] [0 1] [1 2 <nil>]',
      ],
      [
        '{{sprig_first (sprig_list 1 2)}} {{sprig_last (sprig_list 1 2)}} {{sprig_rest (sprig_list 1 2)}} {{sprig_initial (sprig_list 1 2)}}',
        '1 2 [2] [1]',
      ],
      ['{{sprig_first sprig_list}} {{sprig_rest sprig_list}}', '<no value> []'],
      [
        '{{sprig_reverse (sprig_list 1 2 3)}} {{sprig_uniq (sprig_list "a" 1 1 "a")}} {{sprig_without (sprig_list 1 1 2) 1}}',
        '[3 2 1] [a 1] [2]',
      ],
      ['{{sprig_has 1 (sprig_list 1)}} {{sprig_has "1" (sprig_list 1)}} {{sprig_has 1 nil}}', 'true false false'],
      [
        '{{sprig_compact (sprig_list 1 0 "" "x")}} {{sprig_slice (sprig_list 1 2 3) 1 2}} {{sprig_chunk 2 (sprig_list 1 2 3)}}',
        '[1 x] [2] [[1 2] [3]]',
      ],
      ['{{sprig_until 3}} {{sprig_until -3}} {{sprig_untilStep 3 9 3}} {{sprig_untilStep 0 5 0}}', '[0 1 2] [0 -1 -2] [3 6] []'],
      [
        '{{sprig_seq 3}}|{{sprig_seq -2}}|{{sprig_seq 2 4}}|{{sprig_seq 1 3 8}}|{{sprig_seq 5 1 0}}|{{sprig_seq}}',
        '1 2 3|1 0 -1 -2|2 3 4|1 4 7||',
      ],
      ['{{sprig_sortAlpha (sprig_list 2 10 "B" "a")}}', '[10 2 B a]'],
    ],
  },
  {
    kind: 'maps',
    rows: [
      ['{{$d := sprig_dict "a" 1}}{{$_ := sprig_set $d "b" 2}}{{$_ := sprig_unset $d "a"}}{{$d}} {{len $d}}', 'map[b:2] 1'],
      ['{{sprig_get (sprig_dict "a" 1) "a"}}[{{sprig_get (sprig_dict) "x"}}] {{sprig_dict "a"}}', '1[] map[a:]'],
      ['{{sprig_pluck "a" (sprig_dict "a" 1) (sprig_dict "b" 2) (sprig_dict "a" 3)}}', '[1 3]'],
      ['{{sprig_keys (sprig_dict "b" 1 "a" 2)}} {{sprig_values (sprig_dict "b" 1 "a" 2)}}', '[a b] [2 1]'],
      ['{{sprig_pick (sprig_dict "a" 1 "b" 2) "a"}} {{sprig_omit (sprig_dict "a" 1 "b" 2) "a"}}', 'map[a:1] map[b:2]'],
      [
        '{{$a := sprig_dict "x" 1 "m" (sprig_dict "p" 1)}}{{$_ := sprig_merge $a (sprig_dict "x" 2 "m" (sprig_dict "q" 2))}}{{$a}}',
        'map[m:map[p:1 q:2] x:1]',
      ],
      ['{{sprig_mergeOverwrite (sprig_dict "x" 1 "y" 1) (sprig_dict "x" 2)}}', 'map[x:2 y:1]'],
      [
        '{{sprig_dig "a" "b" "none" (sprig_dict "a" (sprig_dict "b" 1))}} {{sprig_dig "a" "c" "none" (sprig_dict "a" (sprig_dict))}}',
        '1 none',
      ],
      [
        '{{$a := sprig_dict "m" (sprig_dict "x" 1)}}{{$b := sprig_deepCopy $a}}{{$_ := sprig_set $b.m "x" 2}}{{$a}}{{$b}}',
        'map[m:map[x:1]]map[m:map[x:2]]',
      ],
      ['{{$j := parseJSON "{\\"a\\":1}"}}{{$_ := sprig_set $j "b" true}}{{toJSON $j}}', '{"a":1,"b":true}'],
    ],
  },
  {
    kind: 'numbers',
    rows: [
      [
        '{{3 | sprig_add 1 2}} {{sprig_add1 "41"}} {{sprig_sub 5 "3"}} {{sprig_mul 2 3 4}} {{sprig_div 7 2}} {{sprig_mod 7 2}}',
        '6 42 2 24 3 1',
      ],
      [
        '{{sprig_addf 0.1 0.2}} {{sprig_subf 1 0.9}} {{sprig_mulf 1.1 1.1}} {{sprig_divf 1 3}} {{sprig_add1f 0.1}}',
        '0.3 0.1 1.21 0.3333333333333333 1.1',
      ],
      ['{{sprig_max 1 "345" 7}} {{sprig_min 3 1 2}} {{sprig_maxf 1.5 2}} {{sprig_minf 1.5 2}}', '345 1 2 1.5'],
      ['{{sprig_ceil 1.1}} {{sprig_floor "1.9"}} {{sprig_round 3.14159 2}} {{sprig_round 123.5555 3 0.6}}', '2 1 3.14 123.555'],
      [
        '{{sprig_int "0x10"}} {{sprig_int "1.0"}} {{sprig_int "x"}} {{sprig_int64 true}} {{sprig_float64 "1.5"}} {{sprig_atoi "7"}} {{sprig_toDecimal "777"}}',
        '16 1 0 1 1.5 7 511',
      ],
    ],
  },
  {
    kind: 'defaults, types and JSON',
    rows: [
      ['{{"" | sprig_default "foo"}} {{sprig_default "foo" 2.34}} {{sprig_default "foo"}}', 'foo 2.34 foo'],
      [
        '{{sprig_empty 0}} {{sprig_coalesce 0 "" "x"}} {{sprig_all 1 0}} {{sprig_any 1 0}} {{true | sprig_ternary "a" "b"}}',
        'true x false true a',
      ],
      [
        '{{sprig_typeOf 1.5}} {{sprig_kindOf (sprig_list)}} {{sprig_kindOf (sprig_dict)}} {{sprig_kindIs "string" "x"}} {{sprig_typeIs "int" 1}} {{sprig_kindOf nil}}',
        'float64 slice map true true invalid',
      ],
      ['{{sprig_deepEqual (sprig_list 1 (sprig_dict "a" 1)) (sprig_list 1 (sprig_dict "a" 1))}} {{sprig_deepEqual 1 1.0}}', 'true false'],
      [
        '{{sprig_toJson (sprig_dict "a" "<")}} {{sprig_toRawJson "<"}} {{(sprig_fromJson "{\\"a\\":[1]}").a}} {{sprig_fromJson "{"}}',
        '{"a":"\\u003c"} "<" [1] <no value>',
      ],
    ],
  },
  {
    kind: 'digests and encodings',
    rows: [
      ['{{sprig_sha1sum "a"}}', '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'],
      ['{{sprig_sha256sum "a" | sprig_trunc 8}} {{sprig_sha512sum "a" | len}} {{sprig_adler32sum "coffee"}}', 'ca978112 128 142344809'],
      [
        '{{sprig_b64enc "coffee"}} {{sprig_b64dec "Y29mZmVl"}} {{sprig_b32enc "coffee"}} {{sprig_b32dec "MNXWMZTFMU======"}}',
        'Y29mZmVl coffee MNXWMZTFMU====== coffee',
      ],
      [
        '{{sprig_randAlphaNum 5 | len}} {{sprig_randNumeric 3 | len}} {{sprig_randBytes 3 | len}} {{sprig_uuidv4 | len}} {{sprig_shuffle "aaa"}}',
        '5 3 4 36 aaa',
      ],
      ['{{sprig_encryptAES "pw" "secret text" | sprig_decryptAES "pw"}}', 'secret text'],
    ],
  },
  {
    kind: 'patterns',
    rows: [
      ['{{sprig_regexMatch "^a+$" "aaa"}} {{sprig_regexMatch "(" "a"}} {{sprig_regexFind "[0-9]+" "a12b3"}}', 'true false 12'],
      ['{{sprig_regexFindAll "[0-9]" "a1b2c3" 2}} {{sprig_regexFindAll "[0-9]" "a1b2c3" -1}}', '[1 2] [1 2 3]'],
      [
        '{{sprig_regexReplaceAll "a(x*)b" "-ab-axxb-" "$\x7b1}W"}} {{sprig_regexReplaceAllLiteral "a(x*)b" "-axxb-" "$\x7b1}"}}',
        '-W-xxW- -$\x7b1}-',
      ],
      [
        '{{sprig_regexSplit "z+" "pizza" -1}} {{sprig_regexSplit "/" "foo/bar/baz" 2}} {{sprig_regexQuoteMeta "1.2*3"}}',
        '[pi a] [foo bar/baz] 1\\.2\\*3',
      ],
    ],
  },
  {
    kind: 'dates',
    rows: [
      ['{{sprig_toDate "2006-01-02" "2017-12-31" | sprig_date "02/01/2006"}}', '31/12/2017'],
      [
        '{{sprig_date_in_zone "02 Jan 06 15:04 -0700" 1560458379 "UTC"}} {{sprig_dateInZone "15:04 MST" 1560458379 "Europe/Berlin"}}',
        '13 Jun 19 20:39 +0000 22:39 GMT+2',
      ],
      [
        '{{sprig_now | sprig_dateModify "-1h" | sprig_unixEpoch}} {{sprig_ago (sprig_now | sprig_dateModify "-2h34m17s")}}',
        '1709208245 2h34m17s',
      ],
      [
        '{{sprig_duration 95}} {{sprig_durationRound "2h10m5s"}} {{sprig_durationRound "24h5s"}} {{sprig_durationRound "2400h"}}',
        '1m35s 2h 1d 3mo',
      ],
      ['{{sprig_htmlDateInZone 0 "UTC"}}', '1970-01-01'],
      ['{{(sprig_mustToDate "2006-01-02T15:04:05Z07:00" "2024-02-29T12:00:00+02:00").UTC.Format "15:04"}}', '10:00'],
    ],
  },
  {
    kind: 'paths, URLs and the machine',
    rows: [
      [
        '{{sprig_base "/a/b.c"}} {{sprig_dir "/a/b"}} {{sprig_clean "/a/../b/"}} {{sprig_ext "/a/b.tar.gz"}} {{sprig_isAbs "/a"}} {{sprig_osBase "/x"}}',
        'b.c /a /b .gz true x',
      ],
      [
        '{{$u := sprig_urlParse "https://me:pw@h.example:8080/a%20b?q=1#f"}}{{$u.scheme}} {{$u.host}} {{$u.hostname}} {{$u.path}} {{$u.query}} {{$u.fragment}} {{$u.userinfo}}',
        'https h.example:8080 h.example /a b q=1 f me:pw',
      ],
      ['{{sprig_urlParse "http://h/a b?q=1#f" | sprig_urlJoin}}', 'http://h/a%20b?q=1#f'],
      ['{{sprig_env "HOME"}} {{sprig_expandenv "$HOME/$\x7bUSER}x"}} {{sprig_getHostByName "localhost"}}', '/root /root/mex 127.0.0.1'],
    ],
  },
  {
    kind: 'versions',
    rows: [
      [
        '{{$s := sprig_semver "1.2.3-beta.1+c0ff33"}}{{$s.Major}} {{$s.Prerelease}} {{$s.Metadata}} {{$s}}',
        '1 beta.1 c0ff33 1.2.3-beta.1+c0ff33',
      ],
      ['{{sprig_semver "1.2.3" | (sprig_semver "1.3.3").Compare}} {{sprig_semver "1.4.3" | (sprig_semver "1.2.3").Compare}}', '1 -1'],
    ],
  },
];

describe.each(kinds)('$kind', ({ rows }) => {
  test.each(rows)('%s', async (text, output) => {
    expect(await render(text, { environment: { HOME: '/root', USER: 'me' } })).toBe(output);
  });
});

test.each([
  ['^1.2.0', '1.2.3', true],
  ['^1.2.0', '2.2.3', false],
  ['^0.2.3', '0.2.9', true],
  ['^0.2.3', '0.3.0', false],
  ['~1.2.3', '1.2.9', true],
  ['~1.2.3', '1.3.0', false],
  ['>=1.2, <2', '1.9.9', true],
  ['>=1.2 <2 || ~3.1', '3.1.4', true],
  ['1.2 - 1.4.5', '1.4.5', true],
  ['1.2.x', '1.2.7', true],
  ['1.x', '2.0.0', false],
  ['*', '7.0.0', true],
  ['!=1.2', '1.2.5', false],
  ['>1.2', '1.2.5', false],
  ['>=1.2.3', '1.3.0-beta', false],
  ['>=1.2.3-0', '1.3.0-beta', true],
  ['= 1.2.3', 'v1.2.3', true],
] as const)('%s meets %s: %s', async (constraint, version, expected) => {
  expect(await render(`{{sprig_semverCompare "${constraint}" "${version}"}}`)).toBe(String(expected));
});

test.each([
  ['{{sprig_fail "no"}}', 'error calling sprig_fail: no'],
  ['{{sprig_genCA "a" 1}}', 'templates make no keys, certificates and password hashes; make them once and put them into a key'],
  ['{{sprig_first "x"}}', 'cannot find first on type string'],
  ['{{sprig_div 1 0}}', 'integer divide by zero'],
  ['{{sprig_semver "bad"}}', 'Invalid Semantic Version'],
  ['{{sprig_semverCompare "bad" "1.2.3"}}', 'improper constraint: bad'],
  ['{{sprig_mustToDate "2006-01-02" "2024-13-01"}}', 'month out of range'],
  ['{{sprig_mustRegexMatch "(" "x"}}', 'missing closing )'],
  ['{{sprig_b32dec "1"}}', 'illegal base32 data'],
  ['{{sprig_repeat -1 "x"}}', 'negative Repeat count'],
])('%s fails', async (text, message) => {
  await expect(render(text)).rejects.toThrow(message);
});

test('what a template changes in a map does not show in the next rendering', async () => {
  const text = '{{$_ := sprig_set . "n" (sprig_add1 (len .))}}{{.}}';
  const template = await compileGo({ text, name: 't', syntax: 'go', dialect: 'consul-template' });
  const data = { a: 1 };
  for (let i = 0; i < 2; i++) expect(Buffer.from(template.render(fakeSource(), data).bytes).toString()).toBe('map[a:1 n:2]');
});
