import { pascalSource } from '../../lambdas/domain/acts/names.ts';

export { pascalSource, sourceOfPascal } from '../../lambdas/domain/acts/names.ts';

/** The stack's output with the URL of a source's outcome queue. A stack has it only if the source has such a queue. */
export const outcomeQueueOutput = (source: string) => `${pascalSource(source)}OutcomeQueueUrl`;

/** The same of its private outcome queue. `CrmPrivateOutcomeQueueUrl` would be the outcome queue of `crm-private`. */
export const privateQueueOutput = (source: string) => `PrivateOutcomeQueueUrl${pascalSource(source)}`;
