import type { LinkAddress } from '../../lambdas/domain/link-id.ts';
import { OperatorError } from './operator-error.ts';

const templateId = /^[A-Za-z0-9]{4,8}$/;
const shortlinkId = /^[A-Za-z0-9_-]{1,50}$/;

/**
 * A link as somebody names it: by its short URL, whatever its domain, or as TEMPLATE/ID.
 *
 * @throws OperatorError when it is neither; the text is not repeated, since a short link is confidential
 */
export function linkAddressOf(text: string): LinkAddress {
  const path = URL.canParse(text) && /^https?:/i.test(text) ? new URL(text).pathname : text;
  const [onelinkId = '', id = ''] = path.split('/').filter(Boolean).slice(-2);
  if (templateId.test(onelinkId) && shortlinkId.test(id)) return { onelinkId, shortlinkId: id };
  throw new OperatorError('That is no link: name it by its short URL (https://acme.onelink.me/A1b3/…) or as A1b3/….');
}
