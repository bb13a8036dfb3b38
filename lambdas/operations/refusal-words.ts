import type { RefusalCode } from '../domain/acts/answer.ts';

/** Why an execution of an SSM document did nothing, and what to do. They stand in the console of Systems Manager. */
export const refusalWords: Readonly<Record<RefusalCode, string>> = {
  'not-understood':
    'Nothing was done. The function does not know these parameters. Start the default version of the document again.',
  'not-permitted': 'Nothing was done. The document and the function are of two releases. Deploy the stack again.',
  'reason-missing': 'Nothing was done. The act needs a reason.',
  'not-proved':
    'Nothing was done. Start the document yourself, in this account: no association, change request, rate control, other ' +
    'automation or step-by-step execution may.',
  'proof-late': 'Nothing was done. The execution began more than five minutes ago. Start the document again.',
  'proof-unchecked': 'Nothing was done. The function could not ask AWS about this execution. Start the document again.',
  'begun-before': 'This execution has acted before, and nothing more was done. The audit has the record under its ID.',
  'not-recorded':
    'Nothing was done, because the act could not be recorded. Open the document of the alarm audit-failing.',
};
