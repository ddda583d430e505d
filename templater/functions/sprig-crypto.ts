/** Sprig's digests, encodings, random values and AES. What makes keys, certificates or password hashes is refused: see `refusal`. */
import { createCipheriv, createDecipheriv, createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { characters, fromBytes, toBytes } from '../go-template/byte-string.js';
import { decodeBase64, encodeBase64 } from './base64.js';
import type { FunctionRow } from './function-row.js';
import { refusing, sprig } from './sprig-row.js';

const digits = '0123456789';
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('');

/** They would be others in every rendering, so a file that holds one would never settle. */
const refusal = 'templates make no keys, certificates and password hashes; make them once and put them into a key';

export const sprigCryptoFunctions: readonly FunctionRow[] = [
  digest('sha1sum', 'sha1', 'SHA-1'),
  digest('sha256sum', 'sha256', 'SHA-256'),
  digest('sha512sum', 'sha512', 'SHA-512'),
  sprig({
    usage: 'adler32sum TEXT',
    summary: 'the Adler-32 checksum in decimal',
    parameters: ['string'],
    call: (_, [text]) => String(adler32(text)),
  }),
  sprig({ usage: 'b64enc TEXT', summary: 'in base64', parameters: ['string'], call: (_, [text]) => encodeBase64(text, 'standard') }),
  sprig({ usage: 'b64dec TEXT', summary: 'out of base64', parameters: ['string'], call: (_, [text]) => decodeBase64(text, 'standard') }),
  sprig({ usage: 'b32enc TEXT', summary: 'in base32', parameters: ['string'], call: (_, [text]) => encodeBase32(text) }),
  sprig({ usage: 'b32dec TEXT', summary: 'out of base32', parameters: ['string'], call: (_, [text]) => decodeBase32(text) }),
  random('randAlphaNum', letters + digits, 'random letters and digits'),
  random('randAlpha', letters, 'random letters'),
  random('randNumeric', digits, 'random digits'),
  random('randAscii', ascii, 'random characters of ASCII that print'),
  sprig({
    usage: 'randBytes N',
    summary: 'N random bytes in base64; others in every rendering',
    parameters: ['int'],
    call: (_, [count]) => encodeBase64(fromBytes(randomBytes(checkedCount(count))), 'standard'),
  }),
  sprig({
    usage: 'shuffle TEXT',
    summary: 'its characters in a random order; another one in every rendering',
    parameters: ['string'],
    call: (_, [text]) => shuffled([...characters(text)]).join(''),
  }),
  sprig({ usage: 'uuidv4', summary: 'a random UUID; another one in every rendering', parameters: [], call: () => randomUUID() }),
  sprig({
    usage: 'encryptAES PASSWORD TEXT',
    summary: 'by AES-256 in CBC mode, in base64; another text in every rendering',
    parameters: ['string', 'string'],
    call: (_, [password, text]) => encrypt(password, text),
  }),
  sprig({
    usage: 'decryptAES PASSWORD TEXT',
    summary: 'what encryptAES gave, in clear',
    parameters: ['string', 'string'],
    call: (_, [password, text]) => decrypt(password, text),
  }),
  refusing('bcrypt PASSWORD', refusal),
  refusing('htpasswd USER PASSWORD', refusal),
  refusing('derivePassword COUNTER TYPE PASSWORD USER SITE', refusal),
  refusing('genPrivateKey ALGORITHM', refusal),
  refusing('genCA NAME DAYS', refusal),
  refusing('genCAWithKey NAME DAYS KEY', refusal),
  refusing('genSelfSignedCert NAME IPS NAMES DAYS', refusal),
  refusing('genSelfSignedCertWithKey NAME IPS NAMES DAYS KEY', refusal),
  refusing('genSignedCert NAME IPS NAMES DAYS CA', refusal),
  refusing('genSignedCertWithKey NAME IPS NAMES DAYS CA KEY', refusal),
  refusing('buildCustomCert CERTIFICATE KEY', refusal),
];

function digest(name: string, algorithm: string, shown: string): FunctionRow {
  return sprig({
    usage: `${name} TEXT`,
    summary: `${shown} in hexadecimal`,
    parameters: ['string'],
    call: (_, [text]) => createHash(algorithm).update(toBytes(text)).digest('hex'),
  });
}

function random(name: string, alphabet: string, summary: string): FunctionRow {
  return sprig({
    usage: `${name} N`,
    summary: `N ${summary}; others in every rendering`,
    parameters: ['int'],
    call: (_, [count]) => Array.from({ length: checkedCount(count) }, () => alphabet[randomInt(alphabet.length)]).join(''),
  });
}

/** More is a slip of the pen. */
const countMax = 1_000_000n;

function checkedCount(count: bigint): number {
  if (count < 0n || count > countMax) throw new Error(`cannot make ${count} of them; the most is ${countMax}`);
  return Number(count);
}

/** Fisher and Yates. */
function shuffled(items: string[]): string[] {
  for (let i = items.length - 1; i > 0; i--) {
    const other = randomInt(i + 1);
    [items[i], items[other]] = [items[other] ?? '', items[i] ?? ''];
  }
  return items;
}

/** RFC 1950 §8.2 */
function adler32(bytes: string): number {
  let [a, b] = [1, 0];
  for (let i = 0; i < bytes.length; i++) {
    a = (a + bytes.charCodeAt(i)) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}

/** RFC 4648 §6 */
const base32Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function encodeBase32(bytes: string): string {
  let bits = '';
  for (let i = 0; i < bytes.length; i++) bits += bytes.charCodeAt(i).toString(2).padStart(8, '0');
  const encoded = (bits.match(/.{1,5}/g) ?? []).map((group) => base32Letters[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
  return encoded.padEnd(Math.ceil(encoded.length / 8) * 8, '=');
}

function decodeBase32(given: string): string {
  const text = given.replace(/[\r\n]/g, '');
  const body = text.replace(/=+$/, '');
  const wrong = [...body].findIndex((letter) => !base32Letters.includes(letter));
  const isPadded = text.length % 8 === 0 && [0, 2, 4, 5, 7].includes(body.length % 8) && text.length - body.length < 8;
  if (wrong >= 0 || !isPadded) throw new Error(`illegal base32 data at input byte ${wrong >= 0 ? wrong : text.length}`);
  const bits = [...body].map((letter) => base32Letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return (bits.match(/.{8}/g) ?? []).map((byte) => String.fromCharCode(Number.parseInt(byte, 2))).join('');
}

const blockBytes = 16;

/** The password's first 32 bytes, filled up with zeros, as Sprig has it. */
function keyFrom(password: string): Buffer {
  return Buffer.concat([toBytes(password), Buffer.alloc(32)]).subarray(0, 32);
}

function encrypt(password: string, text: string): string {
  const start = randomBytes(blockBytes);
  const cipher = createCipheriv('aes-256-cbc', keyFrom(password), start);
  return Buffer.concat([start, cipher.update(toBytes(text)), cipher.final()]).toString('base64');
}

function decrypt(password: string, encoded: string): string {
  const bytes = toBytes(decodeBase64(encoded, 'standard'));
  if (bytes.length < 2 * blockBytes || bytes.length % blockBytes !== 0) throw new Error('this is nothing that encryptAES gave');
  const cipher = createDecipheriv('aes-256-cbc', keyFrom(password), bytes.subarray(0, blockBytes));
  try {
    return fromBytes(Buffer.concat([cipher.update(bytes.subarray(blockBytes)), cipher.final()]));
  } catch (error) {
    throw new Error('the password is not the one it was encrypted with', { cause: error });
  }
}
