import { type CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { objectIn } from '../../../lambdas/domain/contract/object-text.ts';
import type { LaneAtWork, LaneWorker } from '../lanes-at-work.ts';
import { type Happening, type LoggedFields, ofLog } from './story.ts';

export interface Request {
  source: string;
  requestId: string;
}

/** A filter pattern of CloudWatch Logs that compares fields of a JSON line with texts. */
export function filterPatternOf({ source, requestId }: Request): string {
  return `{ $.requestId = ${quoted(requestId)} && $.source = ${quoted(source)} }`;
}

const quoted = (value: string) => `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

/**
 * Finds the workers' log lines about a request. If interrupted, it returns the lines found so far.
 *
 * @param onPage receives the number of pages read so far, with those without a hit
 */
export async function searchLogs(
  client: CloudWatchLogsClient,
  lanes: readonly LaneAtWork[],
  request: Request,
  { from, to, interrupted }: { from: number; to: number; interrupted: AbortSignal },
  onPage: (pages: number) => void = () => {},
): Promise<Happening[]> {
  let pages = 0;
  const groups = lanes.flatMap(({ name, workers }) => workers.map((worker) => ({ lane: name, worker })));
  const found = await Promise.all(
    groups.map(async ({ lane, worker }) => {
      const happenings: Happening[] = [];
      const asked = {
        logGroupName: worker.logGroupName,
        filterPattern: filterPatternOf(request),
        startTime: from,
        endTime: to,
      };
      for await (const { events = [] } of paginateFilterLogEvents({ client }, asked)) {
        onPage(++pages);
        for (const { message = '', timestamp = 0 } of events) {
          const fields = fieldsOf(message);
          // In a pattern, an asterisk of the requestId matches any text.
          if (fields === undefined || fields.requestId !== request.requestId || fields.source !== request.source)
            continue;
          happenings.push(ofLog(whereOf(lane, worker), request.requestId, timestamp, fields));
        }
        if (interrupted.aborted) break;
      }
      return happenings;
    }),
  );
  return found.flat();
}

function whereOf(lane: string, { kind }: LaneWorker): string {
  return kind === 'qr' ? 'QR worker' : `${lane} worker`;
}

function fieldsOf(line: string): LoggedFields | undefined {
  const { message, ...fields } = objectIn(line) ?? {};
  return typeof message === 'string' ? { ...fields, message } : undefined;
}
