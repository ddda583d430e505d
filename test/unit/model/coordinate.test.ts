import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Coordinate, isCoordinate, nodeDistanceSeconds, originCoordinate, roundTripSeconds } from '../../../src/model/coordinate.js';

const number = fc.double({ min: -10, max: 10, noNaN: true });
const coordinate: fc.Arbitrary<Coordinate> = fc.record({
  Vec: fc.array(number, { minLength: 8, maxLength: 8 }),
  Error: fc.double({ min: 0, max: 1.5, noNaN: true }),
  Adjustment: fc.double({ min: -1, max: 1, noNaN: true }),
  Height: fc.double({ min: 1e-5, max: 1, noNaN: true }),
});

test('distances are positive and the same in both directions', () => {
  fc.assert(
    fc.property(coordinate, coordinate, (a, b) => {
      expect(roundTripSeconds(a, b)).toBeGreaterThan(0);
      expect(roundTripSeconds(a, b)).toBeCloseTo(roundTripSeconds(b, a), 9);
    }),
  );
});

test('heights and adjustments count, but no adjustment makes a distance vanish', () => {
  const at = (x: number, more: Partial<Coordinate> = {}): Coordinate => ({ ...originCoordinate, Vec: [x, 0, 0, 0, 0, 0, 0, 0], ...more });
  expect(roundTripSeconds(at(3), { ...at(0), Vec: [0, 4, 0, 0, 0, 0, 0, 0] })).toBeCloseTo(5.00002, 9);
  expect(roundTripSeconds(at(0, { Height: 0.2 }), at(1, { Height: 0.3, Adjustment: 0.1 }))).toBeCloseTo(1.6, 9);
  expect(roundTripSeconds(at(0, { Adjustment: -2 }), at(1))).toBeCloseTo(1.00002, 9);
});

test('nodes are compared in a segment they share', () => {
  const of = (Segment: string, x: number) => ({
    Node: 'n',
    Segment,
    Coord: { ...originCoordinate, Height: 0, Vec: [x, 0, 0, 0, 0, 0, 0, 0] },
  });
  expect(nodeDistanceSeconds([of('a', 1), of('b', 2)], [of('b', 5)])).toBe(3);
  expect(nodeDistanceSeconds([of('a', 1)], [of('b', 5)])).toBe(Number.POSITIVE_INFINITY);
});

test('a coordinate has eight finite numbers', () => {
  expect(isCoordinate(originCoordinate)).toBe(true);
  expect(isCoordinate({ ...originCoordinate, Vec: [1, 2, 3] })).toBe(false);
  expect(isCoordinate({ ...originCoordinate, Height: Number.NaN })).toBe(false);
  expect(isCoordinate({ ...originCoordinate, Vec: [0, 0, 0, 0, 0, 0, 0, Number.POSITIVE_INFINITY] })).toBe(false);
});
