// One execution environment: makes a call of each kind in turn, and tells how long those of a kind took.
const http = require('node:http');
const { readFileSync } = require('node:fs');

const [bundle, file] = process.argv.slice(2);
const WARM_UP = 500;

let requests = 0;
const request = http.request;
http.request = (...args) => {
  requests++;
  return request(...args);
};

async function main() {
  const { handler } = require(bundle);
  const kinds = JSON.parse(readFileSync(file, 'utf8')).map((kind) => ({ ...kind, times: [], asked: 0 }));
  const rounds = kinds[0].events.length;
  for (let round = 0; round < rounds; round++) {
    // In another order each time, so that no kind is always the one behind another.
    for (const kind of shuffled(kinds)) {
      const before = requests;
      const start = process.hrtime.bigint();
      const served = await handler(kind.events[round]).then(
        () => true,
        (error) => {
          if (error.message !== 'Unauthorized') throw error;
          return false;
        },
      );
      const took = Number(process.hrtime.bigint() - start) / 1_000;
      if (served !== kind.isServed) throw new Error(`a key that ${kind.kind} was ${served ? 'served' : 'refused'}`);
      if (round >= WARM_UP) {
        kind.times.push(took);
        kind.asked += requests - before;
      }
    }
  }
  console.log(JSON.stringify(kinds.map(summary)));
  process.exit();
}

function summary({ kind, times, asked }) {
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.max(0, Math.floor(times.length * share)))];
  // The order statistics between which the median lies in 95 of 100 cases.
  const reach = 0.98 / Math.sqrt(times.length);
  const error = (at(0.5 + reach) - at(0.5 - reach)) / 2;
  const [p10, p50, p90] = [0.1, 0.5, 0.9].map((share) => Number(at(share).toFixed(1)));
  return { kind, requests: asked / times.length, p10, p50, p90, error: Number(error.toFixed(1)) };
}

function shuffled(values) {
  return values
    .map((value) => ({ value, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ value }) => value);
}

main();
