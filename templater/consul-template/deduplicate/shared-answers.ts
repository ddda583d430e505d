/**
 * The source of one template in a fleet that shares answers. It has the answers from the agent while this process is the leader of the
 * template or is on its own, and out of the leader's document while another one leads. Private keys, what is of this machine, and what the
 * agent answers for itself are asked for by everybody.
 */
import {
  anyDependency,
  type Dependency,
  type DependencyKind,
  type DependencyValue,
  dependencyId,
  isOfThisMachine,
} from '../../data-source.js';
import type { FollowOptions, Source } from '../../source/source.js';
import type { AnswerDocument } from './document.js';

/** One question of the template. */
interface Question {
  ask(): void;
  /** No longer asks; what was answered stays. */
  leave(): void;
  /** The answer of another process. */
  take(answer: unknown): void;
  /** Out of our own asking; undefined until there is one. */
  readonly answer: unknown;
}

export class SharedAnswers implements Source {
  readonly #direct: Source;
  readonly #onAnswer: () => void;
  readonly #questions = new Map<string, Question>();
  /** What is known from the leader; undefined: everything is asked for. */
  #document: AnswerDocument | undefined;
  /** Nobody knows yet who leads. */
  #isUndecided = true;

  /** @param onAnswer told of every answer that came by our own asking */
  constructor(direct: Source, onAnswer: () => void) {
    this.#direct = direct;
    this.#onAnswer = onAnswer;
  }

  fetch<K extends DependencyKind>(dependency: Dependency<K>, signal: AbortSignal): Promise<DependencyValue<K>> {
    return this.#direct.fetch(dependency, signal);
  }

  follow<K extends DependencyKind>(dependency: Dependency<K>, options: FollowOptions<DependencyValue<K>>): void {
    const any = anyDependency(dependency);
    if (!isShared(any)) {
      this.#direct.follow(dependency, options);
      return;
    }
    if (options.signal.aborted) return;
    const id = dependencyId(any);
    const question = this.#question(dependency, options);
    this.#questions.set(id, question);
    options.signal.addEventListener('abort', () => {
      question.leave();
      this.#questions.delete(id);
    });
    if (!this.#isUndecided) this.#serve(id, question);
  }

  /** From now on the agent is asked for everything. */
  askAll(): void {
    this.#isUndecided = false;
    this.#document = undefined;
    for (const [id, question] of [...this.#questions]) this.#serve(id, question);
  }

  /** From now on answers are these, until there are others. */
  take(document: AnswerDocument): void {
    this.#isUndecided = false;
    this.#document = document.state === 'none' ? undefined : document;
    for (const [id, question] of [...this.#questions]) this.#serve(id, question);
  }

  /** What we know by our own asking, for the others. */
  get document(): AnswerDocument {
    const known = [...this.#questions].filter(([, { answer }]) => answer !== undefined);
    const answers = Object.fromEntries(known.map(([id, { answer }]) => [id, answer]));
    return { state: known.length === this.#questions.size ? 'whole' : 'partial', answers };
  }

  #serve(id: string, question: Question): void {
    const document = this.#document;
    if (document === undefined) question.ask();
    else if (Object.hasOwn(document.answers, id)) {
      question.leave();
      question.take(document.answers[id]);
    }
    // The leader has other questions than we: its environment or its machine differs.
    else if (document.state === 'whole') question.ask();
  }

  #question<K extends DependencyKind>(dependency: Dependency<K>, { onValue, onFailure }: FollowOptions<DependencyValue<K>>): Question {
    let asking: AbortController | undefined;
    let answer: DependencyValue<K> | undefined;
    return {
      get answer() {
        return answer;
      },
      ask: () => {
        if (asking !== undefined) return;
        asking = new AbortController();
        const { signal } = asking;
        const onOwnValue = (value: DependencyValue<K>) => {
          if (signal.aborted) return;
          answer = value;
          onValue(value);
          this.#onAnswer();
        };
        this.#direct.follow(dependency, { signal, onValue: onOwnValue, onFailure });
      },
      leave: () => {
        asking?.abort();
        asking = undefined;
        answer = undefined;
      },
      // Written by a process of the same fleet from the agent's answer to the same question.
      take: (taken) => onValue(taken as DependencyValue<K>),
    };
  }
}

function isShared(dependency: Dependency): boolean {
  if (isOfThisMachine(dependency.kind) || dependency.kind === 'caLeaf') return false;
  if (dependency.kind === 'node' && dependency.node === '') return false;
  return !('near' in dependency && dependency.near === '_agent');
}
