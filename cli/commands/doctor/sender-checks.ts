import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { HeldStore } from '../../../lambdas/adapters/held-store.ts';
import { type PipelineSettings, uniqueIdForm } from '../../../lib/config/config-schema.ts';
import { heldPrincipals, isDirectSid, unboundSources } from '../../../lib/config/principals.ts';
import { allHeld } from '../../pipeline/archive/held-commands.ts';
import { counted } from '../../words/words.ts';
import { type Check, failed, notKnown, ok, warning } from './check.ts';

const identifyFix = 'Give its principals a senderId: onelink senders identify. Then deploy.';

/** Whether the configuration binds each source, and names each of its senders. */
export function checkSources(settings: PipelineSettings): Check[] {
  const name = 'sources';
  const unbound = unboundSources(settings);
  const unnamed = heldPrincipals(settings).map(({ source, arn }) =>
    warning(name, `the commands of ${source} from ${arn} are held, because it has no senderId`, identifyFix),
  );
  if (unbound.length === 0) return [...unnamed, ...(unnamed.length === 0 ? [ok(name, 'each has its senders')] : [])];
  const words = `nothing binds ${unbound.join(', ')}: each sender that reaches the lane’s queue may send as it`;
  return [warning(name, words, identifyFix), ...unnamed];
}

/** Whether commands wait for a decision about their sender. */
export async function checkHeld(store: Pick<HeldStore, 'senders' | 'lots'>): Promise<Check> {
  const name = 'held commands';
  const held = await allHeld(store);
  if (held.length === 0) return ok(name, 'none');
  const found = held.map(
    ({ source, sender, commands }) => `${counted(commands, 'command')} of ${source} from ${sender}`,
  );
  return failed(name, `${found.join(', ')}`, 'See them, and decide about each sender: onelink senders list');
}

const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]);
const statement = z.object({ Sid: z.string().default(''), Principal: z.unknown() });
const policySchema = z.object({ Statement: z.union([statement.transform((one) => [one]), z.array(statement)]) });
const principalSchema = z.object({ AWS: texts });

/**
 * Checks the principals in the policy of a lane's queue. Once a role or user is deleted, AWS shows its unique ID in the
 * place of its ARN (IAM user guide, "Principal"). One that is made anew under the same name is not meant by it.
 */
export async function checkQueuePolicy(
  sqs: Pick<SQSClient, 'send'>,
  { lane, queueUrl }: { lane: string; queueUrl: string },
  { producers }: PipelineSettings,
): Promise<Check> {
  const name = `queue policy ${lane}`;
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['Policy'] }),
  );
  if (Attributes?.Policy === undefined) return notKnown(name, 'the queue shows no policy');
  const deleted = policySchema.parse(JSON.parse(Attributes.Policy)).Statement.flatMap(({ Sid, Principal }) => {
    const ids = principalSchema.safeParse(Principal).data?.AWS ?? [];
    const source = producers.find((producer) => isDirectSid(Sid, producer.source))?.source ?? `statement ${Sid}`;
    return ids.filter(isUniqueId).map((id) => `${id} (${source})`);
  });
  if (deleted.length === 0) return ok(name, 'each role and user in it exists');
  return failed(
    name,
    `names roles or users that were deleted: ${deleted.join(', ')}`,
    'If it was made anew, put its new senderId in the place of the old one: onelink senders identify. If not, take the ' +
      'principal out. Then deploy.',
  );
}

const isUniqueId = (principal: string) => uniqueIdForm('AROA').test(principal) || uniqueIdForm('AIDA').test(principal);
