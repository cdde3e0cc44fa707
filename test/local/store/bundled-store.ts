import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build, type Metafile } from 'esbuild';

const STORE = join(__dirname, '../../../local/store/store');

/** A program that serves an empty store; its first argument is where it keeps the data. */
const PROGRAM = `
import { startStore } from ${JSON.stringify(STORE)};
startStore({ tables: [], dataDir: process.argv[2] }).then(({ url }) => console.log(url));
`;

/** Bundles the store as the command-line tool is bundled: into one file that needs nothing but Node.js. */
export async function bundle(outfile: string): Promise<Metafile> {
  const { metafile, warnings } = await build({
    stdin: { contents: PROGRAM, resolveDir: __dirname, loader: 'ts' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    // LevelDB's native code, which dynalite loads and the store never uses.
    alias: { level: 'memory-level' },
    metafile: true,
    outfile,
  });
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join('\n'));
  return metafile;
}

export interface RunningProgram {
  readonly url: string;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
}

export async function run(program: string, cwd: string, ...args: string[]): Promise<RunningProgram> {
  const child = spawn(process.execPath, [program, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const url = await Promise.race([firstLine(child), ended(child)]);
  return {
    url,
    kill: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('the program has no output');
  const [line] = await once(createInterface(stdout), 'line');
  return line;
}

async function ended(child: ChildProcess): Promise<never> {
  let output = '';
  child.stderr?.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, 'exit');
  throw new Error(`the program ended with ${code}: ${output}`);
}
