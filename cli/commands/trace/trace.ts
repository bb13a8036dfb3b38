import { Command, InvalidArgumentError } from 'commander';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { dayOf } from '../../../lambdas/domain/work/clock.ts';
import type { PipelineSettings } from '../../../lib/config/config-schema.ts';
import { examinationPorts } from '../../pipeline/dead-letters/examination.ts';
import { linkAddressOf } from '../../pipeline/link-address.ts';
import type { Days } from '../../pipeline/story/history-search.ts';
import type { Request } from '../../pipeline/story/log-search.ts';
import { happeningWords } from '../../pipeline/story/story.ts';
import { tellStory, tellStoryOfLink } from '../../pipeline/story/tell-story.ts';
import { count } from '../../terminal/count-option.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { OperatorError } from '../../words/operator-error.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { found: 0, nothing: 1, notDone: 2 } as const;

interface Options extends VerbOptions {
  link?: string;
  source?: string;
  requestId?: string;
  days: number;
  ended?: Days;
  showLinks?: true;
}

export function traceCommand(): Command {
  const command = new Command('trace')
    .description(
      'Shows the story of a command in order of time: calls, ledger, outcome, QR code, end of the link, archive, dead letters.',
    )
    .argument('[link]', 'the short URL, or TEMPLATE/ID, of the command’s link')
    .option('--source <name>', 'the command’s source; with --request-id')
    .option('--request-id <id>', 'the command’s requestId; with --source')
    .option('--days <number>', 'how many days of logs to search', count(1, 3_653), 14)
    .option(
      '--ended <days>',
      'search the links that ended on a day or days: 2026-03-09, or 2026-03-01..2026-03-09',
      daysIn,
    )
    .option('--show-links', 'also show short URLs, which are confidential')
    .option('--json', 'print one JSON object for each event');
  return pipelineVerb(
    command,
    `${pipelineHelp} You need permission to read the ledger, the link-ID secret, the workers' logs, the archive and the
dead-letter queues.

For a link, the trace shows the requests in the ledger: the one that made it, its last change, and a change under way. The
logs hold no link, so you can find other requests only by their requestId. A search of large logs is slow. --days limits it.

A link that has expired is no longer in the ledger. The trace then searches the archive's history of ended links. It reads the day
that logs or ledger show, and then the last --days days, the newest first. It makes a thousand requests to S3 at most, and prints
which days it left out. For a link that ended before, or whose address has a newer link, name the days with --ended. The history has
the create, the last change, the number of changes and the end. The logs have the renewals. Deleted links are not in the history.

The trace hides dead letters from other receivers for up to a minute. It prints no parameter of a link.

Exit codes:
  ${exitCode.found}  the trace found something
  ${exitCode.nothing}  it found nothing
  ${exitCode.notDone}  the verb failed, or was interrupted

Examples:
  onelink trace --source crm --request-id dispatch-803acb24
  onelink trace https://acme.onelink.me/A1b3/abc123 --days 60 --stack OneLink-production
  onelink trace A1b3/abc123 --ended 2026-03-01..2026-03-09 --stack OneLink-production
  onelink trace A1b3/abc123 --show-links --json --local`,
    trace,
  );
}

async function trace({ options, chosen, interrupted, progress, print }: Scene<Options>): Promise<number> {
  const pipeline = await chosen.deployed();
  const ports = await examinationPorts(chosen, pipeline);
  const asked = askedFor(options, ports.pipeline.settings);
  const search = {
    days: options.days,
    ...(options.ended && { ended: options.ended }),
    shown: { links: options.showLinks === true },
    interrupted,
    onStep: (words: () => string) => progress.update(words),
    onGap: (words: string) => {
      progress.clear();
      console.error(words);
    },
  };
  const { requests, happenings } =
    'address' in asked
      ? await tellStoryOfLink(asked.address, search, pipeline, ports)
      : { requests: [asked], happenings: await tellStory([asked], search, pipeline, ports) };
  for (const happening of happenings) {
    const { at, ...event } = happening;
    const instant = at === undefined ? null : new Date(at).toISOString();
    print({ at: instant, ...event }, happeningWords(happening, requests.length > 1));
  }
  if (interrupted.aborted) {
    console.error('Interrupted: there may be more.');
    return exitCode.notDone;
  }
  if (happenings.length > 0) return exitCode.found;
  console.error(
    requests.length === 0
      ? 'Neither the ledger nor the searched history has this link. To trace its command, use --source and --request-id.'
      : 'The trace found nothing. The command waits in its queue (onelink status), is older than the searched logs (--days), ' +
          'or never reached the pipeline.',
  );
  return exitCode.nothing;
}

/** @throws OperatorError if the options name neither a link nor a request */
function askedFor(
  { link, source, requestId }: Options,
  { templates }: Pick<PipelineSettings, 'templates'>,
): Request | { address: LinkAddress } {
  if (link === undefined && source !== undefined && requestId !== undefined) return { source, requestId };
  if (link === undefined || source !== undefined || requestId !== undefined) {
    throw new OperatorError('Name a link, or a request by --source and --request-id together.');
  }
  return { address: linkAddressOf(link, templates) };
}

const mostDays = 366;

/** `2026-03-09`, or a range. */
function daysIn(text: string): Days {
  const [first = '', last = first, ...more] = text.split('..');
  const [from, to] = [startOf(first), startOf(last)];
  const days = (to - from) / 86_400_000 + 1;
  if (more.length === 0 && days >= 1 && days <= mostDays) return { first, last };
  throw new InvalidArgumentError(
    `It must be like 2026-03-09 or 2026-03-01..2026-03-09, with the earlier day first, and ${mostDays} days at most.`,
  );
}

function startOf(day: string): number {
  const at = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(day) : Number.NaN;
  // Some engines take 2026-02-30 for a day of March.
  return !Number.isNaN(at) && dayOf(at) === day ? at : Number.NaN;
}
