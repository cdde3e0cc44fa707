/**
 * What the MCP server's function takes from the start of its process to its first answer, and CPU for a warm one, beside the authorizer.
 *
 *     node bench/mcp-cold-start.mjs [runs]
 *
 * Run `npm run build` first: the bundles that are measured are those that are deployed. Every call is another customer's, and asks the
 * store who he is: `get_payment_context`, by a client of 2026-07-28.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DEPLOYED, median, PROGRAMS, startStore } from './cold-start.mjs';
import { record } from './record.mjs';

const MCP = join(dirname(dirname(DEPLOYED)), 'mcp', 'index.js');
const WARM_UP = 100;
const MEASURED = 200;

const runs = Number(process.argv[2] ?? 21);
const loadAverage = Number(loadavg()[0]?.toFixed(1));
const folder = await mkdtemp(join(tmpdir(), 'cdk-paywall-bench-'));
const store = await startStore(folder, { customers: 1 + WARM_UP + MEASURED, units: 1_000_000 });
try {
  const subjects = [
    { name: 'authorizer', bundle: DEPLOYED, events: store.events, environment: store.environment },
    {
      name: 'MCP server',
      bundle: MCP,
      events: store.events.map(toolCall),
      environment: mcpEnvironment(store.environment),
    },
  ];
  const results = new Map(subjects.map(({ name }) => [name, []]));
  for (let run = 0; run < runs; run++) {
    for (const subject of subjects) {
      results.get(subject.name).push(await runOnce(subject));
    }
  }
  const figures = await Promise.all(subjects.map((subject) => summarize(subject, results.get(subject.name))));
  console.table(figures);
  await record('mcpColdStart', { runs, loadAverage, figures });
} finally {
  store.process.kill();
  await rm(folder, { recursive: true, force: true });
}

function mcpEnvironment(environment) {
  return {
    ...environment,
    PAYWALL_ID: 'bench',
    PAYWALL_CHECKOUT: '{"promotionCodes":false,"automaticTax":false}',
    PAYWALL_BILLING: '{"signUp":{"kind":"checkout"},"rotationOverlap":0}',
    PAYWALL_MCP: '{"exposeRoutes":false}',
    PAYWALL_STRIPE_SECRET_KEY_ARN: 'bench',
  };
}

/** The same caller, as he asks for what is left. */
function toolCall({ headers, requestContext }) {
  const name = 'get_payment_context';
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  return {
    httpMethod: 'POST',
    resource: '/billing/mcp',
    headers: {
      ...headers,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': name,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {}, _meta: meta } }),
    requestContext: { ...requestContext, path: '/prod/billing/mcp' },
  };
}

async function runOnce({ bundle, events, environment }) {
  const [first, ...others] = events;
  const file = join(folder, 'events.json');
  await writeFile(file, JSON.stringify(others));
  const args = ['--no-warnings', join(PROGRAMS, 'invoke.cjs'), bundle, JSON.stringify(first), file, String(WARM_UP)];
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return JSON.parse(printed);
}

/** What lies beside the bundle is loaded where it is needed, and not for these calls. */
async function summarize({ name, bundle }, measured) {
  const of = (figure) => median(measured.map((result) => result[figure]));
  const { size: bundleBytes } = await stat(bundle);
  const files = await readdir(dirname(bundle));
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(dirname(bundle), file))).size));
  const besideBytes = sizes.reduce((sum, size) => sum + size, 0) - bundleBytes;
  return { name, bundleBytes, besideBytes, firstAnswerMs: of('firstDecision'), warmCpuUs: of('warmCpu') };
}
