import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { handlerFile } from '../lambda/handler-file';
import type { FunctionModel } from './model';

/** A function's code is not where the template says; the message is one line that names the function and the path. */
export class MissingBundleError extends Error {
  override readonly name = 'MissingBundleError';

  constructor(
    readonly functionPath: string,
    readonly missingPath: string,
    message: string,
  ) {
    super(message);
  }
}

/** Finds a missing bundle at the start instead of at the first request that needs it. */
export function checkBundles(functions: readonly FunctionModel[], cwd = process.cwd()): void {
  for (const { path, codePath, handler } of functions) {
    const shown = relative(cwd, codePath) || '.';
    if (!existsSync(codePath)) {
      throw new MissingBundleError(
        path,
        codePath,
        `the code of the function ${path} is missing: there is no ${shown}; build it and synthesize again`,
      );
    }
    if (handlerFile(codePath, handler) === undefined) {
      throw new MissingBundleError(
        path,
        codePath,
        `the handler ${handler} of the function ${path} is missing: no such file in ${shown}; build it and synthesize again`,
      );
    }
  }
}
