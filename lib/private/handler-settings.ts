import { Token } from 'aws-cdk-lib';
import { ApplicationLogLevel } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import type { LoggingOptions } from '../logging-options';

/** What holds for every function of a paywall alike. */
export interface HandlerSettings extends LoggingOptions {
  /** Whether X-Ray traces it. */
  readonly tracing?: boolean;
}

/** A name in the context of a construct, which all that is made in it inherit. */
const CONTEXT = 'cdk-paywall:handler-settings';

/** Sets what holds for the functions that will be made in a construct; before any is. */
export function setHandlerSettings(scope: IConstruct, settings: HandlerSettings): void {
  const { decisionSampleRate: rate = 0, level } = settings;
  if (!Token.isUnresolved(rate) && !(rate >= 0 && rate <= 1)) {
    throw new Error(`\`logging.decisionSampleRate\` must be between 0 and 1, got: ${rate}`);
  }
  if (rate !== 0 && isAboveInfo(level)) {
    throw new Error(
      `\`logging.decisionSampleRate\` needs \`logging.level\` INFO, which sampled decisions are written at, got: ${level}`,
    );
  }
  scope.node.setContext(CONTEXT, settings);
}

/** What was set for a construct, or for one that it is in. */
export function handlerSettings(scope: IConstruct): HandlerSettings {
  return scope.node.tryGetContext(CONTEXT) ?? {};
}

/** How long the paywall's own logs are kept. */
export function logRetention(scope: IConstruct): RetentionDays {
  return handlerSettings(scope).retention ?? RetentionDays.ONE_MONTH;
}

/**
 * What Lambda lets pass of a function's lines. It is never less than INFO, as which Lambda takes lines without a level: metrics, that is.
 */
export function passedLevel({ level = ApplicationLogLevel.INFO }: HandlerSettings): ApplicationLogLevel {
  return isAboveInfo(level) ? ApplicationLogLevel.INFO : level;
}

/** What the handlers themselves leave out. Powertools calls Lambda's FATAL so. */
export function levelEnvironment({ level }: HandlerSettings): Record<string, string> {
  return level === undefined ? {} : { POWERTOOLS_LOG_LEVEL: level === ApplicationLogLevel.FATAL ? 'CRITICAL' : level };
}

function isAboveInfo(level: ApplicationLogLevel | undefined): boolean {
  return (
    level === ApplicationLogLevel.WARN || level === ApplicationLogLevel.ERROR || level === ApplicationLogLevel.FATAL
  );
}
