/**
 * Runs the contract tests (every `*.contract.ts` under `test/`) against AWS's DynamoDB Local:
 *
 *     node scripts/dynamodb-local.mjs [jest arguments, such as a path]
 *
 * or a program of Node.js's that finds it at `DYNAMODB_LOCAL_URL`:
 *
 *     node scripts/dynamodb-local.mjs --run program [arguments]
 *
 * DynamoDB Local is fetched, never shipped: its licence forbids that. It listens on every interface, so it runs, with what
 * uses it, in a network namespace of its own, where nobody else reaches it. Where Java or the namespace is missing, the
 * lane is skipped.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PACKAGE = 'amplify-dynamodb-simulator@2.9.30';
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const CACHE = join(ROOT, '.cache');
const EMULATOR = join(CACHE, 'dynamodb-local', 'package', 'emulator');
const JAR = 'DynamoDBLocal.jar';

/** In the namespace, every port is free. */
const URL_INSIDE = 'http://127.0.0.1:8000';
const INSIDE = '--inside-the-namespace';
const RUN = '--run';

const START_LIMIT_MS = 90_000;
const LIMIT_MS = 10 * 60_000;
const GRACE_MS = 5_000;

const NAMESPACE = process.getuid?.() === 0 ? ['--net'] : ['--map-root-user', '--net'];

process.exitCode = process.argv[2] === INSIDE ? await inside(process.argv.slice(3)) : await outside();

async function outside() {
  const obstacle = obstacleToLane();
  if (obstacle) {
    console.log(`DynamoDB Local lane skipped: ${obstacle}`);
    return 0;
  }
  if (!existsSync(join(EMULATOR, JAR))) fetchEmulator();
  const self = [fileURLToPath(import.meta.url), INSIDE, ...process.argv.slice(2)];
  // The pipe ends with this process, however that ends, and tells the one in the namespace to end too.
  const child = spawn('unshare', [...NAMESPACE, process.execPath, ...self], { stdio: ['pipe', 'inherit', 'inherit'] });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.stdin.end());
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

function obstacleToLane() {
  if (!succeeds('java', ['-version'])) return 'Java is missing';
  if (!succeeds('unshare', [...NAMESPACE, 'ip', 'link', 'set', 'lo', 'up'])) {
    return 'a network namespace is not to be had (unshare and ip, on Linux)';
  }
  return undefined;
}

function succeeds(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function fetchEmulator() {
  console.log(`fetching ${PACKAGE} into .cache/`);
  mkdirSync(CACHE, { recursive: true });
  const unpacked = join(CACHE, 'dynamodb-local.next');
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked);
  must('npm', ['pack', PACKAGE, '--silent', '--pack-destination', unpacked]);
  const [archive] = readdirSync(unpacked);
  must('tar', ['-xzf', join(unpacked, archive), '-C', unpacked]);
  rmSync(join(unpacked, archive));
  rmSync(join(CACHE, 'dynamodb-local'), { recursive: true, force: true });
  renameSync(unpacked, join(CACHE, 'dynamodb-local'));
}

function must(command, args) {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

async function inside(args) {
  must('ip', ['link', 'set', 'lo', 'up']);
  const end = new AbortController();
  process.stdin.resume().on('end', () => end.abort());
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end.abort());
  const server = startServer();
  try {
    await untilAnswering(server, end.signal);
    return await run(args[0] === RUN ? args.slice(1) : contractTests(args), end.signal);
  } catch (error) {
    console.error(`DynamoDB Local lane failed: ${error.message}`);
    return 1;
  } finally {
    await stop(server);
    process.stdin.destroy();
  }
}

function startServer() {
  const options = ['-Xmx512m', '-Djava.library.path=./DynamoDBLocal_lib'];
  const { port } = new URL(URL_INSIDE);
  return spawn('java', [...options, '-jar', JAR, '-port', port, '-inMemory', '-sharedDb', '-disableTelemetry'], {
    cwd: EMULATOR,
    stdio: 'ignore',
  });
}

async function untilAnswering(server, signal) {
  const limit = Date.now() + START_LIMIT_MS;
  while (Date.now() < limit) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    const answers = await fetch(URL_INSIDE, { signal }).then(
      () => true,
      () => false,
    );
    if (answers) return;
    await delay(250, undefined, { signal });
  }
  throw new Error('the server did not start in time');
}

function contractTests(jestArguments) {
  const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  return [jest, '--testMatch', '**/*.contract.ts', '--runInBand', ...jestArguments];
}

async function run(args, signal) {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DYNAMODB_LOCAL_URL: URL_INSIDE, DYNAMODB_LOCAL_PACKAGE: PACKAGE },
  });
  const abort = () => stop(child);
  const timer = setTimeout(abort, LIMIT_MS);
  signal.addEventListener('abort', abort);
  const [code] = await once(child, 'exit');
  clearTimeout(timer);
  return code ?? 1;
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await exit;
  clearTimeout(timer);
}
