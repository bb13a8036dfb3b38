import type * as z from 'zod';

/**
 * Reads a function's environment through its contract. Called once, when the execution environment starts.
 *
 * @throws Error that names every variable that is missing or malformed (never its value: it may be a secret's).
 */
export function readEnvironment<Contract extends z.ZodObject>(
  contract: Contract,
  variables: Record<string, string | undefined>,
): z.infer<Contract> {
  const result = contract.safeParse(variables);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The function's environment breaks its contract (env.ts): ${faults.join('; ')}`);
}
