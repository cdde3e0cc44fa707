/**
 * What runs inside an execution environment: loads the handler, then answers one invocation after the other.
 *
 * It is text, in plain JavaScript, as a worker has to start from the one file that the command-line tool is bundled
 * into, and as helpers that a compiler puts into a function are not there in another thread.
 */
export const WORKER_SOURCE = `'use strict';
const { existsSync, readFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, extname, join, sep } = require('node:path');
const { Writable } = require('node:stream');
const { finished } = require('node:stream/promises');
const { pathToFileURL } = require('node:url');
const { parentPort, workerData } = require('node:worker_threads');
const { file, exportPath, handlerName, taskRoot, maxResponseBytes, takesCallbacks, clock } = workerData;

// The time is the local gateway's, which may have been moved ahead; timers keep the machine's.
const ahead = new BigInt64Array(clock);
const machineNow = Date.now;
const now = () => machineNow() + Number(Atomics.load(ahead, 0));
Date.now = now;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new Date().toString(),
});
Date.prototype.constructor = Date;

// Not the streams that a Worker offers: reading those would keep the process alive for as long as the worker lives.
for (const name of ['stdout', 'stderr']) {
  process[name].write = (chunk, ...more) => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    parentPort.postMessage({ type: 'wrote', stream: name, text });
    const done = more.find((argument) => typeof argument === 'function');
    if (done) process.nextTick(done);
    return true;
  };
}

// Deployed, the code is alone in its folder. Here it lies below the developer's project, whose package.json must not
// decide whether its files are ES modules.
function packageType(filename) {
  for (let dir = dirname(filename); dir === taskRoot || dir.startsWith(taskRoot + sep); dir = dirname(dir)) {
    const manifest = join(dir, 'package.json');
    if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).type ?? 'commonjs';
  }
}

const loadScript = Module._extensions['.js'];
Module._extensions['.js'] = (module, filename) => {
  const isOwn = filename.startsWith(taskRoot + sep) && packageType(filename) === undefined;
  if (isOwn) module._compile(readFileSync(filename, 'utf8'), filename, 'commonjs');
  else loadScript(module, filename);
};

// What Lambda's own runtime offers to handlers that stream: https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
const streaming = Symbol.for('aws.lambda.runtime.handler.streaming');
const prelude = Symbol('prelude');
globalThis.awslambda = {
  streamifyResponse: (handler) => {
    handler[streaming] = 'response';
    return handler;
  },
  HttpResponseStream: {
    // The head of an HTTP response goes before the first bytes of its body, with eight zeros between them.
    from: (stream, head) => {
      stream[prelude] = [Buffer.from(JSON.stringify(head)), Buffer.alloc(8)];
      return stream;
    },
  },
};

function responseStream() {
  const stream = new Writable({
    write(chunk, encoding, done) {
      const bytes = Buffer.concat([...(stream[prelude] ?? []), chunk]);
      stream[prelude] = undefined;
      parentPort.postMessage({ type: 'streamed', bytes });
      done();
    },
  });
  stream.setContentType = () => undefined;
  return stream;
}

async function stream(handler, input, context) {
  const response = responseStream();
  const ended = finished(response);
  // An error of the handler's own comes first, and is the one that is told.
  ended.catch(() => undefined);
  await handler(input, response, context);
  await ended;
  return null;
}

class RuntimeError extends Error {
  constructor(name, message) {
    super(message);
    this.name = 'Runtime.' + name;
  }
}

async function loadModule() {
  const isModule = extname(file) === '.mjs' || (extname(file) !== '.cjs' && packageType(file) === 'module');
  try {
    return isModule ? await import(pathToFileURL(file).href) : require(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw new RuntimeError('UserCodeSyntaxError', String(error));
    const isMissing = ['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'].includes(error?.code);
    throw isMissing ? new RuntimeError('ImportModuleError', 'Error: ' + error.message) : error;
  }
}

async function loadHandler() {
  const loaded = await loadModule();
  const find = (root) => exportPath.reduce((value, name) => value?.[name], root);
  const handler = find(loaded) ?? find(loaded?.default);
  if (typeof handler !== 'function') {
    throw new RuntimeError('HandlerNotFound', handlerName + ' is undefined or not exported');
  }
  if (handler.length > 2 && !takesCallbacks && handler[streaming] === undefined) {
    const message = handlerName + ' takes a callback, which nodejs24.x and later do not give';
    throw new RuntimeError('CallbackHandlerDeprecated', message);
  }
  return handler;
}

function describe(error) {
  const isError = error instanceof Error || (typeof error?.name === 'string' && typeof error.message === 'string');
  return isError
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: typeof error, errorMessage: String(error) };
}

function answerWith(value) {
  let payload;
  try {
    payload = JSON.stringify(value) ?? 'null';
  } catch (error) {
    return { type: 'failed', errorType: 'Runtime.JSONStringifyError', errorMessage: error.message };
  }
  const bytes = Buffer.byteLength(payload);
  if (bytes <= maxResponseBytes) return { type: 'succeeded', payload };
  const errorMessage =
    'Response payload size (' + bytes + ' bytes) exceeded maximum allowed payload size (' + maxResponseBytes + ' bytes).';
  return { type: 'failed', errorType: 'Function.ResponseSizeTooLarge', errorMessage };
}

function answerWithError(error) {
  // An authorizer's way to say 401; a stack for each such request would bury everything else.
  if (error?.message !== 'Unauthorized') console.error(error);
  return { type: 'failed', ...describe(error) };
}

// CloudFormation's ResponseURL is HTTPS on port 443, and AWS's own helpers (cfn-response, CDK's provider framework) send by
// that whatever the URL says; the local one is plain HTTP, on a port of its own.
const responsePorts = new Map();
function sendPlainly(responseUrl) {
  const { protocol, port, pathname, search } = new URL(responseUrl);
  if (protocol !== 'http:') return;
  const [http, https] = [require('node:http'), require('node:https')];
  if (responsePorts.size === 0) {
    const { request } = https;
    https.request = (target, ...more) => {
      const url = URL.canParse(target) ? new URL(target) : undefined;
      const port = responsePorts.get(url ? url.pathname + url.search : target?.path);
      if (port === undefined) return request(target, ...more);
      return http.request(url ?? { ...target, protocol: 'http:', port, agent: undefined }, ...more);
    };
    Module.syncBuiltinESMExports();
  }
  responsePorts.set(pathname + search, port);
}

function invoke(handler, { requestId, functionArn, event, timeoutMillis }) {
  const deadline = performance.now() + timeoutMillis;
  let answered = false;
  let whenIdle;
  const answer = (message) => {
    if (answered) return;
    answered = true;
    process.removeListener('beforeExit', onIdle);
    parentPort.ref();
    parentPort.postMessage(message);
  };
  const onIdle = () => answer(whenIdle ?? answerWith(null));
  const callback = (error, result) => {
    const message = error ? answerWithError(error) : answerWith(result);
    if (context.callbackWaitsForEmptyEventLoop) whenIdle ??= message;
    else answer(message);
  };
  const context = {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: functionArn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
    done: (error, result) => callback(error, result),
    succeed: (result) => callback(null, result),
    fail: (error) => callback(error ?? 'handled'),
  };
  try {
    const input = JSON.parse(event);
    if (URL.canParse(input?.ResponseURL)) sendPlainly(input.ResponseURL);
    const result = handler[streaming] ? stream(handler, input, context) : handler(input, context, callback);
    if (typeof result?.then === 'function') {
      result.then((value) => answer(answerWith(value)), (error) => answer(answerWithError(error)));
    } else if (!takesCallbacks) {
      answer(answerWith(result));
    } else {
      // Without the port nothing of ours keeps the event loop busy: what is left of it is the handler's own.
      process.on('beforeExit', onIdle);
      parentPort.unref();
    }
  } catch (error) {
    answer(answerWithError(error));
  }
}

loadHandler().then(
  (handler) => {
    parentPort.on('message', (message) => invoke(handler, message));
    parentPort.postMessage({ type: 'loaded' });
  },
  (error) => {
    console.error(error);
    parentPort.postMessage({ type: 'failed', ...describe(error) });
  },
);
`;
