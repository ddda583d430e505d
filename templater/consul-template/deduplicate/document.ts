/**
 * What the leader of a template writes for the others: every answer that the template uses, as gzip-compressed JSON in one key. The form is
 * our own: programs of one fleet read each other's, and whoever cannot read it asks by itself.
 *
 * { "format": "mesh-template/1", "state": "whole", "answers": { DEPENDENCY ID: ANSWER } }
 */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { isMap } from '../config-blocks.js';

/**
 * `partial`: some of what the leader asked for is not answered yet. `whole`: what is not here the leader does not use. `none`: nothing is
 * shared, because it is more than a key can hold.
 */
export type DocumentState = 'partial' | 'whole' | 'none';
export interface AnswerDocument {
  readonly state: DocumentState;
  /** By the id of the dependency. */
  readonly answers: Readonly<Record<string, unknown>>;
}

const format = 'mesh-template/1';
const states: readonly DocumentState[] = ['partial', 'whole', 'none'];
/** As much as an agent takes in one key. */
export const documentBytesMax = 512 * 1024;
/** A guard against what only looks like a document. */
const answersBytesMax = 256 * 1024 * 1024;

export const emptyDocument: AnswerDocument = { state: 'partial', answers: {} };
export const tooLargeDocument: AnswerDocument = { state: 'none', answers: {} };

const compress = promisify(gzip);
const decompress = promisify(gunzip);

export function encodeDocument({ state, answers }: AnswerDocument): Promise<Buffer> {
  return compress(JSON.stringify({ format, state, answers }));
}

/** @returns undefined for what is no such document, or one of a later format */
export async function decodeDocument(bytes: Uint8Array): Promise<AnswerDocument | undefined> {
  let value: unknown;
  try {
    value = JSON.parse((await decompress(bytes, { maxOutputLength: answersBytesMax })).toString('utf8'));
  } catch {
    // Whatever it is, it is nothing of ours: the caller says so.
    return undefined;
  }
  if (!isMap(value) || value.format !== format || !isMap(value.answers)) return undefined;
  const state = states.find((known) => isMap(value) && known === value.state);
  return state === undefined ? undefined : { state, answers: value.answers };
}
