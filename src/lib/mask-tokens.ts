/** Takes secrets out of a text: those of ACL tokens (the parameter of a URL, in any case and with escaped letters, and the headers), passwords of addresses. */

const letters = [...'token'].map((letter) => {
  const codes = [letter, letter.toUpperCase()].map((either) => `%${either.charCodeAt(0).toString(16)}`);
  return `(?:${letter}|${codes.join('|')})`;
});
const parameter = new RegExp(`([?&]${letters.join('')}=)[^&\\s"'#]+`, 'gi');
const header = /((?:x-consul-token["']?\s*[:=]\s*["']?|bearer\s+))[^\s"',;]+/gi;

export function maskTokens(text: string): string {
  return text.replace(parameter, '$1<hidden>').replace(header, '$1<hidden>');
}

/** The address of a server without the user and password that it may hold: "http://user:secret@host" -> "http://…@host". */
export function maskUserInfo(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/].*@/is, '$1…@');
}
