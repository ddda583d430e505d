/** Base64 to bytes, one character each. Small texts share a buffer: making one for every value of a large tree costs as much as all the rest. */
const shared = Buffer.allocUnsafe(16 * 1024);

export function byteStringFromBase64(text: string): string {
  if (text.length > shared.length) return Buffer.from(text, 'base64').toString('latin1');
  return shared.toString('latin1', 0, shared.write(text, 'base64'));
}
