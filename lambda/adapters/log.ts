/** One line of what a developer or an operator may want to know, and need not do anything about. */
export function log(message: string, about: Readonly<Record<string, string>>): void {
  console.log(JSON.stringify({ level: 'INFO', message, ...about }));
}

/**
 * One line for the operator, found by what it is about: the request id that the caller was given, or the customer. What a caller
 * sent is never in it.
 */
export function logError(message: string, about: Readonly<Record<string, string>>, error: unknown): void {
  const { name, message: reason, stack } = error instanceof Error ? error : new Error(String(error));
  console.error(JSON.stringify({ level: 'ERROR', message, ...about, error: { name, message: reason, stack } }));
}
