/**
 * `node --import` loads this into an execution environment, for the benchmark only. It writes the operation of each request to
 * an AWS service, one in each line.
 */
import { subscribe } from 'node:diagnostics_channel';
import { openSync, writeSync } from 'node:fs';

const directory = new URL(import.meta.url).searchParams.get('directory');
const file = openSync(`${directory}/${process.env.AWS_LAMBDA_FUNCTION_NAME}.${process.pid}`, 'w');

subscribe('http.client.request.created', ({ request }) => {
  const operation = operationOf(request);
  if (operation !== undefined) writeSync(file, `${operation}\n`);
});

/** DynamoDB, SQS and Secrets Manager name the operation in a header, SNS in a form, and S3 by method and path. */
function operationOf(request) {
  const target = request.getHeader('x-amz-target');
  if (target !== undefined) return String(target).replace(/^.*\./, '');
  if (String(request.getHeader('content-type')).includes('x-www-form-urlencoded')) return 'Publish';
  return request.getHeader('x-amz-date') === undefined ? undefined : `S3 ${request.method}`;
}
