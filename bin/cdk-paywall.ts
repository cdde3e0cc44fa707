#!/usr/bin/env node
import { run } from '../cli/program';

run(process.argv.slice(2), { print: console.log, complain: console.error }).then((exitCode) => {
  process.exitCode = exitCode;
});
