/**
 * One commit as a record of the commit log: numbers little-endian,
 *
 *     0   8  magic; no part of a body can look like it, 0xff is in no UTF-8 text
 *     8   4  CRC-32 of what follows
 *     12  4  length of the body in bytes
 *     16  8  the revision that this run of the log begins after (a double); tells its records from older ones in the same file
 *     24  8  revision (a double)
 *     32     body: the operations one after the other, each as `<key length> <value length>\n<key><value>`, lengths in UTF-16 units;
 *            the value of a deletion has the length "-"
 */
import { crc32 } from 'node:zlib';
import type { Operation } from './level-batch.js';

const magic = Buffer.from('\xff\xfemeshL1', 'latin1');
const crcAt = 8;
const lengthAt = 12;
const afterAt = 16;
const revisionAt = 24;
const headerBytes = 32;

export interface RecordHeader {
  readonly revision: number;
  /** Where the record begins and where the next one would. */
  readonly start: number;
  readonly end: number;
}

export function encodeRecord(after: number, revision: number, operations: readonly Operation[]): Buffer {
  let body = '';
  for (const operation of operations) {
    if (operation.type === 'put') body += `${operation.key.length} ${operation.value.length}\n${operation.key}${operation.value}`;
    else body += `${operation.key.length} -\n${operation.key}`;
  }
  const bodyBytes = Buffer.byteLength(body);
  const bytes = Buffer.allocUnsafe(headerBytes + bodyBytes);
  magic.copy(bytes);
  bytes.writeUInt32LE(bodyBytes, lengthAt);
  bytes.writeDoubleLE(after, afterAt);
  bytes.writeDoubleLE(revision, revisionAt);
  bytes.write(body, headerBytes);
  bytes.writeUInt32LE(crc32(bytes.subarray(lengthAt)), crcAt);
  return bytes;
}

/** @returns null when there is no whole record of the run that begins after revision `after` */
export function readHeader(bytes: Buffer, start: number, after: number): RecordHeader | null {
  if (start + headerBytes > bytes.length || magic.compare(bytes, start, start + magic.length) !== 0) return null;
  if (bytes.readDoubleLE(start + afterAt) !== after) return null;
  const end = start + headerBytes + bytes.readUInt32LE(start + lengthAt);
  if (end > bytes.length || crc32(bytes.subarray(start + lengthAt, end)) !== bytes.readUInt32LE(start + crcAt)) return null;
  return { revision: bytes.readDoubleLE(start + revisionAt), start, end };
}

/** The next whole record of the run at or behind `from`, wherever it begins. */
export function findRecord(bytes: Buffer, from: number, after: number): RecordHeader | null {
  for (let start = bytes.indexOf(magic, from); start >= 0; start = bytes.indexOf(magic, start + 1)) {
    const header = readHeader(bytes, start, after);
    if (header) return header;
  }
  return null;
}

/** Of a record that `readHeader` found whole. */
export function readOperations(bytes: Buffer, { start, end }: RecordHeader): Operation[] {
  const body = bytes.toString('utf8', start + headerBytes, end);
  const operations: Operation[] = [];
  for (let position = 0; position < body.length; ) {
    const line = body.indexOf('\n', position);
    const [keyLength = '', valueLength = ''] = body.slice(position, line).split(' ');
    const keyEnd = line + 1 + Number(keyLength);
    const key = body.slice(line + 1, keyEnd);
    position = valueLength === '-' ? keyEnd : keyEnd + Number(valueLength);
    operations.push(valueLength === '-' ? { type: 'del', key } : { type: 'put', key, value: body.slice(keyEnd, position) });
  }
  return operations;
}
