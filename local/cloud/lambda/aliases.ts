import { z } from 'zod';
import type { Deployment } from '../assembly/deployment.ts';
import { ServiceError } from '../services/wire.ts';

/** The properties of `AWS::Lambda::Alias` that are implemented. A function has one version here. */
export const aliasProperties = z.looseObject({
  Name: z.string(),
  FunctionName: z.string(),
  FunctionVersion: z.literal('$LATEST'),
});

/** A function as a request names it. */
export interface QualifiedName {
  /** The name or the ARN, without qualifier. */
  readonly function: string;
  readonly qualifier: string | undefined;
}

const arnForm = /^((?:arn:[^:]+:lambda:[^:]*:)?(?:\d{12}:)?(?:function:)?[^:]+)(?::([^:]+))?$/;

/**
 * The function and the qualifier of `FunctionName` and `Qualifier`. The name may be a name, an ARN, or a part of one, and each may end
 * with a qualifier.
 * @throws ServiceError if the name is none of these, or names another qualifier than the parameter
 */
export function qualifiedName(functionName: string, parameter: string | null): QualifiedName {
  const [, whole, derived] = arnForm.exec(functionName) ?? [];
  if (whole === undefined) throw invalid(`${functionName} is no name of a function`);
  if (derived !== undefined && parameter !== null && derived !== parameter) {
    throw invalid('The derived qualifier from the function name does not match the specified qualifier.');
  }
  return {
    // Lambda takes `{account}:function:{name}` and `{account}:{name}` as well.
    function: whole.startsWith('arn:') ? whole : (whole.split(':').at(-1) ?? whole),
    qualifier: derived ?? parameter ?? undefined,
  };
}

/** The ARNs of a deployment's aliases. */
export function aliasArns(deployment: Deployment): ReadonlySet<string> {
  const aliases = deployment.resources('AWS::Lambda::Alias');
  for (const alias of aliases) deployment.properties(alias, aliasProperties);
  return new Set(aliases.map(({ arn }) => arn));
}

const invalid = (reason: string) => new ServiceError(400, 'InvalidParameterValueException', reason);
