/**
 * float64 to text as Go's strconv.FormatFloat does it. With a precision the exact binary value is rounded, half to even: JavaScript's
 * own toFixed rounds halves up and stops at 1e21, so the digits are made with big integers here.
 */

export type FloatVerb = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X';

/** Significant digits "15" and the position of the decimal point from their left: 1.5 -> ("15", 1), 0.0015 -> ("15", -2). */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/** `precision` -1 is the fewest digits that identify the number. The sign is there only when negative. */
export function formatFloat(value: number, verb: FloatVerb, precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  if (magnitude === Number.POSITIVE_INFINITY) return sign === '' ? '+Inf' : '-Inf';
  switch (verb) {
    case 'f':
      return sign + (precision < 0 ? plain(shortest(magnitude), undefined) : fixed(magnitude, precision));
    case 'e':
    case 'E':
      return sign + exponential(precision < 0 ? shortest(magnitude) : significant(magnitude, precision + 1), precision, verb);
    case 'g':
    case 'G':
      return sign + general(magnitude, verb, precision);
    case 'b':
      return sign + binaryExponent(magnitude);
    case 'x':
    case 'X':
      return sign + hexadecimal(magnitude, verb, precision);
  }
}

function general(magnitude: number, verb: 'g' | 'G', precision: number): string {
  const wanted = precision === 0 ? 1 : precision;
  const exact = wanted < 0 ? shortest(magnitude) : significant(magnitude, wanted);
  const digits = exact.digits.replace(/0+$/, '');
  const decimal = { digits, point: exact.point };
  // Go: the exponent form below 1e-4, and from the precision on; the shortest form decides with 6.
  let limit = wanted;
  if (limit > digits.length && digits.length >= decimal.point) limit = digits.length;
  if (wanted < 0) limit = 6;
  const exponent = magnitude === 0 ? 0 : decimal.point - 1;
  if (exponent < -4 || exponent >= limit) return exponential(decimal, Math.max(digits.length - 1, 0), verb === 'g' ? 'e' : 'E');
  return plain(decimal, undefined);
}

function exponential({ digits, point }: Decimal, precision: number, letter: 'e' | 'E'): string {
  const fraction = precision < 0 ? digits.slice(1) : digits.slice(1).padEnd(precision, '0');
  const exponent = digits === '' || /^0*$/.test(digits) ? 0 : point - 1;
  const written = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits[0] ?? '0'}${fraction === '' ? '' : `.${fraction}`}${letter}${exponent < 0 ? '-' : '+'}${written}`;
}

function plain({ digits, point }: Decimal, decimals: number | undefined): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(digits === '' ? 0 : -point) + digits;
  const shown = decimals === undefined ? fraction : fraction.padEnd(decimals, '0');
  return shown === '' ? whole : `${whole}.${shown}`;
}

function shortest(magnitude: number): Decimal {
  if (magnitude === 0) return { digits: '', point: 1 };
  const [mantissa = '', exponent = '0'] = magnitude.toExponential().split('e');
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}

function fixed(magnitude: number, decimals: number): string {
  const digits = String(scaledRound(magnitude, decimals)).padStart(decimals + 1, '0');
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Exactly `count` digits, zeros included. */
function significant(magnitude: number, count: number): Decimal {
  if (magnitude === 0) return { digits: '0'.repeat(count), point: 1 };
  let point = shortest(magnitude).point;
  let digits = String(scaledRound(magnitude, count - point));
  if (digits.length > count) {
    point++;
    digits = String(scaledRound(magnitude, count - point));
  }
  // Rounding 9.99 up gives one digit more, and that digit is a zero.
  return { digits: digits.slice(0, count).padEnd(count, '0'), point };
}

/** magnitude * 10^decimals, rounded half to even; decimals may be negative. */
function scaledRound(magnitude: number, decimals: number): bigint {
  const { mantissa, exponent } = binaryParts(magnitude);
  let numerator = mantissa;
  let denominator = 1n;
  if (decimals >= 0) numerator *= 10n ** BigInt(decimals);
  else denominator *= 10n ** BigInt(-decimals);
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  const roundsUp = twice > denominator || (twice === denominator && (quotient & 1n) === 1n);
  return roundsUp ? quotient + 1n : quotient;
}

const scratch = new DataView(new ArrayBuffer(8));

/** magnitude = mantissa * 2^exponent, exactly. */
function binaryParts(magnitude: number): { mantissa: bigint; exponent: number } {
  scratch.setFloat64(0, magnitude);
  const bits = scratch.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const fraction = bits & ((1n << 52n) - 1n);
  return biased === 0 ? { mantissa: fraction, exponent: -1074 } : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

function binaryExponent(magnitude: number): string {
  const { mantissa, exponent } = binaryParts(magnitude);
  return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
}

/** 0x1.8p+01: one binary digit before the point. */
function hexadecimal(magnitude: number, verb: 'x' | 'X', precision: number): string {
  const parts = binaryParts(magnitude);
  let { mantissa, exponent } = parts;
  if (mantissa === 0n) exponent = -52;
  while (mantissa !== 0n && mantissa < 1n << 52n) {
    mantissa <<= 1n;
    exponent--;
  }
  let digits = 13;
  if (precision >= 0 && precision < 13) {
    const shift = BigInt(4 * (13 - precision));
    const half = 1n << (shift - 1n);
    const rest = mantissa & ((1n << shift) - 1n);
    mantissa >>= shift;
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++;
    digits = precision;
    if (mantissa >> BigInt(4 * digits) > 1n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const power = exponent + 52;
  let fraction = (mantissa & ((1n << BigInt(4 * digits)) - 1n)).toString(16).padStart(digits, '0').slice(0, digits);
  fraction = precision < 0 ? fraction.replace(/0+$/, '') : fraction.padEnd(precision, '0');
  const whole = mantissa >> BigInt(4 * digits);
  const text = `0x${whole}${fraction === '' ? '' : `.${fraction}`}p${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  return verb === 'X' ? text.toUpperCase() : text;
}
