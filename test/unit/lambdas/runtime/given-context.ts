import type { Context } from 'aws-lambda';

/** An invocation's context as Lambda passes it, with this much time left. */
export function givenContext(remainingMilliseconds = 60_000, awsRequestId = 'invocation-1'): Context {
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'link-worker',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:link-worker',
    memoryLimitInMB: '512',
    awsRequestId,
    logGroupName: '/aws/lambda/link-worker',
    logStreamName: 'stream',
    getRemainingTimeInMillis: () => remainingMilliseconds,
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}
