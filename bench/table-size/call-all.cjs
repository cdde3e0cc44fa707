// One execution environment: makes every call of a file, one after another, and tells how long they took and what they asked.
const http = require('node:http');
const { readFileSync } = require('node:fs');

const [bundle, file] = process.argv.slice(2);
/** Calls of each kind that warm the environment up. */
const WARM_UP = 500;

let requests = 0;
const request = http.request;
http.request = (...args) => {
  requests++;
  return request(...args);
};

async function main() {
  const { handler } = require(bundle);
  const { own, imported } = JSON.parse(readFileSync(file, 'utf8'));
  await timed(handler, [...own.splice(0, WARM_UP), ...imported.splice(0, WARM_UP)]);
  const measured = {
    own: await timed(handler, own),
    // The environment has met none of these keys, and then it knows each.
    importedFirst: await timed(handler, imported),
    importedKnown: await timed(handler, imported),
  };
  console.log(JSON.stringify(measured));
  process.exit();
}

async function timed(handler, events) {
  requests = 0;
  const times = [];
  for (const event of events) {
    const start = performance.now();
    const { policyDocument } = await answered(handler, event);
    times.push(performance.now() - start);
    if (policyDocument.Statement[0].Effect !== 'Allow') throw new Error('a call was refused');
  }
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(times.length * share)];
  return { p50: at(0.5), p99: at(0.99), requestsPerCall: requests / times.length };
}

/** A store that stands still for longer than the authorizer waits is asked again, and the time counts. */
async function answered(handler, event) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await handler(event);
    } catch (error) {
      if (error.name !== 'NoAnswerError' || attempt === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

main();
