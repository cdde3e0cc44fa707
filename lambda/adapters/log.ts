/** One line for the operator, found by the request id that the caller was given. What a caller sent is never in it. */
export function logError(message: string, requestId: string, error: unknown): void {
  const { name, message: reason, stack } = error instanceof Error ? error : new Error(String(error));
  console.error(JSON.stringify({ level: 'ERROR', message, requestId, error: { name, message: reason, stack } }));
}
