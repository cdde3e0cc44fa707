import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { GivenValues } from '../../../local/template/app-templates';
import type { AppModel, MethodModel, RestApiModel } from '../../../local/template/model';
import { readApp } from '../../../local/template/read-app';

// The validation of every synthesized template costs more than all else that these tests do.
process.env.CDK_VALIDATION = 'false';

const folders: string[] = [];

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-paywall-template-'));
  folders.push(folder);
  return folder;
}

/** To be called when all tests of a file have run. */
export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Synthesizes an app with the context that the CDK command-line tool gives, and names the folder of its assembly. */
export function synthesize(build: (app: App) => void): string {
  const outdir = temporaryFolder();
  const context = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };
  const app = new App({ outdir, context, analyticsReporting: false });
  build(app);
  app.synth();
  return outdir;
}

/** The model of an app with one stack, `Stack`. */
export function modelOf(build: (stack: Stack) => void, given?: GivenValues): AppModel {
  return readApp(
    synthesize((app) => build(new Stack(app, 'Stack'))),
    given,
  );
}

export function inlineFunction(scope: Construct, id: string, environment: Record<string, string> = {}): LambdaFunction {
  return new LambdaFunction(scope, id, {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({ statusCode: 200 });'),
    environment,
  });
}

export function onlyApi(model: AppModel): RestApiModel {
  const [api, ...others] = model.apis;
  if (!api || others.length > 0) {
    throw new Error(`the app has ${model.apis.length} APIs`);
  }
  return api;
}

/** @param route such as `GET /items/{id}` */
export function methodOf(api: RestApiModel, route: string): MethodModel {
  const method = api.methods.find(({ httpMethod, resourcePath }) => route === `${httpMethod} ${resourcePath}`);
  if (!method) {
    throw new Error(`${api.path} has no ${route}`);
  }
  return method;
}

/** The variables of the only function with an environment. */
export function environmentOf(model: AppModel): Readonly<Record<string, string>> {
  return model.functions.find(({ environment }) => Object.keys(environment).length > 0)?.environment ?? {};
}
