/** A line on its way into a log group. */
export interface LogEvent {
  readonly logGroup: string;
  readonly logStream: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** CloudWatch Logs, as those who log meet it. */
export interface LogWriter {
  write(event: LogEvent): void;
}
