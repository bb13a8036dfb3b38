import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { type ExaminationPorts, examinationPorts } from '../../pipeline/dead-letters/examination.ts';
import { linkAddressOf } from '../../pipeline/link-address.ts';
import { linkOfRequest } from '../../pipeline/story/tell-story.ts';
import type { LinkChoice } from '../contract/links.ts';
import type { OpenDesk } from '../desk.ts';
import { ProblemError } from '../problem.ts';

type Ports = Pick<ExaminationPorts, 'ledger' | 'pipeline' | 'secret'>;

/** What a look-up of links reads. */
export const linkPorts = ({ chosen, deployed }: OpenDesk): Promise<ExaminationPorts> =>
  examinationPorts(chosen, deployed);

/**
 * The address of the link that the operator names.
 *
 * @throws OperatorError if it is no link; ProblemError if the ledger has no link of the request
 */
export async function addressMeant(choice: LinkChoice, ports: Ports): Promise<LinkAddress> {
  if (choice.by === 'link') return linkAddressOf(choice.link.trim(), ports.pipeline.settings.templates);
  const { source, requestId } = choice;
  const request = await ports.ledger.request({ source, requestId });
  const link = await linkOfRequest({ source, requestId }, request?.outcome.link, ports);
  const address = link?.address ?? request?.outcome.link;
  if (address !== undefined) return { onelinkId: address.onelinkId, shortlinkId: address.shortlinkId };
  throw new ProblemError('not-found', 'The ledger has no link of this request. Its story may show why.');
}
