import type { Place } from '../assembly/identities.ts';

/** The ARN that policies and permissions name a REST API by: the ARNs of its methods begin with it. */
export function executeApiArn(apiId: string, { region, accountId }: Place): string {
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}`;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/**
 * The statements of an API's policy with whole ARNs. API Gateway lets a policy write `execute-api:/{stage}/…` for its own
 * API.
 */
export function withWholeArns(statements: unknown, apiArn: string): unknown[] {
  const whole = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(whole);
    return typeof value === 'string' ? value.replace(/^execute-api:\/*/, `${apiArn}/`) : value;
  };
  return [statements].flat().map((statement) => {
    if (!isRecord(statement)) return statement;
    const named = ['Resource', 'NotResource'].filter((name) => name in statement);
    return { ...statement, ...Object.fromEntries(named.map((name) => [name, whole(statement[name])])) };
  });
}
