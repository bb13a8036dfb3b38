import type { FunctionConfiguration } from './lambda/function-configuration.ts';

/** The address of each service: `http://127.0.0.1:{port}`. Several share a port. */
export interface Endpoints {
  readonly sqs: string;
  readonly sns: string;
  readonly s3: string;
  readonly dynamodb: string;
  readonly secretsManager: string;
  readonly lambda: string;
  readonly cloudFormation: string;
  readonly cloudWatch: string;
  readonly cloudWatchLogs: string;
  readonly sts: string;
  readonly ssm: string;
}

/** The account of all ARNs. The queue engine supports no other. */
export const localAccountId = '000000000000';
/**
 * The secret key of an access key: the access key itself. STS alone checks signatures.
 */
export function secretKeyOf(accessKeyId: string): string {
  return accessKeyId;
}

/** The operator's credentials. An unknown access key is the operator's too, except for STS. */
export const localCredentials = { accessKeyId: 'local', secretAccessKey: secretKeyOf('local') };

/** Variables that point AWS's CLI and SDKs at the local cloud, for the environment of a program. */
export function endpointVariables(
  endpoints: Endpoints,
  region: string,
  accessKeyId = localCredentials.accessKeyId,
): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretKeyOf(accessKeyId),
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_SNS: endpoints.sns,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsManager,
    AWS_ENDPOINT_URL_LAMBDA: endpoints.lambda,
    AWS_ENDPOINT_URL_CLOUDFORMATION: endpoints.cloudFormation,
    AWS_ENDPOINT_URL_CLOUDWATCH: endpoints.cloudWatch,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoints.cloudWatchLogs,
    AWS_ENDPOINT_URL_STS: endpoints.sts,
    AWS_ENDPOINT_URL_SSM: endpoints.ssm,
  };
}

/**
 * The environment of a function's process: Lambda's variables, the endpoints here, and the function's own variables. It
 * inherits from this machine only what a process needs to start.
 * @param accessKeyId stands for the function's role
 * @param queueUrls the origin of the template's queue URLs, and the origin that the function gets instead
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function sandboxVariables(
  configuration: FunctionConfiguration,
  accessKeyId: string,
  endpoints: Endpoints,
  queueUrls: { readonly from: string; readonly to: string },
  region: string,
): Record<string, string> {
  const own = Object.entries(configuration.environment).map(([name, value]) => [
    name,
    value.replaceAll(`${queueUrls.from}/`, `${queueUrls.to}/`),
  ]);
  const { PATH = '', SystemRoot } = process.env;
  return {
    PATH,
    // Node.js on Windows cannot open a socket without it.
    ...(SystemRoot !== undefined && { SystemRoot }),
    LANG: 'en_US.UTF-8',
    TZ: 'UTC',
    ...Object.fromEntries(own),
    ...endpointVariables(endpoints, region, accessKeyId),
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
    AWS_LAMBDA_FUNCTION_NAME: configuration.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memoryMegabytes),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: configuration.logGroupName,
    LAMBDA_TASK_ROOT: configuration.codeDirectory,
    _HANDLER: configuration.handler,
  };
}
