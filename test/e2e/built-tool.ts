import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const CLI = resolve(__dirname, '../../assets/cli/index.js');

export interface ToolRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built tool to its end, as an operator would. */
export function runTool(...args: string[]): Promise<ToolRun> {
  const child = spawn(process.execPath, [CLI, ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((done) => {
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}
