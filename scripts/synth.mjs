// Synthesizes every app of this repository as `cdk deploy` would, with the CDK's own validation on: the demo, what cdk-nag looks at, and the
// examples. A warning is a fault.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const examples = join(root, 'examples');

synth('the demo', root);
synth('cdk-nag', root, '--app', 'tsx test/nag/app.ts', '--output', 'cdk.out/nag');
for (const entry of readdirSync(examples, { withFileTypes: true }).filter((found) => found.isDirectory())) {
  synth(entry.name, join(examples, entry.name));
}

function synth(name, cwd, ...more) {
  console.log(`${name}:`);
  const cdk = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const { status } = spawnSync(process.execPath, [cdk, 'synth', '--quiet', '--strict', ...more], {
    cwd,
    stdio: 'inherit',
  });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}
