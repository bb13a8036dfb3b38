/** What one check found. `not-known`: the service does not tell here (the local engines lack it). */
export interface Check {
  name: string;
  verdict: 'ok' | 'warning' | 'failed' | 'not-known';
  words: string;
  /** How to mend it. */
  mend?: string;
}

export const ok = (name: string, words: string): Check => ({ name, verdict: 'ok', words });
export const warning = (name: string, words: string, mend: string): Check => ({
  name,
  verdict: 'warning',
  words,
  mend,
});
export const failed = (name: string, words: string, mend: string): Check => ({ name, verdict: 'failed', words, mend });
export const notKnown = (name: string, words = 'not known here'): Check => ({ name, verdict: 'not-known', words });

/**
 * Checks that ask a service; what it refuses is a finding, and the other checks go on.
 *
 * @param asked what was asked for, `secretsmanager:GetSecretValue`
 * @param local on the local engines, what they do not carry out is not known
 */
export async function unlessRefused(
  name: string,
  asked: string,
  local: boolean,
  check: () => Promise<Check[]>,
): Promise<Check[]> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (local && error.name === 'UnknownOperationException') return [notKnown(name)];
    if (/AccessDenied|Unauthorized|AuthorizationError/.test(error.name)) {
      return [warning(name, `AWS denies ${asked}`, `Run it with a role that may ${asked}.`)];
    }
    if (error.name === 'ResourceNotFoundException' || error.name === 'NotFoundException') {
      return [failed(name, 'is not there', 'Deploy the pipeline again: npx cdk deploy --all')];
    }
    throw error;
  }
}
