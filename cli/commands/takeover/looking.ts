import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { openReader, readingPace } from '../../pipeline/reader.ts';
import { linkName } from '../../pipeline/takeover/link-list.ts';
import { look } from '../../pipeline/takeover/look.ts';
import type { Scene } from '../../terminal/pipeline-verb.ts';
import { counted, durationWords, n } from '../../words/words.ts';
import type { ListOptions, OpenTakeover } from './list-options.ts';

/**
 * Finds out what the links of the list are, as far as the notes do not have it. A run that ends early has noted what it found.
 *
 * @throws OperatorError if the API does not answer or refuses the account
 */
export async function lookUpMissing(
  { chosen, progress, interrupted }: Scene<ListOptions>,
  { pipeline, notes, rows, campaign: { source } }: OpenTakeover,
): Promise<void> {
  const missing: LinkAddress[] = [];
  await rows((row) => {
    if (row.is === 'link' && !notes.found.has(linkName(row.address))) missing.push(row.address);
  });
  if (missing.length === 0) return;
  const { batchSize, sustainedPerSecond } = readingPace(pipeline);
  const time = durationWords(missing.length / sustainedPerSecond);
  const known = notes.found.size === 0 ? '' : ` ${n(notes.found.size)} are in ${notes.path}.`;
  console.error(
    `${counted(missing.length, 'link')} to look up: up to ${time} at ${n(Math.round(sustainedPerSecond))} GETs/s, which all tools share. What the ledger has needs no GET.${known}`,
  );
  const deployed = await chosen.deployed();
  const stopped = new AbortController();
  const counts = { looked: 0, readable: 0 };
  await look(
    missing,
    {
      source,
      ledger: deployed.ledger,
      api: openReader(pipeline, deployed, AbortSignal.any([interrupted, stopped.signal])),
      clock: systemClock,
      atOnce: 2 * batchSize,
      stop: () => stopped.abort(),
      onLooked: (address, found) => {
        if (found !== undefined) notes.addFound(linkName(address), found);
        counts.looked += 1;
        if (found === 'readable') counts.readable += 1;
        progress.update(() => {
          const left = durationWords((missing.length - counts.looked) / sustainedPerSecond);
          return `${n(counts.looked)} of ${n(missing.length)} looked up, ${n(counts.readable)} fit, about ${left} left`;
        });
      },
    },
    interrupted,
  );
  progress.clear();
}
