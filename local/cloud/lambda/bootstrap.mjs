/**
 * Program: runs a function's handler in a process of its own, as AWS's Node.js runtime does. It requests an invocation
 * from the Runtime API, calls the handler, posts its result or error, and repeats. It is plain JavaScript, because
 * every cold start loads it.
 */
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

// `require`, not `import`: an ES import of `http` also loads the large WebSocket library, and every cold start would
// wait for it.
const http = process.getBuiltinModule('node:http');
const { env } = process;
const [compileCacheDirectory, clockOffset] = process.argv.slice(2);
if (compileCacheDirectory) enableCompileCache(compileCacheDirectory);

// The parent holds the other end. When the parent ends, for whatever reason, this process ends too.
process.stdin.on('end', () => process.exit()).on('error', () => process.exit());
if (clockOffset === undefined) process.stdin.resume();
// Ctrl-C reaches the whole process group, but the parent decides when an environment ends.
process.on('SIGINT', () => {});

// With a simulated clock, `Date` is shifted before the handler is loaded. Leaps come by stdin at any moment, a line
// each. Each invocation carries the offset too, because it may overtake a line.
let shiftDate = (_) => {};
if (clockOffset !== undefined) {
  ({ shiftDate } = await import('../shifted-date.mjs'));
  shiftDate(Number(clockOffset));
  createInterface(process.stdin).on('line', (offset) => shiftDate(Number(offset)));
}

const runtime = `http://${env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

/** @returns {Promise<{headers: http.IncomingHttpHeaders, body: string}>} */
function call(method, where, body) {
  return new Promise((resolve) => {
    const request = http.request(runtime + where, { method, agent }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    // Without a Runtime API the process has nothing to do.
    request.on('error', () => process.exit());
    request.end(body);
  });
}

function describe(error) {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, stackTrace: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: String(error), stackTrace: [] };
}

async function loadHandler() {
  const name = env._HANDLER ?? '';
  const dot = name.lastIndexOf('.');
  const base = path.join(env.LAMBDA_TASK_ROOT ?? '', name.slice(0, dot));
  const file = ['.mjs', '.js', '.cjs'].map((extension) => base + extension).find(existsSync);
  if (!file) throw Object.assign(new Error(`no module for handler ${name}`), { name: 'Runtime.ImportModuleError' });
  const module = await import(pathToFileURL(file).href);
  const handler = module[name.slice(dot + 1)] ?? module.default?.[name.slice(dot + 1)];
  if (typeof handler === 'function') return handler;
  throw Object.assign(new Error(`${name} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
}

let handler;
try {
  handler = await loadHandler();
} catch (error) {
  console.error(error);
  await call('POST', '/init/error', JSON.stringify(describe(error)));
  process.exit(1);
}

for (;;) {
  const { headers, body } = await call('GET', '/invocation/next');
  const requestId = headers['lambda-runtime-aws-request-id'];
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  shiftDate(Number(headers['local-cloud-clock-offset-ms']));
  // A leap during an invocation does not reduce its remaining time.
  const endsAt = performance.now() + deadline - Date.now();
  env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
  const context = {
    awsRequestId: requestId,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.floor(endsAt - performance.now()),
  };
  try {
    const result = await handler(JSON.parse(body), context);
    await call('POST', `/invocation/${requestId}/response`, JSON.stringify(result) ?? 'null');
  } catch (error) {
    console.error(error);
    await call('POST', `/invocation/${requestId}/error`, JSON.stringify(describe(error)));
  }
}
