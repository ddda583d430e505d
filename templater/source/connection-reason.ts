/** Why an HTTP server did not answer, without the request, so that one reason for many watches is one text. */

export function connectionReason(error: { readonly message: string }): string {
  return error.message.replace(/^\w+ "(\w+:\/\/[^/"]+)[^"]*": /, '$1 does not answer: ');
}
