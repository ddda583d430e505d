/** Parameters of a watch, each taken once; what nobody took is told at the end. A list of one stands for its element, as in all files. */
import { MeshError } from '../src/model/errors.js';

export class Parameters {
  readonly #given: Map<string, unknown>;

  constructor(given: Readonly<Record<string, unknown>>) {
    this.#given = new Map(Object.entries(given));
  }

  /** '' when it is not given. @throws MeshError `config-invalid` */
  text(name: string): string {
    const value = this.#take(name);
    if (value === undefined) return '';
    if (typeof value !== 'string') throw new MeshError('config-invalid', `Expecting ${name} to be a string`);
    return value;
  }

  /** @param what the word for it in "Must specify a single … to watch" */
  required(name: string, what: string): string {
    const value = this.text(name);
    if (value === '') throw new MeshError('config-invalid', `Must specify a single ${what} to watch`);
    return value;
  }

  boolean(name: string): boolean {
    const value = this.#take(name);
    if (value === undefined) return false;
    if (typeof value !== 'boolean') throw new MeshError('config-invalid', `Expecting ${name} to be a boolean`);
    return value;
  }

  /** A text or a list of them; [] when it is not given. */
  texts(name: string): readonly string[] {
    const value = this.#given.get(name);
    this.#given.delete(name);
    if (value === undefined) return [];
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const texts = list.filter((item) => typeof item === 'string');
    if (texts.length < list.length) throw new MeshError('config-invalid', `Expecting ${name} to be a string or a list of strings`);
    return texts;
  }

  /** An object; null when it is not given. */
  object(name: string): Readonly<Record<string, unknown>> | null {
    const value = this.#take(name);
    if (value === undefined) return null;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new MeshError('config-invalid', `Expecting ${name} to be an object`);
    return { ...value };
  }

  /** Names that nobody took, sorted. */
  left(): readonly string[] {
    return [...this.#given.keys()].sort();
  }

  #take(name: string): unknown {
    const value = this.#given.get(name);
    this.#given.delete(name);
    return Array.isArray(value) && value.length === 1 ? value[0] : value;
  }
}
