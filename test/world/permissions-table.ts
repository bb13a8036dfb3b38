import { Authorizer } from '../../local/cloud/access/authorizer.ts';
import type { Caller } from '../../local/cloud/access/caller.ts';
import { policyCallers } from '../../local/cloud/access/policy-callers.ts';
import type { Deployment } from '../../local/cloud/assembly/deployment.ts';
import { callOf, recordedVerbs, type VerbCall } from './recorded-verbs.ts';

/** Who is in the table, in this order, by the access key of the local run. Of the producers, the sample's first. */
const people = {
  Reader: 'local-reader',
  Support: 'local-support',
  Operator: 'local-operator',
  Privacy: 'local-privacy',
  Auditor: 'local-auditor',
  CampaignOwnerCrm: 'local-campaign-owner-crm',
  ProducerCrm: 'local-producer-crm',
} as const;

/** The acts of verbs that found nothing to act on while they were recorded. */
const actsNotReached: Readonly<Record<string, string>> = {
  'campaign retire': 'campaigns-Crm',
  'senders confirm': 'operate',
  'dead-letters purge': 'operate',
  'parked replay': 'operate',
};

/** For each verb and each policy, the recorded calls that the policy does not permit. */
export async function lacking(deployment: Deployment): Promise<Record<string, Record<string, VerbCall[]>>> {
  const authorizer = new Authorizer({}, new Map());
  const found: Record<string, Record<string, VerbCall[]>> = {};
  for (const [verb, recorded] of Object.entries(recordedVerbs())) {
    const alias = actsNotReached[verb];
    const act = alias === undefined ? [] : [`lambda:InvokeFunction OperationsWorkerFunction:${alias}`];
    const calls = [...new Set([...recorded, ...act])];
    found[verb] = {};
    for (const [policy, key] of Object.entries(people)) {
      const caller = holderOf(key, deployment);
      found[verb][policy] = await refused(authorizer, caller, calls, deployment);
    }
  }
  return found;
}

/** Somebody with all parts of a policy. */
export function holderOf(key: string, deployment: Deployment): Caller {
  const isPart = (one: string) => one === key || one.startsWith(`${key}-policy`);
  const [first, ...others] = policyCallers(deployment).filter(({ accessKeyId }) => isPart(accessKeyId));
  if (first === undefined) throw new Error(`the template has no policy of ${key}`);
  const policies = [first, ...others].flatMap(({ caller }) => caller.policies);
  return { ...first.caller, policies };
}

async function refused(authorizer: Authorizer, caller: Caller, calls: readonly VerbCall[], deployment: Deployment) {
  const judged = await Promise.all(
    calls.map(async (words) => ((await authorizer.permits(caller, callOf(words, deployment))) ? [] : [words])),
  );
  return judged.flat();
}

/** The table of docs/permissions.md. */
export function permissionsTable(found: Record<string, Record<string, VerbCall[]>>): string {
  const head = ['Verb', ...Object.keys(people)];
  const rows = Object.entries(found).map(([verb, by]) => [
    `\`${verb}\``,
    ...Object.values(by).map((calls) => (calls.length === 0 ? 'yes' : actionsOf(calls))),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')).replaceAll(' ', ''), ...rows.map(line)].join('\n');
}

/** The actions that are missing. Of an act, its permission. */
function actionsOf(calls: readonly VerbCall[]): string {
  const names = calls.map((words) => {
    const [action = '', resource = ''] = words.split(' ');
    const alias = /Function:(.+)$/.exec(resource)?.[1];
    return alias === undefined ? action : `act ${alias}`;
  });
  return [...new Set(names)].map((name) => `\`${name}\``).join(' ');
}
