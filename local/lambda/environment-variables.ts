import type { FunctionModel } from '../template/model';

/** What a function sees in `process.env`: what Lambda sets, then what the template says, then what serving it needs. */
export function environmentVariables(
  fn: FunctionModel,
  added: Readonly<Record<string, string>>,
): Record<string, string> {
  const region = fn.arn.split(':')[3] || 'us-east-1';
  const { PATH, NODE_PATH } = process.env;
  return {
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMegabytes),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: '[$LATEST]local',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    LAMBDA_TASK_ROOT: fn.codePath,
    TZ: ':UTC',
    _HANDLER: fn.handler,
    ...(PATH !== undefined && { PATH }),
    ...(NODE_PATH !== undefined && { NODE_PATH }),
    ...fn.environment,
    ...added,
  };
}
