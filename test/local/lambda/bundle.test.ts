import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'cdk-paywall-bundle-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('runs from a single bundled file, and keeps no process alive', async () => {
  const fn = {
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
    name: 'f',
    path: 'Stack/F',
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    codePath: folder,
    environment: {},
    timeoutSeconds: 3,
    memoryMegabytes: 128,
  };
  writeFileSync(join(folder, 'index.js'), 'exports.handler = async () => { console.log("said"); return "answer"; };');
  const main = `import { createLambdaRuntime } from ${JSON.stringify(resolve('local/lambda/worker-runtime'))};
    const runtime = createLambdaRuntime([${JSON.stringify(fn)}], { environment: {}, onLog: (name, line) => console.log(name, line) });
    runtime.invoke('${fn.arn}', {}).then((result) => console.log(JSON.stringify(result)));`;
  const outfile = join(folder, 'main.js');
  buildSync({
    stdin: { contents: main, resolveDir: process.cwd() },
    outfile,
    bundle: true,
    platform: 'node',
    minify: true,
    keepNames: true,
  });

  const { stdout } = await promisify(execFile)(process.execPath, [outfile], { timeout: 10_000 });

  expect(stdout).toBe('f said\n{"ok":true,"payload":"answer"}\n');
});
