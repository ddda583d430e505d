/** What Go's encoding/base64 (standard alphabet, padded) says of a text that is none; '' when it is. */
export function base64Fault(text: string): string {
  const wrong = /[^A-Za-z0-9+/=]/.exec(text);
  const position = wrong ? wrong.index : text.length % 4 === 0 ? -1 : text.length - (text.length % 4);
  return position < 0 ? '' : `illegal base64 data at input byte ${position}`;
}
