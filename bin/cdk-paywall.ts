#!/usr/bin/env node
import { run } from '../cli/program';

const { stderr } = process;
// Back to the beginning of the line, and what stood there before is gone.
const redraw = stderr.isTTY ? (line: string) => void stderr.write(`\r\u001b[2K${line}`) : undefined;

run(process.argv.slice(2), { print: console.log, complain: console.error, redraw }).then((exitCode) => {
  process.exitCode = exitCode;
});
