/** Functions that mean the same in confd's and in consul-template's templates. */
import { encodeBase64 } from './base64.js';
import { type Dialect, row } from './function-row.js';
import { lowerCase, upperCase } from './go-strings.js';

const dialects: readonly Dialect[] = ['confd', 'consul-template'];

export const sharedFunctions = [
  row({
    name: 'toUpper',
    dialects,
    usage: 'toUpper TEXT',
    summary: 'in capitals',
    parameters: ['string'],
    call: (_, [text]) => upperCase(text),
  }),
  row({
    name: 'toLower',
    dialects,
    usage: 'toLower TEXT',
    summary: 'in small letters',
    parameters: ['string'],
    call: (_, [text]) => lowerCase(text),
  }),
  row({
    name: 'base64Encode',
    dialects,
    usage: 'base64Encode TEXT',
    summary: 'in base64',
    parameters: ['string'],
    call: (_, [text]) => encodeBase64(text, 'standard'),
  }),
];
