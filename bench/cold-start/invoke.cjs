// One execution environment: loads a handler, and tells how long after the start of the process its first call was answered, and
// what CPU a warm call takes. The other calls come in a file that is read after the first one, so that reading it is not measured.
const { readFileSync } = require('node:fs');

const [bundle, firstEvent, eventsFile, warmUp] = process.argv.slice(2);

async function main() {
  const { handler } = require(bundle);
  await handler(JSON.parse(firstEvent));
  const firstDecision = performance.now();
  const events = JSON.parse(readFileSync(eventsFile, 'utf8'));
  for (const event of events.splice(0, Number(warmUp))) await handler(event);
  const before = process.cpuUsage();
  for (const event of events) await handler(event);
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ firstDecision, warmCpu: (user + system) / events.length }));
  process.exit();
}

main();
