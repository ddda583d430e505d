/** Reads of `/v1/operator/`: none of them blocks, and their answers carry no meta headers. */
import type { Query, QueryKind, QueryTable } from '../../model/query.js';
import type { Call } from '../call.js';
import { kvMeta } from '../meta.js';
import { read } from '../read.js';
import { readOptions } from '../read-options.js';

export async function ask<K extends QueryKind>(call: Call, query: Query<K>): Promise<QueryTable[K]['value']> {
  const { value } = await read(call, query, { ...readOptions(call), minIndex: 0 }, kvMeta);
  return value;
}
