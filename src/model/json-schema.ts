/** What a decoder takes in a body, in the words of JSON Schema. Decoders built of others know it; the API's description is made of it. */
import type { Decoder } from './decode.js';

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | false;
  readonly required?: readonly string[];
  readonly const?: string;
  readonly oneOf?: readonly JsonSchema[];
}

const schemas = new WeakMap<object, () => JsonSchema>();

/** Empty, which is anything, for decoders that have not said. */
export function schemaOf(decoder: Decoder<unknown>): JsonSchema {
  return schemas.get(decoder)?.() ?? {};
}

export function withSchema<T>(decoder: Decoder<T>, schema: () => JsonSchema): Decoder<T> {
  schemas.set(decoder, schema);
  return decoder;
}

/** A decoder that takes what `other` takes and makes something else of it. */
export function like<T>(other: Decoder<unknown>, decoder: Decoder<T>): Decoder<T> {
  return withSchema(decoder, () => schemaOf(other));
}
