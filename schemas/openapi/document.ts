import { exampleHost } from './examples.ts';
import { operations, paths } from './operations.ts';
import { headers, type Json, parameters, problemExamples, sharedResponses } from './responses.ts';
import { sharedSchemas } from './shared-schemas.ts';

/** The OpenAPI document of the HTTP API, from the contract that the pipeline checks. */
export function openApiDocument(): Json {
  return {
    openapi: '3.1.1',
    info: {
      title: 'OneLink Pipeline HTTP API',
      version: '1.0',
      summary: 'Makes, changes and retires OneLink short links and QR codes.',
      description:
        'Every error is a problem (RFC 9457), as `application/problem+json`. Match on the part of its `type` after the `#`. ' +
        'Each answer has an `X-Request-Id`. ' +
        'A path that does not exist answers with `unknown-path`, a wrong method with `method-not-allowed`. ' +
        'A later release may add fields, problem types and reasons.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [
      { ...server('https://{host}/live'), description: 'With a key.' },
      { ...server('https://{host}/live/iam'), description: 'With an AWS signature.' },
    ],
    security: [{ key: [] }, { signature: [] }],
    paths: paths(),
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'olp_{id}_{secret}',
          description: 'A key of `onelink keys create`. A revoked key works for 30 seconds at most.',
        },
        signature: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          'x-amazon-apigateway-authtype': 'awsSigv4',
          description: 'AWS Signature Version 4 for the service `execute-api`, at paths below `/iam`.',
        },
      },
      parameters,
      headers,
      schemas: sharedSchemas(),
      responses: sharedResponses(operations.map(({ problems }) => problems)),
      examples: problemExamples(),
    },
  };
}

const server = (url: string) => ({
  url,
  variables: { host: { default: exampleHost, description: 'The host of the stack output `HttpApiUrl`.' } },
});
