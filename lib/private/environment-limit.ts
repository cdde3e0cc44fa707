import type { Stack } from 'aws-cdk-lib';

/** AWS's limit on a function's environment. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const MAX_ENVIRONMENT_BYTES = 4096;

/** What is said at synth where these variables do not fit the environment of the functions that read them all. */
export function environmentErrors(
  stack: Stack,
  variables: Readonly<Record<string, string>>,
  props = '`plans`, `topUps`, `costs`, `routePlans` and `identities`',
): string[] {
  const bytes = Buffer.byteLength(JSON.stringify(stack.resolve(Object.values(variables)))) + 512;
  return bytes <= MAX_ENVIRONMENT_BYTES
    ? []
    : [
        `${props} must fit a function's environment of ` +
          `${MAX_ENVIRONMENT_BYTES} bytes (${Object.keys(variables).join(', ')}), got about: ${bytes}`,
      ];
}
