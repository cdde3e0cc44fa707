import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where systems put it. */
const PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** A Chromium: the one that `CHROMIUM_PATH` names, the system's, or the one that Playwright has installed. */
export function findChromium(): string {
  const named = process.env.CHROMIUM_PATH;
  const found = [...(named === undefined ? PATHS : [named]), chromium.executablePath()].find((path) =>
    existsSync(path),
  );
  if (found === undefined) {
    throw new Error(
      `there is no browser to try pages in${named === undefined ? '' : `: CHROMIUM_PATH names ${named}, which is not there`}; ` +
        'get one by `apt-get install chromium` or `npx playwright-core install chromium`, or name one by CHROMIUM_PATH',
    );
  }
  return found;
}

export function openBrowser(): Promise<Browser> {
  // In containers Chromium's own sandbox has nothing to stand on; the pages are our own.
  return chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
