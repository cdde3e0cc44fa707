import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Format } from '../output';

/** Which paywall is meant, and how answers are wanted. */
export interface TargetOptions extends Format {
  /** The name or ARN of a deployed stack. */
  readonly stack?: string;
  readonly region?: string;
  readonly profile?: string;
  /** The URL of the local gateway. */
  readonly local?: string;
  /** A paywall's construct path, or the end of it. */
  readonly paywall?: string;
}

const LOCAL_URL = 'http://127.0.0.1:4020';

/** Adds the options that every command has which asks a paywall. */
export function withTarget(command: Command): Command {
  return command
    .addOption(new Option('--stack <name>', 'the deployed stack with the paywall').conflicts('local'))
    .addOption(new Option('--region <region>', 'its Region (default: as the AWS CLI finds it)').conflicts('local'))
    .addOption(new Option('--profile <name>', 'the profile of your AWS configuration').conflicts('local'))
    .addOption(
      new Option('--local [url]', `the local gateway, cdk-paywall dev (default: ${LOCAL_URL})`)
        .preset(LOCAL_URL)
        .argParser(parseUrl),
    )
    .option('--paywall <path>', 'the construct path of the paywall, or its end, where there are several')
    .option('--json', 'print one JSON document');
}

function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:') {
    throw new InvalidArgumentError('It is no URL of a local gateway. Put --local behind the arguments.');
  }
  return url.origin;
}
