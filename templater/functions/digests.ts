/** Digests, apart from the other functions on text: node:crypto takes a while to load. */
import { createHash, createHmac } from 'node:crypto';
import { toBytes } from '../go-template/byte-string.js';
import { row } from './function-row.js';

export const digestFunctions = [
  row({
    name: 'sha256sum',
    dialects: ['confd'],
    usage: 'sha256sum TEXT',
    summary: 'SHA-256 in hexadecimal',
    parameters: ['string'],
    call: (_, [text]) => createHash('sha256').update(toBytes(text)).digest('hex'),
  }),
  row({
    name: 'sha256Hex',
    dialects: ['consul-template'],
    usage: 'sha256Hex TEXT',
    summary: 'SHA-256 in hexadecimal',
    parameters: ['string'],
    call: (_, [text]) => createHash('sha256').update(toBytes(text)).digest('hex'),
  }),
  row({
    name: 'md5sum',
    dialects: ['consul-template'],
    usage: 'md5sum TEXT',
    summary: 'MD5 in hexadecimal',
    parameters: ['string'],
    call: (_, [text]) => createHash('md5').update(toBytes(text)).digest('hex'),
  }),
  row({
    name: 'hmacSHA256Hex',
    dialects: ['consul-template'],
    usage: 'hmacSHA256Hex MESSAGE KEY',
    summary: 'HMAC with SHA-256 in hexadecimal',
    parameters: ['string', 'string'],
    call: (_, [message, key]) => createHmac('sha256', toBytes(key)).update(toBytes(message)).digest('hex'),
  }),
];
