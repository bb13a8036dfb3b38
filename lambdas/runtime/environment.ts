import type * as z from 'zod';

/**
 * Reads a function's environment through its contract. Called once, when the execution environment starts.
 *
 * @throws Error that names every missing or malformed variable, without its value, which may be secret.
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
