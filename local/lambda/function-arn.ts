/** An ARN without the version or alias that it may end in: there is one code, and every version of it runs that. */
export function unqualifiedArn(functionArn: string): string {
  return functionArn.split(':').slice(0, 7).join(':');
}
