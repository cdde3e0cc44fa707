import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface HandlerName {
  /** `src/app` of `src/app.api.handler`. */
  readonly module: string;
  /** `['api', 'handler']`. */
  readonly exportPath: readonly string[];
}

/** In the order in which Lambda's Node.js runtime looks for them. */
const EXTENSIONS = ['', '.js', '.mjs', '.cjs'];

/** The module ends at the first dot of the last path segment; what follows is a path into its exports. */
export function parseHandler(handler: string): HandlerName | undefined {
  const match = /^([^.]*)\.(.+)$/.exec(basename(handler));
  if (!match) {
    return undefined;
  }
  const [, module = '', exported = ''] = match;
  return { module: join(dirname(handler), module), exportPath: exported.split('.') };
}

/** The file that a handler is in, if there is one. */
export function handlerFile(codePath: string, handler: string): string | undefined {
  const name = parseHandler(handler);
  return name && EXTENSIONS.map((extension) => join(codePath, name.module + extension)).find(isFile);
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
