/** Uniform in [0, 1). An argument wherever chance matters, so that tests can choose it. */
export type Random = () => number;

export const systemRandom: Random = () => Math.random();
