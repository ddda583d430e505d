/** Decimal fractions, exact where floats are not: 0.1 + 0.2 is 0.3. */
export interface Decimal {
  readonly digits: bigint;
  /** Places behind the point; never negative. */
  readonly places: number;
}

/** Places of a quotient. */
const quotientPlaces = 16;

/** The shortest decimal that stands for the number. @throws Error for what is no finite number */
export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) throw new Error(`cannot create a decimal from ${value}`);
  const [mantissa = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const places = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return places >= 0 ? { digits, places } : { digits: digits * 10n ** BigInt(-places), places: 0 };
}

export function numberOf({ digits, places }: Decimal): number {
  return Number(`${digits}e-${places}`);
}

export function plus(a: Decimal, b: Decimal): Decimal {
  const places = Math.max(a.places, b.places);
  return { digits: scaled(a, places) + scaled(b, places), places };
}

export function minus(a: Decimal, b: Decimal): Decimal {
  return plus(a, { digits: -b.digits, places: b.places });
}

export function times(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, places: a.places + b.places };
}

/** Rounded half away from zero. @throws Error for 0 */
export function divide(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0n) throw new Error('decimal division by 0');
  const places = Math.max(a.places, b.places);
  const [dividend, divisor] = [scaled(a, places) * 10n ** BigInt(quotientPlaces), scaled(b, places)];
  const quotient = dividend / divisor;
  const rest = absolute(dividend - quotient * divisor);
  const away = (dividend < 0n ? -1n : 1n) * (divisor < 0n ? -1n : 1n);
  return { digits: 2n * rest >= absolute(divisor) ? quotient + away : quotient, places: quotientPlaces };
}

function scaled({ digits, places }: Decimal, wanted: number): bigint {
  return digits * 10n ** BigInt(wanted - places);
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
