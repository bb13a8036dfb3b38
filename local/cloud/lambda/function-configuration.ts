import { stat } from 'node:fs/promises';
import { z } from 'zod';
import type { Deployment, Resource } from '../assembly/deployment.ts';

/** The properties of `AWS::Lambda::Function` that are implemented. */
export const functionProperties = z.looseObject({
  FunctionName: z.string().optional(),
  Code: z.looseObject({ S3Key: z.string().optional() }),
  Role: z.string().optional(),
  Handler: z.string().default('index.handler'),
  Runtime: z.string().optional(),
  // Defaults of the service: 128 MB, 3 seconds.
  MemorySize: z.coerce.number().default(128),
  Timeout: z.coerce.number().default(3),
  ReservedConcurrentExecutions: z.coerce.number().optional(),
  LoggingConfig: z.looseObject({ LogGroup: z.string().optional() }).optional(),
  Environment: z.looseObject({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).optional(),
});

/**
 * Reads a function's configuration from its template.
 * @param overrides replace values of the function's environment variables, and add none
 * @throws if its code is not a directory asset, or its runtime is not Node.js
 */
export async function configureFunction(
  resource: Resource,
  deployment: Deployment,
  overrides: Readonly<Record<string, string>>,
) {
  const properties = deployment.properties(resource, functionProperties);
  const codeDirectory = deployment.asset(resource, properties.Code.S3Key ?? '');
  if (codeDirectory === undefined || !(await stat(codeDirectory)).isDirectory()) {
    throw new Error(
      `${resource.where}: Code must be a directory asset of the assembly (inline code, zip files and images are not implemented)`,
    );
  }
  if (properties.Runtime !== undefined && !properties.Runtime.startsWith('nodejs')) {
    throw new Error(`${resource.where}: Runtime must be a Node.js one, not ${properties.Runtime}`);
  }
  const environment: Record<string, string> = { ...properties.Environment?.Variables };
  for (const [name, value] of Object.entries(overrides)) if (name in environment) environment[name] = value;
  return {
    resource,
    name: resource.name,
    arn: resource.arn,
    runtime: properties.Runtime,
    handler: properties.Handler,
    codeDirectory,
    memoryMegabytes: properties.MemorySize,
    timeoutSeconds: properties.Timeout,
    /** Undefined: the function has no limit of its own. */
    reservedConcurrency: properties.ReservedConcurrentExecutions,
    logGroupName: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${resource.name}`,
    environment,
  };
}

export type FunctionConfiguration = Awaited<ReturnType<typeof configureFunction>>;
