/** Mistakes that are told together, after everything that stops the reading at once. */

import { isIP } from 'node:net';
import type { AddressRange } from '../model/http-settings.js';
import { unknownCipher } from './cipher-suites.js';
import { type OptionKey, optionKeys, type Settings } from './table.js';

export function collectedFaults(settings: Settings): string[] {
  return [...portFaults(settings), ...rangeFaults(settings), ...cipherFaults(settings)];
}

function portFaults(settings: Settings): string[] {
  return optionKeys
    .filter((key): key is OptionKey & `ports.${string}` => key.startsWith('ports.'))
    .filter((key) => Number(settings[key]) > 65_535)
    .map((key) => `${key}: invalid port: ${settings[key]}`);
}

function rangeFaults(settings: Settings): string[] {
  return settings['http_config.allow_write_http_from']
    .filter((text) => addressRange(text) === null)
    .map((text) => `allow_write_http_from: invalid cidr: ${text}`);
}

/** "10.0.0.0/8"; null when it is no network. */
export function addressRange(text: string): AddressRange | null {
  const [address = '', bits = '', rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest !== undefined || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return null;
  return { family: family === 4 ? 'ipv4' : 'ipv6', address, bits: Number(bits) };
}

function cipherFaults(settings: Settings): string[] {
  const unknown = unknownCipher(settings.tls_cipher_suites);
  return unknown === undefined ? [] : [`tls_cipher_suites: invalid tls cipher suites: unsupported cipher ${JSON.stringify(unknown)}`];
}
