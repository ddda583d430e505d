/** Limits of the text that checks keep, in bytes, and the words that say something was left out. */

/** The first bytes: `Bwww ... (captured 4096 of 5001 bytes)`. */
export function headOf(output: string, bytesMax: number): string {
  const bytes = Buffer.byteLength(output);
  if (bytes <= bytesMax) return output;
  return `${Buffer.from(output).subarray(0, bytesMax).toString('utf8')} ... (captured ${bytesMax} of ${bytes} bytes)`;
}

/** The last bytes, which are all that was kept of `bytes`. */
export function withCapturedNote(kept: string, { bytes, bytesMax }: { readonly bytes: number; readonly bytesMax: number }): string {
  return bytes <= bytesMax ? kept : `Captured ${bytesMax} of ${bytes} bytes\n...\n${kept}`;
}
