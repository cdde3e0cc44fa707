import type { ApplicationLogLevel } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** What the paywall's functions log, and for how long it is kept. */
export interface LoggingOptions {
  /**
   * How long lines are kept: those of the functions, and of the access logs that the paywall makes.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly retention?: RetentionDays;

  /**
   * Lines of this level, and of what is worse, are written. `WARN` leaves out what nobody has to see to. Metrics are written at any level.
   *
   * @default ApplicationLogLevel.INFO
   */
  readonly level?: ApplicationLogLevel;

  /**
   * Of how many of its decisions the authorizer writes a line, between 0 and 1: who called what, and what came of it. The lines are of
   * the level `INFO`. What is written is charged for by CloudWatch Logs, about 400 bytes a line.
   *
   * @default 0
   */
  readonly decisionSampleRate?: number;
}
