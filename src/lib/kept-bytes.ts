/** One end of a stream of bytes, head or tail, and how long the whole was. For output that may be endless. */
export class KeptBytes {
  /** All that came. */
  bytes = 0;
  private chunks: Buffer[] = [];
  private kept = 0;

  constructor(
    private readonly bytesMax: number,
    private readonly keep: 'head' | 'tail',
  ) {}

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    const part = this.keep === 'tail' ? chunk.subarray(-this.bytesMax) : chunk.subarray(0, this.bytesMax - this.kept);
    if (part.length === 0 || this.bytesMax === 0) return;
    this.chunks.push(part);
    this.kept += part.length;
    // Cut only now and then: a source that writes byte by byte would have us copy everything each time.
    if (this.keep === 'tail' && this.kept > 2 * this.bytesMax) this.cut();
  }

  /** What is no UTF-8 becomes U+FFFD. */
  text(): string {
    this.cut();
    return Buffer.concat(this.chunks).toString('utf8');
  }

  private cut(): void {
    if (this.kept <= this.bytesMax) return;
    this.chunks = [Buffer.from(Buffer.concat(this.chunks).subarray(-this.bytesMax))];
    this.kept = this.bytesMax;
  }
}
