import { isDenied, statusOf } from '../../pipeline/service-error.ts';
import { type Check, notKnown } from '../doctor/check.ts';

/** How long one check may take. With two attempts, a client gives up before. */
const deadlineSeconds = 30;

/**
 * Runs a check. If AWS denies a call, or a service does not answer, the check ends as `not-known`, and the others go on.
 *
 * @param asked the permissions that the check needs, `iam:GetRole`
 */
export async function unlessUnanswered(
  name: string,
  asked: string,
  check: () => Promise<Check[]>,
  seconds = deadlineSeconds,
): Promise<Check[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Check[]>((resolve) => {
    const words = `it took longer than ${seconds} s`;
    timer = setTimeout(() => resolve([{ ...notKnown(name, words), fix: tryAgain }]), seconds * 1_000).unref();
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return [unanswered(name, asked, error)];
  } finally {
    clearTimeout(timer);
  }
}

/** A call that failed, as a check that cannot be made here. @throws the error, if it is no answer of a service */
export function unanswered(name: string, asked: string, error: unknown): Check {
  if (!(error instanceof Error)) throw error;
  if (isDenied(error) || statusOf(error) === 403) {
    const action = /not authorized to perform:? ([\w:]+)/.exec(error.message)?.[1] ?? asked;
    return { ...notKnown(name, `not permitted to you: AWS denies ${action}`), fix: askForPreflightPolicy };
  }
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string' || error.name === 'TimeoutError') {
    const why = error.name === 'TimeoutError' ? 'no answer in time' : code;
    return { ...notKnown(name, `the service cannot be reached (${why}): ${asked}`), fix: tryAgain };
  }
  const status = statusOf(error);
  if (status === undefined) throw error;
  return { ...notKnown(name, `the service answered ${error.name} (${status}): ${asked}`), fix: tryAgain };
}

/** Whether a service reports that something does not exist. @param names the names of its errors for that */
export const isMissing = (error: unknown, ...names: string[]) => error instanceof Error && names.includes(error.name);

const tryAgain = 'Check the network, the proxy and the region, then run the preflight again.';
const askForPreflightPolicy =
  'Ask an administrator for the policy in docs/permissions.md, “Before the first deployment”.';
