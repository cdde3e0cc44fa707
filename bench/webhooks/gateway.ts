import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { WeatherStack } from '../../bin/demo/weather-stack';
import { Environment } from '../../lib/private/environment';
import { startDevServer } from '../../local/dev-server';
import type { FunctionModel } from '../../local/template/model';

/** Where the parts are that the benchmark talks to. */
export interface ServedGateway {
  readonly webhookUrl: string;
  readonly storeUrl: string;
  readonly table: string;
  /** What its purchases are marked with at Stripe. */
  readonly paywallId: string;
}

/** The demo in the local gateway, in a process of its own, so that who delivers does not hold up who answers. */
async function main(): Promise<void> {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk-paywall-bench-'));
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
  const app = new App({ outdir, context: { 'aws:cdk:enable-path-metadata': true } });
  new WeatherStack(app, 'Weather');
  app.synth();
  const server = await startDevServer({ assemblyDir: outdir, port: 0 });
  // Whoever has started it is gone, or has what he wants.
  process.once('disconnect', () => {
    server.close().finally(() => process.exit());
  });
  const served: ServedGateway = {
    webhookUrl: new URL('billing/stripe/webhook', server.apis[0]?.url).href,
    storeUrl: server.storeUrl,
    table: server.app.tables[0]?.name ?? '',
    paywallId: paywallIdOf(server.app.functions),
  };
  process.send?.(served);
}

function paywallIdOf(functions: readonly FunctionModel[]): string {
  return functions.map(({ environment }) => environment[Environment.PAYWALL_ID]).find((id) => id !== undefined) ?? '';
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
