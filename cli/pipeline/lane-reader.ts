import { commandReader } from '../../lambdas/domain/contract/command-reading.ts';
import { policyChecker } from '../../lambdas/domain/policy/link-policy.ts';
import { linkPoliciesOf } from '../../lib/config/link-policies.ts';
import { accountContract } from './account-contract.ts';
import type { ConfiguredPipeline } from './configured-pipeline.ts';

/** The reader that the lane's worker has: the same contract, rights and policies, by the configuration of this checkout. */
export function laneReader({ settings, account }: Pick<ConfiguredPipeline, 'settings' | 'account'>, lane: string) {
  return commandReader({
    contract: accountContract(account),
    producers: settings.producers
      .filter(({ lanes }) => lanes.includes(lane))
      .map((producer) => ({ ...producer, privateOutcomes: producer.privateOutcomeQueue === true })),
    templates: settings.templates,
    policy: policyChecker(linkPoliciesOf(settings)),
  });
}
