/** What a decoder takes in a body, in the words of JSON Schema. Decoders built of others know it; the API's description is made of it. */
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
export function schemaOf(decoder: object): JsonSchema {
  return schemas.get(decoder)?.() ?? {};
}

export function withSchema<D extends object>(decoder: D, schema: () => JsonSchema): D {
  schemas.set(decoder, schema);
  return decoder;
}

/** A decoder that takes what `other` takes and makes something else of it. */
export function like<D extends object>(other: object, decoder: D): D {
  return withSchema(decoder, () => schemaOf(other));
}
