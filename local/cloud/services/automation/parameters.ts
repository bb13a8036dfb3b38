import { ServiceError } from '../wire.ts';
import type { Parameter } from './documents.ts';

const fault = (words: string) => new ServiceError(400, 'InvalidAutomationExecutionParametersException', words);

/**
 * The parameters of an execution: those that were given, and the defaults of the others.
 *
 * @throws ServiceError as Systems Manager does: for an unknown parameter, a missing one, and a value that is not allowed
 */
export function givenParameters(
  declared: Readonly<Record<string, Parameter>>,
  given: Readonly<Record<string, readonly string[]>>,
): Record<string, string> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(declared, name));
  if (unknown !== undefined) throw fault(`Parameter ${unknown} is not declared in the document.`);
  return Object.fromEntries(
    Object.entries(declared).map(([name, parameter]) => [name, chosen(name, parameter, given[name])]),
  );
}

function chosen(name: string, { allowedValues, allowedPattern, ...parameter }: Parameter, given?: readonly string[]) {
  const [value = parameter.default, ...others] = given ?? [];
  if (value === undefined) throw fault(`Parameter ${name} is missing.`);
  if (others.length > 0) throw fault(`Parameter ${name} takes one value.`);
  if (allowedValues?.includes(value) === false) throw fault(`The value of ${name} is not among the allowed values.`);
  if (allowedPattern !== undefined && !new RegExp(allowedPattern, 'u').test(value)) {
    throw fault(`The value of ${name} does not match the allowed pattern.`);
  }
  return value;
}
