import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import type { Clock } from '../../../lambdas/domain/work/clock.ts';
import type { PipelineSettings } from '../../../lib/config/config-schema.ts';
import type { LinkCheckPorts } from '../../pipeline/links/link-check.ts';
import { type LookUp, lookUp, lookUpWords } from '../../pipeline/links/look-up.ts';
import { facetsOf } from '../../pipeline/links/side-by-side.ts';
import type { FoundLink } from '../contract/links.ts';

export interface FoundLinkPorts extends Omit<LinkCheckPorts, 'templates'> {
  settings: Pick<PipelineSettings, 'templates' | 'producers'>;
  clock: Clock;
}

/**
 * A link in the ledger and at the API, for the page.
 *
 * @param reveal whether to show parameters and the short URL
 * @throws OperatorError if the API refuses the account
 */
export async function foundLink(address: LinkAddress, reveal: boolean, ports: FoundLinkPorts): Promise<FoundLink> {
  const { settings, clock } = ports;
  const looked = await lookUp(address, { ...ports, templates: settings.templates });
  const { record, found, result, differences } = looked;
  const at = clock.wallMilliseconds();
  const facets = facetsOf(record, found, { showData: reveal, nowSeconds: Math.floor(at / 1000) });
  const lanes = settings.producers.find(({ source }) => source === record?.source)?.lanes ?? [];
  return {
    at,
    result,
    words: lookUpWords[result],
    differences: differences.map(({ words }) => words),
    facets: facets
      .filter(({ what }) => reveal || !confidential.has(what))
      .map(({ what, ledger, api }) => ({ what, ledger: ledger ?? null, api: api ?? null })),
    shortUrl: reveal ? (record?.shortUrl ?? null) : null,
    request: record === undefined ? null : { source: record.source, requestId: record.requestId },
    template: address.onelinkId,
    state: stateOf(looked, at),
    code: codeOf(record),
    changes: record?.state === 'live' && lanes.length > 0 ? ['qr', 'update', 'delete'] : [],
    lanes: [...lanes],
    revealed: reveal,
  };
}

/** The key of an image is made from the link's ID. */
const confidential: ReadonlySet<string> = new Set(['short URL', 'QR code']);

function stateOf({ record, found }: LookUp, at: number): FoundLink['state'] {
  if (record?.state === 'deleted') return 'deleted';
  if (record?.expiryCheck !== undefined) return 'checking';
  if (typeof found === 'object' && found.expiresAt !== undefined)
    return found.expiresAt * 1000 <= at ? 'expired' : 'live';
  if (record !== undefined) return record.expiresAt * 1000 <= at ? 'expired' : 'live';
  return 'unknown';
}

function codeOf(record: LinkRecord | undefined): FoundLink['code'] {
  if (record?.qrKey !== undefined) return 'stored';
  return record?.qrFailure === undefined ? 'none' : 'failed';
}
