// Tries the pages in a browser. Where there is none it gets one, by Playwright; where that cannot be, it says that nothing was tried, and how
// to get one. PAGE_SHOTS names a folder to draw all states into.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { openBrowser } from '../test/page/browser';

const root = join(__dirname, '..');

/** Milliseconds: where nothing is reached, nobody waits for it for long. */
const MOST_TO_INSTALL = 180_000;

async function main(): Promise<number> {
  if ((await whyNone()) !== undefined) {
    console.log('there is no Chromium here that starts: getting one by `npx playwright-core install chromium`');
    run('npx', ['playwright-core', 'install', 'chromium'], MOST_TO_INSTALL);
  }
  const reason = await whyNone();
  if (reason !== undefined) {
    console.log(`SKIPPED: the pages were tried in no browser: ${reason}`);
    return 0;
  }
  return run('npx', ['jest', '--testMatch', '**/test/page/**/*.test.ts', ...process.argv.slice(2)]);
}

/** Why no browser starts; nothing where one does. */
async function whyNone(): Promise<string | undefined> {
  try {
    await (await openBrowser()).close();
    return undefined;
  } catch (error) {
    return String(error).split('\n')[0];
  }
}

function run(command: string, args: readonly string[], timeout?: number): number {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', timeout }).status ?? 1;
}

main().then((status) => process.exit(status));
