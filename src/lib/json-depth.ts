/** How deep lists and objects of a JSON text lie inside each other, told before anything is made of it. */

const openList = 0x5b;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;
const quote = 0x22;

/** The text need not be JSON; what is none is the parser's to find. */
export function isDeeperThan(json: string, depthMax: number): boolean {
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === quote) i = endOfString(json, i);
    else if (code === openList || code === openObject) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (code === closeList || code === closeObject) depth -= 1;
  }
  return false;
}

/** Where the closing quote stands; most of a large body are long strings, which `indexOf` passes quickly. */
function endOfString(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (end > 0 && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end < 0 ? json.length : end;
}

function isEscaped(json: string, position: number): boolean {
  let backslashes = 0;
  while (json[position - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}
