import type { FaultyPipeline } from '../world/faulty-pipeline.ts';

/** The API must hold exactly the links that are live in the ledger, and the bucket exactly the images that they name. */
export async function linkFaults(pipeline: FaultyPipeline): Promise<string[]> {
  const live = [...(await pipeline.ledger())].filter(([key, { state }]) => key.startsWith('link#') && state === 'live');
  const links = live.map(([key]) => key.slice('link#'.length)).sort();
  const held = [...pipeline.api.links()].map(({ onelinkId, shortlinkId }) => `${onelinkId}/${shortlinkId}`).sort();
  const images = live.flatMap(([, { qrKey }]) => (qrKey === undefined ? [] : String(qrKey))).sort();
  const inBucket = [...(await pipeline.images())].sort();
  return [
    ...(links.join() === held.join() ? [] : ['the API and the ledger have different links']),
    ...(images.join() === inBucket.join() ? [] : ['the bucket and the ledger have different images']),
  ];
}
