import { Command } from 'commander';
import { type ExaminationPorts, examinationPorts } from '../../pipeline/dead-letters/examination.ts';
import { linkAddressOf } from '../../pipeline/link-address.ts';
import type { Request } from '../../pipeline/story/log-search.ts';
import { happeningWords } from '../../pipeline/story/story.ts';
import { requestsOfLink, tellStory } from '../../pipeline/story/tell-story.ts';
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
  showLinks?: true;
}

export function traceCommand(): Command {
  const command = new Command('trace')
    .description(
      'Shows the story of a command in order of time: calls, ledger, outcome, QR code, archive, dead letters.',
    )
    .argument('[link]', 'the short URL, or TEMPLATE/ID, of the command’s link')
    .option('--source <name>', 'the command’s source; with --request-id')
    .option('--request-id <id>', 'the command’s requestId; with --source')
    .option('--days <number>', 'how many days of logs to search', count(1, 3_653), 14)
    .option('--show-links', 'also show short URLs, which are confidential')
    .option('--json', 'print one JSON object for each event');
  return pipelineVerb(
    command,
    `${pipelineHelp} You need permission to read the ledger, the link-ID secret, the workers' logs, the archive and the
dead-letter queues.

For a link, the trace shows the requests in the ledger: the one that made it, its last change, and a change under way. The
logs hold no link, so you can find other requests only by their requestId. A search of large logs is slow. --days limits it.

The trace hides dead letters from other receivers for up to a minute. It prints no parameter of a link.

Exit codes:
  ${exitCode.found}  the trace found something
  ${exitCode.nothing}  it found nothing
  ${exitCode.notDone}  the verb failed, or was interrupted

Examples:
  onelink trace --source crm --request-id dispatch-803acb24
  onelink trace https://acme.onelink.me/A1b3/abc123 --days 60 --stack OneLink-production
  onelink trace A1b3/abc123 --show-links --json --local`,
    trace,
  );
}

async function trace({ options, chosen, interrupted, progress, print }: Scene<Options>): Promise<number> {
  const pipeline = await chosen.deployed();
  const ports = await examinationPorts(chosen, pipeline);
  const requests = await requestsMeant(options, ports);
  const search = {
    days: options.days,
    shown: { links: options.showLinks === true },
    interrupted,
    onStep: (words: () => string) => progress.update(words),
    onGap: (words: string) => {
      progress.clear();
      console.error(words);
    },
  };
  const happenings = await tellStory(requests, search, pipeline, ports);
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
      ? 'The ledger does not have this link. To trace its command, use --source and --request-id.'
      : 'The trace found nothing. The command waits in its queue (onelink status), is older than the searched logs (--days), ' +
          'or never reached the pipeline.',
  );
  return exitCode.nothing;
}

/** @throws OperatorError if the options name neither a link nor a request */
async function requestsMeant(
  { link, source, requestId }: Options,
  { ledger, pipeline }: ExaminationPorts,
): Promise<Request[]> {
  if (link === undefined && source !== undefined && requestId !== undefined) return [{ source, requestId }];
  if (link === undefined || source !== undefined || requestId !== undefined) {
    throw new OperatorError('Name a link, or a request by --source and --request-id together.');
  }
  const record = await ledger.link(linkAddressOf(link, pipeline.settings.templates));
  return record === undefined ? [] : requestsOfLink(record);
}
