import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Duration, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { allowKeyToSend, encryptedLogGroup } from './encryption';
import { handlerSettings, levelEnvironment, passedLevel } from './handler-settings';

export interface HandlerFunctionProps {
  /** The folder below `assets/`, which the build writes. */
  readonly bundle: string;
  readonly description: string;
  readonly environment: Record<string, string>;
  readonly timeout: Duration;
  /** Where events end that asynchronous invocations could not handle. */
  readonly deadLetterQueue?: IQueue;
}

/**
 * One of the package's own handlers. It has a role of its own, which may write to its log group, and to X-Ray where it is
 * traced, and nothing else until something is granted. What is set for the construct that it is made in holds for it.
 */
export class HandlerFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    const settings = handlerSettings(scope);
    const logGroup = encryptedLogGroup(scope, `${id}Logs`);
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, id, {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(bundlePath(props.bundle)),
      memorySize: 512,
      timeout: props.timeout,
      environment: { ...props.environment, ...levelEnvironment(settings) },
      deadLetterQueue: props.deadLetterQueue,
      role,
      logGroup,
      // START, END and REPORT lines as text cost more than the write that they report on.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      applicationLogLevelV2: passedLevel(settings),
      tracing: settings.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
    });
    if (props.deadLetterQueue !== undefined) {
      allowKeyToSend(props.deadLetterQueue, this);
    }
    if (settings.tracing) {
      Validations.of(role).acknowledge({
        id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
        reason: 'X-Ray knows no resources: traces are sent to it, and nothing can be read or changed',
      });
    }
  }
}

/** Two levels up from `lib/private` in a checkout, and from `dist/private` in the published package. */
function bundlePath(bundle: string): string {
  const path = join(__dirname, '..', '..', 'assets', bundle);
  if (!existsSync(join(path, 'index.js'))) {
    throw new Error(`the handler bundle assets/${bundle}/index.js is missing: run \`npm run build\` first`);
  }
  return path;
}
