/**
 * Which failures of a source are told: one line for one outage, however many watches it concerns, however often it is tried, and in
 * whatever words it shows itself ("connection reset" first, "connection refused" after that). With several addresses each has its own.
 */

/** A source whose every answer is another text is no reason for a line each: so many are told of one watch until it is answered. */
const toldMax = 5;

export class Outages {
  /** Watch -> what it has failed of since its last answer. */
  readonly #failing = new Map<string, { readonly outages: Set<string>; reason: string }>();
  /** Outage -> how many watches it concerns. */
  readonly #concerned = new Map<string, number>();

  /** @returns whether that is news */
  failed(id: string, reason: string): boolean {
    const failing = this.#failing.get(id) ?? { outages: new Set<string>(), reason };
    this.#failing.set(id, failing);
    const outage = outageOf(reason);
    if (failing.outages.has(outage)) return false;
    if (failing.outages.size >= toldMax) return false;
    failing.outages.add(outage);
    failing.reason = reason;
    const concerned = this.#concerned.get(outage) ?? 0;
    this.#concerned.set(outage, concerned + 1);
    return concerned === 0;
  }

  /** It was answered, or is not asked for any more. @returns the reason of an outage that is over with that; '' when none is */
  over(id: string): string {
    const failing = this.#failing.get(id);
    if (failing === undefined) return '';
    this.#failing.delete(id);
    let isOver = false;
    for (const outage of failing.outages) {
      const others = (this.#concerned.get(outage) ?? 1) - 1;
      if (others > 0) this.#concerned.set(outage, others);
      else isOver = this.#concerned.delete(outage);
    }
    return isOver ? failing.reason : '';
  }
}

/**
 * `http://a:8500 does not answer: connection refused` -> `http://a:8500 does not answer`;
 * `Unexpected response code: 500 (No cluster leader)` -> `Unexpected response code: 5`: a server in trouble has many words for it.
 */
function outageOf(reason: string): string {
  return /^(?:.*? does not answer\b|Unexpected response code: 5)/.exec(reason)?.[0] ?? reason;
}
