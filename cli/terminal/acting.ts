import { reason as reasonForm } from '../../lambdas/domain/acts/act.ts';
import { longestReason } from '../../lambdas/domain/acts/names.ts';
import type { DeployedPipeline } from '../pipeline/deployed-pipeline.ts';
import { Operations } from '../pipeline/operations.ts';
import { OperatorError } from '../words/operator-error.ts';
import type { Scene, VerbOptions } from './pipeline-verb.ts';

/** The operations function of the chosen pipeline, for a verb that acts. */
export function actingIn(
  { chosen, progress, interrupted }: Pick<Scene<VerbOptions>, 'chosen' | 'progress' | 'interrupted'>,
  deployed: DeployedPipeline,
): Operations {
  return new Operations({
    ...deployed.operations,
    interrupted,
    onBusy: () => progress.update(() => 'other operators’ acts are running: waiting for their end'),
    onClockOff: (words) => {
      // A local run may have a time of its own.
      if (chosen.local !== undefined) return;
      progress.clear();
      console.error(words);
    },
    onUnrecorded: () => {
      progress.clear();
      console.error('The act was carried out, and its end is not recorded. See audit-failing in the runbook.');
    },
  });
}

/**
 * The reason that a verb was given.
 *
 * @param nothing what did not happen, as a sentence
 * @throws OperatorError if it is not one line of 1 to 500 characters
 */
export function reasonOf({ reason }: { reason?: string }, nothing: string): string | undefined {
  if (reason === undefined) return undefined;
  const words = reason.trim();
  if (words === '') throw new OperatorError(`--reason must not be empty. ${nothing}`);
  if (reasonForm.safeParse(words).success) return words;
  throw new OperatorError(
    `--reason must be one line of at most ${longestReason} characters, without control characters. ${nothing}`,
  );
}

/** The option of an act that does not need a reason. */
export const reasonOption = ['--reason <text>', 'why; onelink audit shows it to other operators'] as const;
