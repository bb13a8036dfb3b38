import { askForPolicy, isDenied } from '../../pipeline/service-error.ts';

/**
 * What one check found. `not-known`: the check cannot run here, because the caller may not, or because the local engines lack
 * the operation.
 */
export interface Check {
  name: string;
  result: 'ok' | 'warning' | 'failed' | 'not-known';
  words: string;
  /** How to fix it. */
  fix?: string;
}

export function ok(name: string, words: string): Check {
  return { name, result: 'ok', words };
}

export function warning(name: string, words: string, fix: string): Check {
  return { name, result: 'warning', words, fix };
}

export function failed(name: string, words: string, fix: string): Check {
  return { name, result: 'failed', words, fix };
}

export function notKnown(name: string, words = 'cannot be checked here'): Check {
  return { name, result: 'not-known', words };
}

/** A check as text: its result, what was found, and on a second line how to fix it. */
export function checkLine({ name, result, words, fix }: Check): string {
  const line = `${result.padEnd(10)} ${name}: ${words}`;
  return fix === undefined ? line : `${line}\n           ${fix}`;
}

/** A check that the caller's policies do not permit. It is no finding about the pipeline. */
export function notPermitted(name: string, asked: string): Check {
  return { ...notKnown(name, `not permitted to you: AWS denies ${asked}`), fix: askForPolicy };
}

/**
 * Runs checks that call a service. If the caller may not call it, they end as `not-known`. If the service refuses for another
 * reason, that is a finding. The other checks continue.
 *
 * @param asked the permission that the check needs, `secretsmanager:GetSecretValue`
 * @param local on the local engines, an unsupported operation ends the check as `not-known`
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
    if (isDenied(error)) return [notPermitted(name, asked)];
    if (/^(ResourceNotFoundException|NotFoundException|NoSuchBucket)$/.test(error.name)) {
      return [failed(name, 'does not exist', 'Deploy the pipeline again: npx cdk deploy --all -c stage=<stage>')];
    }
    throw error;
  }
}
