/** How severe a line is, by Powertools' names. */
export type LogLevel = 'INFO' | 'ERROR';

/** In the order of their severity, as Powertools names them. Lambda says FATAL for CRITICAL. */
const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'CRITICAL', 'SILENT'];

/**
 * Whether lines of a level are written: where both Lambda's own setting and ours admit them. Powertools would heed the first alone, and
 * Lambda's leaves out metrics as well, which have no level, where it admits nothing below WARN; so the constructs set it to INFO at
 * most, and ours to what the operator wants.
 */
export function isWritten(level: LogLevel, environment: Readonly<Record<string, string | undefined>>): boolean {
  const { AWS_LAMBDA_LOG_LEVEL: lambdas, POWERTOOLS_LOG_LEVEL: ours } = environment;
  return [lambdas, ours].every((least) => LEVELS.indexOf(level) >= orderOf(least));
}

function orderOf(least = 'INFO'): number {
  const name = least.toUpperCase();
  const order = LEVELS.indexOf(name === 'FATAL' ? 'CRITICAL' : name);
  return order < 0 ? LEVELS.indexOf('INFO') : order;
}

/** What is logged of an error: what a client's error has beside it, such as what was sent, is not. */
export function errorFields(error: unknown): { name: string; message: string; stack?: string } {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack };
}
