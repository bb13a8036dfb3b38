import type { FoundLink, LinkChoice } from '../../cli/console/contract/links.ts';
import { hashOf } from '../state/route.ts';

/** The place of a link that is named by the request that made it. An address never holds a short URL or a link ID. */
export const hashOfRequest = (source: string, requestId: string) => hashOf('links', ['request', source, requestId]);

/** The choice that an address names; undefined if it names none. */
export function choiceIn(path: readonly string[]): LinkChoice | undefined {
  const [kind, source, requestId] = path;
  return kind === 'request' && source !== undefined && requestId !== undefined
    ? { by: 'request', source, requestId }
    : undefined;
}

/** The place that shows a found link again after a reload; undefined if no request of it is known. */
export const placeOf = ({ request }: Pick<FoundLink, 'request'>) =>
  request === null ? undefined : hashOfRequest(request.source, request.requestId);

/** Whether two choices name the same link in the same words. */
export const isSame = (one: LinkChoice | undefined, other: LinkChoice | undefined) =>
  JSON.stringify(one) === JSON.stringify(other);

/** Values that the API has for the parameters, from a revealed answer. The ledger's values are used where the API has none. */
export function dataIn({ facets }: Pick<FoundLink, 'facets'>): Record<string, string> {
  const named = facets.filter(({ what }) => what.startsWith('data.'));
  return Object.fromEntries(
    named.flatMap(({ what, ledger, api }) => {
      const value = api ?? ledger;
      return value === null ? [] : [[what.slice('data.'.length), value]];
    }),
  );
}

/**
 * Whether a property is marked as different. A side that does not have it is no difference. Neither are seconds between two ends,
 * if the comparison as a whole finds both sides equal.
 */
export const differs = ({ result }: Pick<FoundLink, 'result'>, { what, ledger, api }: FoundLink['facets'][number]) =>
  result === 'different' && what !== 'data' && ledger !== null && api !== null && ledger !== api;
