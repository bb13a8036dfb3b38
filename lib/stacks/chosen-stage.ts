import type { Configuration } from '../config/config-schema.ts';

/** The app was not given a stage that it can deploy from here. The message names the remedy. */
export class StageRefused extends Error {
  override readonly name = 'StageRefused';
}

/**
 * Whether `-c first=true` names a first deployment, which is not protected against deletion.
 *
 * @param given the value of the context `first`
 * @throws StageRefused for another value than `true` and `false`
 */
export function isFirst(given: unknown): boolean {
  if (given === undefined || given === 'false' || given === 'true') return given === 'true';
  throw new StageRefused(`-c first: must be true, or left out after the first deployment; got ${String(given)}`);
}

/**
 * What a deployment does to the protection of a stage that stays. The CDK drops a context without a value (`-c first`)
 * without a warning. So each deployment prints which of the two it is.
 */
export const protectionWords = (first: boolean) =>
  first
    ? 'With first=true, nothing is protected against deletion. After it has succeeded, deploy without it.'
    : 'Stacks and ledger will be protected against deletion. If this is a first deployment, repeat it with -c first=true.';

/**
 * The stage that `-c stage=…` names. There is no default: with one, a deployment could reach the wrong stage.
 *
 * @param given the value of the context `stage`
 * @param currentAccount the AWS account of the credentials, if there are any (`CDK_DEFAULT_ACCOUNT`)
 * @throws StageRefused when no stage is named, the configuration does not have it, or its AWS account is another one
 */
export function chosenStage({ stages }: Configuration, given: unknown, currentAccount: string | undefined): string {
  const known = Object.keys(stages).join(', ');
  if (given === undefined || given === '') {
    throw new StageRefused(
      `Name the stage, one of ${known}: npx cdk deploy --all -c stage=${Object.keys(stages).at(-1)} (npm run synth -- -c stage=…)`,
    );
  }
  const stage = typeof given === 'string' && Object.hasOwn(stages, given) ? stages[given] : undefined;
  if (stage === undefined) {
    throw new StageRefused(`-c stage: must be one of the configured stages (${known}); got ${String(given)}`);
  }
  const { account, deployedFrom = [] } = stage.aws ?? {};
  if (account === undefined || currentAccount === undefined) return String(given);
  if ([account, ...deployedFrom].includes(currentAccount)) return String(given);
  throw new StageRefused(
    `The stage ${given} belongs to the AWS account ${account} (stages.${given}.aws), and the credentials are of ${currentAccount}. ` +
      `Use credentials of ${account}. If ${currentAccount} deploys to it, add ${currentAccount} to stages.${given}.aws.deployedFrom.`,
  );
}
