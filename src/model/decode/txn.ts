/** Body of `/v1/txn`: a list of objects with one operation each; objects without any are left out. */
import { DecodeError, type Decoder, field, list, record, text } from '../decode.js';
import { like } from '../json-schema.js';
import { keyFromText } from '../kv-key.js';
import type { CatalogVerb, KvVerb, TxnOperation } from '../txn.js';
import { checkInput, nodeInput, serviceInput } from './catalog.js';
import { opaque, requestIndex, unsigned64 } from './json.js';

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Base64 in its one right spelling. @throws DecodeError `illegal base64 data at input byte 0` */
const bytes: Decoder<string> = like(text, (value, spot) => {
  const encoded = text(value, spot).replace(/[\r\n]/g, '');
  if (!base64.test(encoded)) throw new DecodeError(`illegal base64 data at input byte ${illegalByte(encoded)}`);
  return Buffer.from(encoded, 'base64').toString('base64');
});

function illegalByte(encoded: string): number {
  const position = encoded.search(/[^A-Za-z0-9+/]/);
  return position < 0 ? encoded.length - (encoded.length % 4) : position;
}

// Verbs are passed on as they are: the decision answers unknown ones per operation, in the list of errors.
const kvFields = record({
  Verb: field(text, ''),
  Key: field(text, ''),
  Value: field(bytes, ''),
  Flags: field(unsigned64, '0'),
  Index: field(requestIndex, 0),
  Session: field(text, ''),
});
const kv: Decoder<TxnOperation | null> = like(kvFields, (value, spot) => {
  const { Verb, Key, Value, Flags, Index, Session } = kvFields(value, spot);
  return { kind: 'kv', verb: Verb as KvVerb, key: keyFromText(Key), value: Value, flags: Flags, index: Index, session: Session };
});

const noNode = { node: { ID: '', Node: '', Address: '', Datacenter: '', TaggedAddresses: null, Meta: null }, index: 0 };
const nodeFields = record({ Verb: field(text, ''), Node: field(nodeInput, noNode) });
const node: Decoder<TxnOperation | null> = like(nodeFields, (value, spot) => {
  const { Verb, Node } = nodeFields(value, spot);
  return { kind: 'node', verb: Verb as CatalogVerb, ...Node };
});

const service: Decoder<TxnOperation | null> = (value, spot) => {
  const noService = serviceInput({}, spot);
  const { Verb, Node, Service } = record({ Verb: field(text, ''), Node: field(text, ''), Service: field(serviceInput, noService) })(
    value,
    spot,
  );
  return { kind: 'service', verb: Verb as CatalogVerb, node: Node, ...Service };
};

const check: Decoder<TxnOperation | null> = (value, spot) => {
  const { Verb, Check } = record({ Verb: field(text, ''), Check: field(checkInput, checkInput({}, spot)) })(value, spot);
  return { kind: 'check', verb: Verb as CatalogVerb, ...Check };
};

/** Records are plain JSON: big integers are for keys only. */
function ofRecords<T>(decoder: Decoder<T>): Decoder<T> {
  return like(decoder, (value, spot) => decoder(opaque(value, spot), spot));
}

const operation = record({
  KV: field(kv, null),
  Node: field(ofRecords(node), null),
  Service: field(ofRecords(service), null),
  Check: field(ofRecords(check), null),
});

export const txnOperations: Decoder<readonly TxnOperation[]> = like(list(operation), (value, spot) => {
  if (value === null) return [];
  return list(operation)(value, spot)
    .map(({ KV, Node, Service, Check }) => KV ?? Node ?? Service ?? Check)
    .filter((decoded) => decoded !== null);
});
