/** The types of what the API's records become: pointers to structs, under the names that consul-template's error texts show. */
import type { StructType } from '../go-template/value.js';

/** @param fields name -> Go's type, in order of declaration */
export function structType(name: string, fields: Readonly<Record<string, string>>): StructType {
  return { name, pointer: true, fields: new Map(Object.entries(fields)) };
}
