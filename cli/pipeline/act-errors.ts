import type { RefusalCode } from '../../lambdas/domain/acts/answer.ts';
import type { ActName } from '../../lambdas/domain/acts/registry.ts';
import { OperatorError } from '../words/operator-error.ts';
import { clockWords } from './clock.ts';
import { askForPolicy } from './service-error.ts';

const words: Record<Exclude<RefusalCode, 'proof-late'>, string> = {
  'not-understood':
    'The operations function does not know this act. Use the checkout from which the stack was deployed.',
  'not-permitted': 'The act needs another permission. Use the checkout from which the stack was deployed.',
  'reason-missing': 'The act needs a reason. Add --reason.',
  'not-proved':
    'AWS does not confirm that you are a caller of the pipeline’s account. Check your credentials: aws sts get-caller-identity.',
  'proof-unchecked': 'The operations function cannot reach STS, so it does not know who you are. Try again.',
  'begun-before': 'This part of the act has begun before. To see it: onelink audit --since 1h',
  'not-recorded':
    'The act could not be recorded, so it was not carried out. See audit-failing in the runbook (lib/observability/RUNBOOK.md).',
};

/**
 * Why an act was refused, and what to do.
 *
 * @param aheadMilliseconds how far this computer's clock is ahead of AWS's
 */
export const refusalWords = (code: RefusalCode, aheadMilliseconds: number) =>
  `${code === 'proof-late' ? clockWords(aheadMilliseconds) : words[code]} Nothing was done.`;

/** The verbs of acts whose name is another one. */
const verbOf: Readonly<Partial<Record<ActName, string>>> = {
  'campaign-approve': 'campaign approve',
  'campaign-pause': 'campaign pause',
  'campaign-resume': 'campaign resume',
  'campaign-cancel': 'campaign cancel',
  'campaign-retire': 'campaign retire',
  replay: 'parked replay',
  redrive: 'dead-letters redrive',
  'redrive-outcomes': 'dead-letters redrive',
  purge: 'dead-letters purge',
  'quarantine-release': 'quarantine release',
  'quarantine-drop': 'quarantine release',
  'sender-confirm': 'senders confirm',
  'sender-reject': 'senders reject',
  'key-create': 'keys create',
  'key-rotate': 'keys rotate',
  'key-revoke': 'keys revoke',
  'subject-find': 'subject find',
  'subject-erase': 'subject erase',
  'alarm-test': 'alarm test',
};

/** The error for a call without an answer: nobody knows whether it was carried out, unless AWS has refused it. */
export function notInvoked(error: unknown, act: ActName, alias: string): unknown {
  if (error instanceof OperatorError || !(error instanceof Error)) return error;
  if (error.name === 'AccessDeniedException') {
    return new OperatorError(
      `You may not run ${verbOf[act] ?? act}: your identity lacks lambda:InvokeFunction on the function ${alias}. Nothing was done. ${askForPolicy}`,
    );
  }
  if (error.name === 'ResourceNotFoundException') {
    return new OperatorError(
      `There is no function ${alias}: the stack is of an earlier release, or its configuration lacks the producer. Nothing was done.`,
    );
  }
  // AWS answers, or the credentials are none: the act was not begun.
  if (Reflect.get(error, '$fault') === 'client' || error.name === 'CredentialsProviderError') return error;
  return new OperatorError(
    `There is no answer (${error.name}), so nobody here knows whether the act was carried out. To see its record: onelink audit --since 1h`,
  );
}
