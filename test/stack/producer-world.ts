import { expect } from 'vitest';
import { config } from '../../examples/configuration.ts';
import type { ProducerSettings } from '../../lib/config/config-schema.ts';
import { Authorizer } from '../../local/cloud/access/authorizer.ts';
import { type Caller, everything, operator, serviceOf, sessionOf, userOf } from '../../local/cloud/access/caller.ts';
import { resourcePolicies } from '../../local/cloud/access/policies.ts';
import { Deployment } from '../../local/cloud/assembly/deployment.ts';
import { localAccountId } from '../../local/cloud/endpoints.ts';
import { NoticeBoard } from '../../local/cloud/notices.ts';
import { stackOf } from './alarm-world.ts';
import { configuredApp } from './configured-app.ts';
import { settings } from './shipped-pipeline.ts';

const role = (name: string, account = '111122223333') => `arn:aws:iam::${account}:role/${name}`;
const rule = 'arn:aws:events:eu-west-1:111122223333:rule/signup';
const producer = (
  source: string,
  principals: ProducerSettings['principals'],
  { outcomeQueue = true, privateOutcomeQueue = false } = {},
) => ({
  source,
  principals,
  outcomeQueue,
  privateOutcomeQueue,
  lanes: ['campaign'],
  templates: ['A1b3'],
});

/** The private queue as well. */
const both = { privateOutcomeQueue: true };

/** One name is the start of another. Two producers share a role. One sends through a service, and one has no queue. */
const producers: ProducerSettings[] = [
  producer('crm', [{ role: role('crm') }, { user: 'arn:aws:iam::111122223333:user/crm' }], both),
  producer('crm2', [{ account: '444455556666' }], both),
  producer('studio', [{ role: role('shared') }]),
  producer('shop.eu', [{ role: role('shared') }, { role: role('shop', localAccountId) }], both),
  producer('signup', [{ service: 'events.amazonaws.com', sourceArn: rule }]),
  producer('product', [{ role: role('product') }], { outcomeQueue: false }),
];

/** In another account, the policies there allow everything. In the pipeline's account, a role has no policy of its own. */
const callers: Record<string, Caller> = {
  'role crm': sessionOf(role('crm'), 's', [everything]),
  'user crm': userOf('arn:aws:iam::111122223333:user/crm', [everything]),
  'account of crm2': userOf('arn:aws:iam::444455556666:user/anyone', [everything]),
  'shared role': sessionOf(role('shared'), 's', [everything]),
  'role shop': sessionOf(role('shop', localAccountId), 's'),
  'role product': sessionOf(role('product'), 's', [everything]),
  'service of signup': serviceOf('events.amazonaws.com', rule),
  stranger: sessionOf(role('stranger'), 's', [everything]),
  'role of this account': sessionOf(role('other', localAccountId), 's'),
};

/** The shipped pipeline with these producers, and who may do what by its policies. */
export function producerWorld() {
  const production = config.stages.production ?? expect.fail('no stage');
  const stage = { ...production, pipelines: [{ ...settings(), producers }] };
  const app = configuredApp({ ...config, stages: { production: stage } });
  const place = { region: 'eu-west-1', accountId: localAccountId, queueEndpoint: 'http://127.0.0.1:1' };
  const stacks = [stackOf(app.state, app.stateTemplate), stackOf(app.main, app.template)];
  const deployment = new Deployment(stacks, place, new NoticeBoard(() => {}));
  const authorizer = new Authorizer({}, resourcePolicies(deployment));
  const outputs = new Map(deployment.outputs('OneLink-production').map(({ key, value }) => [key, value]));
  const output = (name: string) => outputs.get(name) ?? expect.fail(`no output ${name}`);
  return {
    names: [...outputs.keys()],
    output,
    queueArn: (name: string) => `arn:aws:sqs:eu-west-1:${localAccountId}:${output(name).split('/').at(-1)}`,
    /** Who may do this, of all callers. */
    whoMay: async (action: string, resource: string, context: Record<string, string> = {}) => {
      const may = await Promise.all(
        Object.entries(callers).map(async ([name, one]) =>
          (await authorizer.permits(one, { action, resource, context })) ? [name] : [],
        ),
      );
      return may.flat();
    },
    operatorMay: (action: string, resource: string, context: Record<string, string> = {}) =>
      authorizer.permits(operator, { action, resource, context }),
    /** Whether a topic may send to a queue. */
    topicMaySend: (topicArn: string, resource: string) =>
      authorizer.permits(serviceOf('sns.amazonaws.com', topicArn), { action: 'sqs:SendMessage', resource }),
    /** The topics of outcomes, by the part of the pipeline that they are in. */
    topicArns: Object.fromEntries(
      deployment.resources('AWS::SNS::Topic').flatMap(({ logicalId, arn }) => {
        const [, part] = /Pipeline(\w*Outcomes)Topic/.exec(logicalId) ?? [];
        return part === undefined ? [] : [[part, arn] as const];
      }),
    ),
  };
}
