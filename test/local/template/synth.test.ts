import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readApp } from '../../../local/template/read-app';
import { SynthError, synth } from '../../../local/template/synth';
import { removeTemporaryFolders, temporaryFolder } from './synthesized';

afterAll(removeTemporaryFolders);

/** A folder with a `cdk.json`, and a script in place of a CDK app, which takes a second to start. */
function project(script: string, settings: Record<string, unknown> = { app: 'node app.js' }): string {
  const dir = temporaryFolder();
  writeFileSync(join(dir, 'cdk.json'), JSON.stringify(settings));
  writeFileSync(
    join(dir, 'app.js'),
    `const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
     const write = (name, content) => writeFileSync(process.env.CDK_OUTDIR + '/' + name, JSON.stringify(content));
     ${script}`,
  );
  return dir;
}

const WRITES_MANIFEST = `write('manifest.json', { version: '1', artifacts: {} }); write('seen.json', process.env);`;

function seenBy(assembly: string): Record<string, string> {
  return JSON.parse(readFileSync(join(assembly, 'seen.json'), 'utf8'));
}

async function failure(run: Promise<unknown>): Promise<SynthError> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SynthError)) {
    throw new Error(`no SynthError but ${String(error)}`);
  }
  expect(error.message).not.toContain('\n');
  return error;
}

describe('the app', () => {
  test('runs as under the CDK command-line tool', async () => {
    const dir = project(WRITES_MANIFEST, { app: 'node app.js', context: { both: 'cdk.json', mine: 1 } });
    writeFileSync(join(dir, 'cdk.context.json'), JSON.stringify({ both: 'cdk.context.json', looked: 'up' }));
    const assembly = await synth({ dir });
    const seen = seenBy(assembly);

    expect(assembly).toBe(join(dir, 'cdk.out'));
    expect(seen).toMatchObject({
      CDK_OUTDIR: assembly,
      CDK_DEFAULT_ACCOUNT: '000000000000',
      CDK_DEFAULT_REGION: 'us-east-1',
    });
    expect(seen.PATH).toMatch(new RegExp(`^${join(dir, 'node_modules/.bin')}:`));
    expect(JSON.parse(seen.CDK_CONTEXT_JSON ?? '')).toEqual({
      both: 'cdk.json',
      mine: 1,
      looked: 'up',
      'aws:cdk:enable-path-metadata': true,
      'aws:cdk:enable-asset-metadata': true,
      'aws:cdk:bundling-stacks': ['**'],
    });
  });

  test('gets a context that is too long for a variable in a file', async () => {
    const looked = `writeFileSync(process.env.CDK_OUTDIR + '/context.json', readFileSync(process.env.CONTEXT_OVERFLOW_LOCATION_ENV));`;
    const dir = project(looked + WRITES_MANIFEST, { app: 'node app.js', context: { long: 'x'.repeat(200_000) } });
    const assembly = await synth({ dir, output: 'elsewhere' });

    expect(assembly).toBe(join(dir, 'elsewhere'));
    expect(JSON.parse(readFileSync(join(assembly, 'context.json'), 'utf8')).long).toHaveLength(200_000);
    expect(() => readFileSync(seenBy(assembly).CONTEXT_OVERFLOW_LOCATION_ENV ?? '')).toThrow('ENOENT');
  });

  test('may be a script alone, may need a build, and may write to another folder', async () => {
    const dir = project(`require('./built');${WRITES_MANIFEST}`, {
      app: 'app.js',
      build: `node -e "fs.writeFileSync('built.js', '')"`,
      output: 'out',
    });

    expect(await synth({ dir })).toBe(join(dir, 'out'));
  });

  test('may be given as a command, also where there is no cdk.json', async () => {
    const script = join(project(WRITES_MANIFEST), 'app.js');

    expect(seenBy(await synth({ dir: temporaryFolder(), app: `node ${script}` }))).toHaveProperty('CDK_OUTDIR');
  });

  test('may be given as a cloud assembly, which is not run', async () => {
    const dir = project('');
    mkdirSync(join(dir, 'assembly'));
    writeFileSync(join(dir, 'assembly', 'manifest.json'), '{}');

    expect(await synth({ dir, app: 'assembly' })).toBe(join(dir, 'assembly'));
  });

  test('is heard', async () => {
    const heard: string[] = [];
    await synth({
      dir: project(`console.log('out'); console.error('err');${WRITES_MANIFEST}`),
      onOutput: (chunk) => heard.push(chunk),
    });

    expect(heard.join('').split('\n').sort()).toEqual(['', 'err', 'out']);
  });
});

