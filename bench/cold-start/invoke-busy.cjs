// One execution environment with one busy customer, all of whose calls but one in a block are decided in memory: what CPU a call takes.
const [bundle, text, warmUp, measured] = process.argv.slice(2);

async function main() {
  const { handler } = require(bundle);
  const event = JSON.parse(text);
  for (let call = 0; call < Number(warmUp); call++) await handler(event);
  const before = process.cpuUsage();
  for (let call = 0; call < Number(measured); call++) await handler(event);
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ cpu: (user + system) / Number(measured) }));
  process.exit();
}

main();
