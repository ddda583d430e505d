/** Whole numbers in the spellings Go's `strconv` takes with base 0: 16, 0x10, 0b1, 0o7, 017, 1_000. */
const spelling =
  /^([+-]?)(?:0[xX](?<hex>(?:_?[0-9a-fA-F])+)|0[bB](?<bin>(?:_?[01])+)|0[oO]?(?<oct>(?:_?[0-7])+)|(?<dec>0|[1-9](?:_?[0-9])*))$/;

/** @throws RangeError "parse error" or "value out of range", Go's words */
export function parseInteger(text: string, { min, max }: { readonly min: bigint; readonly max: bigint }): bigint {
  const match = spelling.exec(text);
  if (!match || (match[1] !== '' && min >= 0n)) throw new RangeError('parse error');
  const { hex, bin, oct, dec } = match.groups ?? {};
  const digits = hex ? `0x${hex}` : bin ? `0b${bin}` : oct ? `0o${oct}` : (dec ?? '0');
  const magnitude = BigInt(digits.replaceAll('_', ''));
  const value = match[1] === '-' ? -magnitude : magnitude;
  if (value < min || value > max) throw new RangeError('value out of range');
  return value;
}
