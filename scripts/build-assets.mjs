// Bundles the handlers and the command-line tool into assets/, one file each; the authorizer is three. A warning of esbuild's fails the build.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';
import { thirdPartyNotices } from './third-party-notices.mjs';

const root = join(import.meta.dirname, '..');
const assets = join(root, 'assets');

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'warning',
  legalComments: 'none',
  metafile: true,
  // The ESM builds of the AWS SDK tree-shake to half the size.
  mainFields: ['module', 'main'],
};

const handlers = [
  'agent-payments',
  'authorizer',
  'billing',
  'customer-events',
  'customer-webhook',
  'mcp',
  'model-proxy',
  'operations',
  'payments',
  'reconciler',
  'settlement',
  'stripe-catalogue',
  'surrogate-keys',
  'webhook',
].map((name) => ({
  ...common,
  entryPoints: [join(root, 'lambda', name, 'index.ts')],
  outfile: join(assets, name, 'index.js'),
  // What only some of those need who use the handler lies beside it.
  external: ['./tokens', './agent-payments', './stripe', './token-counter'],
  // Half of the MCP SDK would be a validator that compiles schemas, of which each is used once here.
  alias: { '@modelcontextprotocol/server/_shims': join(root, 'lambda', 'mcp', 'sdk-shims.ts') },
  // By `require`, as `import` would want the ending of its name.
  supported: { 'dynamic-import': false },
  minify: true,
}));

/**
 * What lies beside a handler, which loads it where it is needed: what verifies tokens, what has agents' payments charged, and
 * Stripe's SDK for the MCP server; and what counts tokens for the model proxy.
 */
const beside = [
  ['authorizer', 'tokens'],
  ['authorizer', 'agent-payments'],
  ['mcp', 'tokens'],
  ['mcp', 'stripe'],
  ['model-proxy', 'token-counter'],
].map(([name, part]) => ({
  ...common,
  entryPoints: [join(root, 'lambda', name, `${part}.ts`)],
  outfile: join(assets, name, `${part}.js`),
  minify: true,
}));

/** What the package gives to backends, `cdk-paywall/backend`. */
const backend = {
  ...common,
  entryPoints: [join(root, 'backend', 'index.ts')],
  outfile: join(assets, 'backend', 'index.js'),
};

const cli = {
  ...common,
  entryPoints: [join(root, 'bin', 'cdk-paywall.ts')],
  outfile: join(assets, 'cli', 'index.js'),
  // LevelDB's native code, which dynalite loads and the embedded store never uses.
  alias: { level: 'memory-level' },
};

await rm(assets, { recursive: true, force: true });
const results = await Promise.all([...handlers, ...beside, backend, cli].map((options) => build(options)));
const warnings = results.flatMap((result) => result.warnings);
if (warnings.length > 0) {
  console.error(`the build failed on ${warnings.length} warnings of esbuild, above`);
  process.exit(1);
}
const notices = thirdPartyNotices(
  root,
  results.map(({ metafile }) => metafile),
);
await writeFile(join(assets, 'THIRD-PARTY-NOTICES.txt'), notices);

for (const name of ['index', 'caller', 'customer-events']) {
  const source = await readFile(join(root, 'backend', `${name}.ts`), 'utf8');
  const { outputText, diagnostics } = ts.transpileDeclaration(source, {
    fileName: `${name}.ts`,
    compilerOptions: { isolatedDeclarations: true, strict: true },
    reportDiagnostics: true,
  });
  if (diagnostics.length > 0) {
    console.error(`the types of backend/${name}.ts cannot be told without the whole program: annotate what it exports`);
    process.exit(1);
  }
  await writeFile(join(assets, 'backend', `${name}.d.ts`), outputText);
}

// What the package publishes of a 402, for whoever checks or generates code: cdk-paywall/payment-required.schema.json.
const schema = await build({
  ...common,
  entryPoints: [join(root, 'lib', 'private', 'payment-required-schema.ts')],
  format: 'esm',
  write: false,
});
const [{ text }] = schema.outputFiles;
const { PAYMENT_REQUIRED_SCHEMA } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
await writeFile(join(assets, 'payment-required.schema.json'), `${JSON.stringify(PAYMENT_REQUIRED_SCHEMA, null, 2)}\n`);
