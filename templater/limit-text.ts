/**
 * What the limits of JavaScript mean for a template. The words are looked for without a regular expression: one that is compiled where
 * the stack has run out ends the process.
 */
export function limitText({ message }: RangeError): string {
  if (message.includes('call stack')) return 'nested too deep';
  if (message.startsWith('Invalid string length')) return 'more text than there can be in one piece (512 MB)';
  if (message.startsWith('Invalid array length')) return 'more elements than a list can have';
  return message;
}
