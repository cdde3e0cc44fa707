import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, extname, join, resolve } from 'node:path';
import { readJson } from './assembly';
import { type JsonObject, list, object, text } from './values';

export interface SynthOptions {
  /**
   * The folder with `cdk.json`.
   * @default - the current folder
   */
  readonly dir?: string;
  /**
   * A command that synthesizes the app, or the folder of a cloud assembly that is already there.
   * @default - `app` in `cdk.json`
   */
  readonly app?: string;
  /**
   * Where the cloud assembly goes.
   * @default - `cdk.out` in `dir`
   */
  readonly output?: string;
  /** Takes what the app writes to its standard output and standard error, as it comes. */
  readonly onOutput?: (chunk: string) => void;
}

/** The app could not be synthesized; the message is one line that says what to do. */
export class SynthError extends Error {
  override readonly name = 'SynthError';

  constructor(
    message: string,
    /** All that the app wrote to its standard error. */
    readonly stderr = '',
  ) {
    super(message);
  }
}

/** Linux takes no environment variable longer than 128 KiB. */
const MAX_CONTEXT_BYTES = 100_000;

/** Synthesizes a CDK app as `cdk synth` does, and gives the folder of its cloud assembly. */
export async function synth(options: SynthOptions = {}): Promise<string> {
  const dir = resolve(options.dir ?? '.');
  const settings = readSettings(dir, options.app);
  const app = options.app ?? commandLine(settings.app);
  if (app === undefined) {
    throw new SynthError('cdk.json has no `app`: add one, such as "app": "npx tsx bin/app.ts", or pass --app');
  }
  const existing = resolve(dir, app);
  const isAssembly = existsSync(existing) && statSync(existing).isDirectory();
  const output = isAssembly ? existing : resolve(dir, options.output ?? text(settings.output) ?? 'cdk.out');
  if (!isAssembly) {
    await runApp({ dir, app, output, settings, onOutput: options.onOutput });
  }
  const manifest = join(output, 'manifest.json');
  if (!existsSync(manifest)) {
    throw new SynthError(
      isAssembly
        ? `${output} has no manifest.json: pass the folder that \`cdk synth\` wrote, or a command that runs the app`
        : `the app command \`${app}\` wrote no cloud assembly to ${output}: it must create a CDK App and synthesize it`,
    );
  }
  checkLookups(manifest);
  return output;
}

function readSettings(dir: string, app: string | undefined): JsonObject {
  const file = join(dir, 'cdk.json');
  if (existsSync(file)) {
    return readSettingsFile(file);
  }
  if (app !== undefined) {
    return {};
  }
  throw new SynthError(`there is no cdk.json in ${dir}: run this in the folder of a CDK app, or pass --app`);
}

function readSettingsFile(file: string): JsonObject {
  try {
    return readJson(file);
  } catch (error) {
    throw new SynthError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function commandLine(app: unknown): string | undefined {
  return Array.isArray(app) ? app.join(' ') : text(app);
}

interface AppRun {
  readonly dir: string;
  readonly app: string;
  readonly output: string;
  readonly settings: JsonObject;
  readonly onOutput: SynthOptions['onOutput'];
}

async function runApp({ dir, app, output, settings, onOutput }: AppRun): Promise<void> {
  mkdirSync(output, { recursive: true });
  // What an earlier run left must not pass for the outcome of this one.
  rmSync(join(output, 'manifest.json'), { force: true });
  const context = contextVariables(dir, settings);
  try {
    const environment = { ...appEnvironment(dir, output), ...context.variables };
    const build = text(settings.build);
    if (build !== undefined) {
      await run('build', build, dir, environment, onOutput);
    }
    await run('app', executable(dir, app), dir, environment, onOutput);
  } finally {
    context.remove();
  }
}

function appEnvironment(dir: string, output: string): NodeJS.ProcessEnv {
  const { env } = process;
  return {
    ...env,
    PATH: [join(dir, 'node_modules', '.bin'), env.PATH].filter(Boolean).join(delimiter),
    CDK_OUTDIR: output,
    CDK_DEFAULT_ACCOUNT: env.CDK_DEFAULT_ACCOUNT || '000000000000',
    CDK_DEFAULT_REGION: env.CDK_DEFAULT_REGION || 'us-east-1',
    // Costs a second or two of every start, and `cdk synth` and `cdk deploy` do it anyway.
    CDK_VALIDATION: env.CDK_VALIDATION ?? 'false',
  };
}

interface ContextVariables {
  readonly variables: Readonly<Record<string, string>>;
  remove(): void;
}

function contextVariables(dir: string, settings: JsonObject): ContextVariables {
  const looked = join(dir, 'cdk.context.json');
  const context = JSON.stringify({
    ...(existsSync(looked) ? readSettingsFile(looked) : {}),
    ...object(settings.context),
    'aws:cdk:enable-path-metadata': true,
    'aws:cdk:enable-asset-metadata': true,
    'aws:cdk:bundling-stacks': ['**'],
  });
  if (Buffer.byteLength(context) <= MAX_CONTEXT_BYTES) {
    return { variables: { CDK_CONTEXT_JSON: context }, remove: () => undefined };
  }
  const folder = mkdtempSync(join(tmpdir(), 'cdk-paywall-context-'));
  const file = join(folder, 'context.json');
  writeFileSync(file, context);
  return {
    variables: { CDK_CONTEXT_JSON: '{}', CONTEXT_OVERFLOW_LOCATION_ENV: file },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** `"app": "bin/app.js"` names a script, as the CDK command-line tool allows. */
function executable(dir: string, app: string): string {
  const [script = '', ...args] = app.trim().split(' ');
  const isScript = extname(script) === '.js' && existsSync(resolve(dir, script));
  return isScript ? ['node', script, ...args].join(' ') : app;
}

function run(
  what: 'app' | 'build',
  command: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
  onOutput: SynthOptions['onOutput'],
): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(command, { cwd, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => onOutput?.(chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
      onOutput?.(chunk);
    });
    child.on('error', (error) => failed(new SynthError(`the ${what} command \`${command}\` failed: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) {
        done();
        return;
      }
      const ending = code === null ? `was ended by ${signal}` : `failed with exit code ${code}`;
      const said = errorLine(stderr);
      failed(new SynthError(`the ${what} command \`${command}\` ${ending}${said && `: ${said}`}`, stderr));
    });
  });
}

/** The line that a developer looks for: the last one that names an error, else the last that is no stack frame. */
function errorLine(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at ') && !/^Node\.js v\d/.test(line));
  const named = lines.filter((line) => /^(Uncaught )?[\w.]*(Error|Exception)\b[^:]*: |\berror TS\d+: /.test(line));
  return named.at(-1) ?? lines.at(-1) ?? '';
}

function checkLookups(manifest: string): void {
  const missing = list(readSettingsFile(manifest).missing).map((entry) => text(object(entry).key));
  if (missing.length === 0) {
    return;
  }
  throw new SynthError(
    `the app looks up ${missing.join(', ')} in an AWS account: run \`npx cdk synth\` once with credentials for it, so that cdk.context.json holds the answer`,
  );
}
