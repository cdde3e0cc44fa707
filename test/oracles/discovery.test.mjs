import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { startGateway } from './paid-api.mjs';

const api = await startGateway();
const stage = new URL(api.url).pathname;

/** A domain of one's own, as API Gateway serves it: without the stage in front. */
async function ownDomain() {
  const server = createServer((incoming, outgoing) => {
    const { method, headers } = incoming;
    const target = new URL(stage.slice(0, -1) + incoming.url, api.url);
    incoming.pipe(
      request(target, { method, headers: { ...headers, host: target.host } }, (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers);
        answer.pipe(outgoing);
      }),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

/** What `mppx validate` says. It runs beside this process, which serves it. */
async function mppxValidate(url) {
  const bin = join(import.meta.dirname, 'node_modules', 'mppx', 'dist', 'bin.js');
  const child = spawn(process.execPath, [bin, 'validate', url, '--output-json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const exitCode = await new Promise((resolve) => child.on('close', resolve));
  return { exitCode, ...JSON.parse(output.slice(output.indexOf('{'))) };
}

test('the document is valid by the schema of OpenAPI 3.1', async () => {
  const document = await (await fetch(new URL('openapi.json', api.url))).json();
  const validator = new Validator();
  const { valid, errors } = await validator.validate(document);
  assert.deepEqual({ valid, errors }, { valid: true, errors: undefined });
  assert.equal(validator.version, '3.1');
  // And the validator does tell what is wrong.
  assert.equal((await new Validator().validate({ ...document, paths: { items: {} } })).valid, false);
});

test('mppx finds the documents on a domain, and nothing wrong with them', async () => {
  const { exitCode, discovery, endpoints, summary } = await mppxValidate(await ownDomain());
  assert.deepEqual(
    discovery.checks.filter(({ severity }) => severity !== 'pass'),
    [],
  );
  assert.deepEqual(
    { found: discovery.found, valid: discovery.valid, exitCode },
    { found: true, valid: true, exitCode: 0 },
  );
  assert.equal(summary.failed, 0);
  const routes = endpoints.map(({ method, path }) => `${method} ${path}`).sort();
  assert.deepEqual(routes, [
    'GET /items/{id}',
    'GET /pro',
    'GET /reported',
    'GET /slow',
    'GET /validated',
    'POST /items/{id}',
  ]);
});

test('below a stage mppx looks for llms.txt where the host begins, and calls that a suggestion', async () => {
  const { exitCode, discovery } = await mppxValidate(api.url);
  const complaints = discovery.checks.filter(({ severity }) => severity !== 'pass');
  assert.deepEqual(
    complaints.map(({ label, severity }) => [label, severity]),
    [['llms.txt found and nonempty', 'suggested']],
  );
  assert.equal(exitCode, 0);
});
