import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import type { Run } from '../steps/perform.ts';
import { keyOf, type Write } from '../world/one-link.ts';
import { excusedRequests } from './excused.ts';

/** A takeover makes no link and sends no PUT twice, and a get shows a link to its owner alone. */
export function takeoverFaults(run: Run): string[] {
  return [...linksMade(run), ...repeatedPuts(run), ...readings(run)];
}

/** A link that a takeover finds was made by somebody else. */
function linksMade({ pipeline, producers }: Run): string[] {
  const takeovers = producers.sent.filter(({ action }) => action === 'adopt' || action === 'migrate');
  const marks = new Map(takeovers.map(({ mark, request }) => [mark, request]));
  return pipeline.oneLink.writes.flatMap(({ operation, mark = '' }) => {
    const request = marks.get(mark);
    const isAlone = producers.sent.filter((sent) => sent.mark === mark).length === 1;
    return request === undefined || !isAlone || operation === 'update' ? [] : [`${request} sent ${operation}`];
  });
}

/**
 * The PUTs of migrates without data of their own. If a PUT has changed no visible data, nothing proves it, so it may be sent
 * again (docs/architecture.md, known limits).
 */
function repeatedPuts(run: Run): string[] {
  const { oneLink, swept } = run.pipeline;
  const excused = excusedRequests(run);
  const puts = oneLink.writes.filter(({ operation, meaning }) => operation === 'update' && meaning === 'ok');
  const sent = puts.flatMap((put) => {
    const request = migrateBehind(put, run);
    return request === undefined ? [] : [{ request, put }];
  });
  return [...Map.groupBy(sent, ({ request }) => request)].flatMap(([request, of]) => {
    const isOver = of.some(({ put: { key } }) => swept.has(key) || oneLink.purged.has(key));
    if (excused.has(request) || isOver || of.length < 2 || of[0]?.put.isVisible === false) return [];
    return [`${request} sent its PUT ${of.length} times`];
  });
}

/** The migrate without data of its own that has sent a PUT, with the data of the link. */
export function migrateBehind({ operation, leasedTo }: Write, { producers }: Run): string | undefined {
  if (operation !== 'update') return undefined;
  return producers.sent.find(
    ({ request, action, body }) => request === leasedTo && action === 'migrate' && body.data === undefined,
  )?.request;
}

/** Each answer with data is private, and its source has owned the link. */
function readings({ pipeline }: Run): string[] {
  const { outcomes, privateOutcomes, history } = pipeline;
  const hasData = ({ data, outcome }: Outcome) => data !== undefined || outcome === 'found' || outcome === 'not-found';
  const shown = outcomes.filter(hasData).map(({ requestId }) => `${requestId} showed a link to all`);
  const wrong = privateOutcomes.filter(({ link, source, data }) => {
    const owned = history.filter((record) => link !== undefined && keyOf(record.address) === keyOf(link));
    return !owned.some((record) => record.source === source) || (data === undefined) === (link?.version !== undefined);
  });
  return [...shown, ...wrong.map(({ requestId }) => `${requestId} showed a link of another source`)];
}
