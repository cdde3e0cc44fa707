import { errorFields, isWritten, type LogLevel } from './log-line';

type About = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * The authorizer's log, whose lines are those of the other handlers, without what these load for it. A line goes past the console,
 * which Lambda's JSON log format would wrap.
 */
export function log(message: string, about: About): void {
  write(process.stdout, 'INFO', message, about);
}

/** As `log.ts` has it; who writes by this names Lambda's request id, where he knows it. */
export function logError(message: string, about: About, error: unknown): void {
  write(process.stderr, 'ERROR', message, { ...about, error: errorFields(error) });
}

/** Whether there is anything to be prepared for `log`. */
export function isLogged(): boolean {
  return isWritten('INFO', process.env);
}

function write(stream: NodeJS.WriteStream, level: LogLevel, message: string, about: object): void {
  if (!isWritten(level, process.env)) {
    return;
  }
  const line = {
    level,
    message,
    timestamp: new Date().toISOString(),
    function_name: process.env.AWS_LAMBDA_FUNCTION_NAME,
    xray_trace_id: /Root=([^;]+)/.exec(process.env._X_AMZN_TRACE_ID ?? '')?.[1],
    ...about,
  };
  stream.write(`${JSON.stringify(line)}\n`);
}
