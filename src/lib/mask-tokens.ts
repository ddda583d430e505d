/** Takes the secrets of ACL tokens out of a text: the parameter of a URL, in any case and with escaped letters, and the headers. */

const letters = [...'token'].map((letter) => {
  const codes = [letter, letter.toUpperCase()].map((either) => `%${either.charCodeAt(0).toString(16)}`);
  return `(?:${letter}|${codes.join('|')})`;
});
const parameter = new RegExp(`([?&]${letters.join('')}=)[^&\\s"'#]+`, 'gi');
const header = /((?:x-consul-token["']?\s*[:=]\s*["']?|bearer\s+))[^\s"',;]+/gi;

export function maskTokens(text: string): string {
  return text.replace(parameter, '$1<hidden>').replace(header, '$1<hidden>');
}
