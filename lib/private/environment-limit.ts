import type { Stack } from 'aws-cdk-lib';
import { Environment } from './environment';

/** AWS's limit on a function's environment. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const MAX_ENVIRONMENT_BYTES = 4096;

/** What is said at synth where the catalogue and the APIs do not fit the environment of the functions that read both. */
export function environmentErrors(stack: Stack, catalogue: string, apis: string): string[] {
  const bytes = Buffer.byteLength(JSON.stringify(stack.resolve([catalogue, apis]))) + 512;
  return bytes <= MAX_ENVIRONMENT_BYTES
    ? []
    : [
        `\`plans\`, \`topUps\`, \`costs\` and \`routePlans\` must fit a function's environment of ${MAX_ENVIRONMENT_BYTES} bytes ` +
          `(${Environment.CATALOGUE}, ${Environment.APIS}), got about: ${bytes}`,
      ];
}