test('a CDK app is synthesized and read', async () => {
  const dir = project(`
    const { App, Stack } = require('${resolve('node_modules/aws-cdk-lib')}');
    const { TableV2 } = require('${resolve('node_modules/aws-cdk-lib/aws-dynamodb')}');
    const stack = new Stack(new App(), 'Stack', { env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION } });
    new TableV2(stack, 'Table', { partitionKey: { name: 'pk', type: 'S' } });`);

  expect(readApp(await synth({ dir }))).toMatchObject({ tables: [{ path: 'Stack/Table' }], unserved: [] });
});

describe('a failure says in one line what to do:', () => {
  test('no cdk.json', async () => {
    const dir = temporaryFolder();

    expect((await failure(synth({ dir }))).message).toBe(
      `there is no cdk.json in ${dir}: run this in the folder of a CDK app, or pass --app`,
    );
  });

  test('no app in it', async () => {
    expect((await failure(synth({ dir: project('', {}) }))).message).toMatch(/^cdk\.json has no `app`: add one/);
  });

  test('a cdk.json that is no JSON', async () => {
    const dir = temporaryFolder();
    writeFileSync(join(dir, 'cdk.json'), '{');

    expect((await failure(synth({ dir }))).message).toMatch(/cdk\.json cannot be read: /);
  });

  test('an app that throws is quoted, and all it said is kept', async () => {
    const error = await failure(
      synth({ dir: project(`console.error('Error: an early one'); throw new RangeError('too many plans');`) }),
    );

    expect(error.message).toBe('the app command `node app.js` failed with exit code 1: RangeError: too many plans');
    expect(error.stderr).toMatch(/Error: an early one\n[\s\S]*RangeError: too many plans\n {4}at /);
  });

  test.each([
    [
      'a TypeScript error',
      `console.error("bin/app.ts(3,1): error TS2304: Cannot find name 'x'."); process.exit(2)`,
      /exit code 2: bin\/app\.ts\(3,1\): error TS2304: Cannot find name 'x'\.$/,
    ],
    [
      'an error of Python',
      `console.error('Traceback:\\n  File "a.py"\\nValueError: no such plan'); process.exit(1)`,
      /exit code 1: ValueError: no such plan$/,
    ],
    ['an error with a code', `throw Object.assign(new Error('no file'), { code: 'ENOENT' })`, /: Error: no file$/],
    ['words', `console.error('it went wrong'); process.exit(1)`, /exit code 1: it went wrong$/],
    ['nothing', `process.exit(7)`, /failed with exit code 7$/],
    ['a signal', `process.kill(process.pid, 'SIGKILL')`, /SIGKILL|exit code 137/],
  ])('%s', async (_what, script, message) => {
    expect((await failure(synth({ dir: project(script) }))).message).toMatch(message);
  });

  test('a command that is not there', async () => {
    const error = await failure(synth({ dir: project('', { app: 'no-such-command' }) }));

    expect(error.message).toMatch(/^the app command `no-such-command` failed with exit code 127: .*not found$/);
  });

  test('a command that synthesizes nothing, in spite of what an earlier one left', async () => {
    const dir = project('');
    mkdirSync(join(dir, 'cdk.out'));
    writeFileSync(join(dir, 'cdk.out', 'manifest.json'), '{}');

    expect((await failure(synth({ dir }))).message).toMatch(
      /wrote no cloud assembly to .*cdk\.out: it must create a CDK App/,
    );
  });

  test('a folder that is no cloud assembly', async () => {
    const dir = project('');
    mkdirSync(join(dir, 'empty'));

    expect((await failure(synth({ dir, app: 'empty' }))).message).toMatch(
      /empty has no manifest\.json: pass the folder/,
    );
  });

  test('values that only an AWS account has', async () => {
    const dir = project(
      `write('manifest.json', { missing: [{ key: 'vpc-provider:account=1', provider: 'vpc-provider' }] });`,
    );

    expect((await failure(synth({ dir }))).message).toMatch(
      /^the app looks up vpc-provider:account=1 in an AWS account: run `npx cdk synth` once/,
    );
  });
});
