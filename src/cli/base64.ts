/** Base64 as Go's standard decoder takes it: padded, line breaks ignored, anything else refused (Node skips what it does not know). */
export function decodeBase64(text: string): Buffer | { readonly fault: string } {
  const compact = text.replace(/[\r\n]/g, '');
  const wrong = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact) ? -1 : faultAt(compact);
  return wrong < 0 ? Buffer.from(compact, 'base64') : { fault: `illegal base64 data at input byte ${wrong}` };
}

/** Where the first byte stands that cannot be there. */
function faultAt(text: string): number {
  const good = /^(?:[A-Za-z0-9+/]{4})*/.exec(text)?.[0].length ?? 0;
  const rest = /^[A-Za-z0-9+/]*/.exec(text.slice(good))?.[0].length ?? 0;
  return good + rest;
}
