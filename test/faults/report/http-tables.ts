import { table } from '../../report/table.ts';
import type { HttpCrashes } from '../scenarios/http/http-crash-points.ts';
import type { HttpPoint } from '../scenarios/http/http-kills.ts';

/** What became of the calls of each kind, and each request with its kills before and after. */
export function httpTables({ calls, points, sent, links, linksMade, ...run }: HttpCrashes): string {
  const rows = calls.map(({ call, keys, kills, equal }) => {
    const own = points.filter((point) => point.call === call);
    return [call, keys, kills, own.length, own.filter(isOnBothSides).length, equal];
  });
  const killed = points.map((point) => [point.call, point.request, point.before, point.after]);
  return [
    table(['call', 'keys', 'kills', 'requests', 'killed on both sides', 'keys with kills and equal answers'], rows),
    `Calls sent, repeats included: ${sent}. Links made: ${linksMade}, for ${links} creates. Further kills at random points: ` +
      `${run.randomKills} of the HTTP API, ${run.workerKills} of workers. ${run.seconds} seconds: ` +
      `${run.disagreements.length === 0 ? 'sound' : 'NOT SOUND'}.`,
    `Requests killed on both sides: ${points.filter(isOnBothSides).length} of ${points.length}.`,
    table(['call', 'request', 'killed before it', 'killed after it'], killed),
  ].join('\n\n');
}

const isOnBothSides = ({ before, after }: HttpPoint) => before > 0 && after > 0;
