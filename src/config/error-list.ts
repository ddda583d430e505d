/** "2 errors occurred:\n\t* a\n\t* b\n\n": the list form that users of Consul know. */
export function errorList(errors: readonly string[]): string {
  return `${errors.length === 1 ? '1 error' : `${errors.length} errors`} occurred:\n${errors.map((error) => `\t* ${error}\n`).join('')}\n`;
}
