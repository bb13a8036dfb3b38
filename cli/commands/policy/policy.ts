import { Command, Option } from 'commander';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { linkPoliciesOf } from '../../../lib/config/link-policies.ts';
import { producerJsonSchema } from '../../../schemas/producer-schema.ts';
import { accountContract } from '../../pipeline/account-contract.ts';
import { scanAddresses, segments } from '../../pipeline/link-scan.ts';
import { readLedger } from '../../pipeline/read-ledger.ts';
import { openReader, readingPace } from '../../pipeline/reader.ts';
import { count } from '../../terminal/count-option.ts';
import { tallyWords } from '../../terminal/outcome-words.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { n } from '../../words/words.ts';
import { verify } from '../verify/verification.ts';
import { brokenWords, checkPolicy, type PolicyResult, readWords } from './policy-check.ts';

/** Exit codes: scripts and the help text rely on them. */
export const exitCode = { kept: 0, broken: 1, notDone: 2 } as const;

interface CheckOptions extends VerbOptions {
  sample: number;
  all?: true;
  showLinks?: true;
}

interface SchemaOptions extends VerbOptions {
  source: string;
}

/** What the verb needs the configuration for. */
const configuredFor = 'the policies';

export function policyCommand(): Command {
  const check = new Command('check')
    .description('Holds existing links against the policies of lib/config/config.ts, by free GETs.')
    .option('--sample <number>', 'how many links to check, picked at random from all links', count(1, 1_000_000), 100)
    .addOption(new Option('--all', 'check every link').conflicts('sample'))
    .option('--show-links', 'also show the address of each link that breaks a policy; addresses are confidential')
    .option('--json', 'print one JSON object for each link that breaks a policy, and a summary at the end');
  const schema = new Command('schema')
    .description('Prints the JSON Schema of one producer’s commands: contract, templates and policies.')
    .argument('<source>', 'the producer, as in lib/config/config.ts');
  return new Command('policy')
    .description('Shows what links may hold and where they may lead.')
    .addCommand(pipelineVerb(check, checkHelp, runCheck))
    .addCommand(pipelineVerb(schema, schemaHelp, printSchema));
}

const checkHelp = `${pipelineHelp} You need permission to scan and read the ledger and to invoke the reader.

A policy applies to commands from its deployment on. Links that exist keep what they hold until an update. This verb finds
those that would not be made today. It prints rules and names of parameters, never a value. A policy that only
warns counts, and its rules are marked.

Exit codes:
  ${exitCode.kept}  all checked links keep the policies
  ${exitCode.broken}  some links break a policy
  ${exitCode.notDone}  the verb failed, or was interrupted

Examples:
  onelink policy check
  onelink policy check --all --json --stack OneLink-production > broken.ndjson`;

const schemaHelp = `
It reads lib/config/config.ts, and needs no AWS account. A schema cannot express the bounds of a TTL, the exact form of a
URL, or a URL in a parameter of the producer's own. To check those as well: onelink plan FILE

Exit codes:
  ${exitCode.kept}  printed
  ${exitCode.notDone}  the verb failed

Examples:
  onelink policy schema crm > crm.schema.json`;

async function printSchema({ options, chosen }: Scene<SchemaOptions>): Promise<number> {
  const { settings, account } = chosen.configuredFor(configuredFor);
  const { source } = options;
  const producer = settings.producers.find((one) => one.source === source);
  if (producer === undefined) {
    const known = settings.producers.map((one) => one.source).join(', ');
    throw new OperatorError(`There is no producer ${source} in ${chosen.configurationName}. It has: ${known}.`);
  }
  const { templates } = producer;
  const policies = linkPoliciesOf(settings);
  console.log(
    JSON.stringify(producerJsonSchema({ source, templates, policies, contract: accountContract(account) }), null, 2),
  );
  return exitCode.kept;
}

async function runCheck({ options, chosen, progress, interrupted }: Scene<CheckOptions>): Promise<number> {
  const configured = chosen.configuredFor(configuredFor);
  const policies = linkPoliciesOf(configured.settings);
  if (Object.keys({ ...policies.templates, ...policies.producers }).length === 0) {
    throw new OperatorError(
      `The pipeline has no policy: give a template or a producer in ${chosen.configurationName} one.`,
    );
  }
  const pipeline = await chosen.deployed();
  const { dynamo, table } = pipeline;
  const ledger = readLedger(pipeline);
  const { sustainedPerSecond, batchSize } = readingPace(configured);
  const stopped = new AbortController();
  const api = openReader(configured, pipeline, AbortSignal.any([interrupted, stopped.signal]));
  const ports = { ledger, api, clock: systemClock };
  const tally = new Map<PolicyResult['result'], number>();
  const rules = new Map<string, number>();
  let links = 0;
  const onChecked = ({ onelinkId, shortlinkId }: LinkAddress, check: PolicyResult) => {
    tally.set(check.result, (tally.get(check.result) ?? 0) + 1);
    const checked = [...tally.values()].reduce((sum, one) => sum + one, 0);
    progress.update(
      () =>
        `${n(checked)} checked, ${n(tally.get('broken') ?? 0)} break a policy, ${n(Math.round(sustainedPerSecond))} per second`,
    );
    if (check.result !== 'broken') return;
    const { source, requestId } = check.record;
    const link = options.showLinks ? `${onelinkId}/${shortlinkId}` : undefined;
    for (const one of check.broken) {
      const key = `${source}  ${onelinkId}  ${brokenWords(one)}`;
      rules.set(key, (rules.get(key) ?? 0) + 1);
    }
    if (!options.json && link === undefined) return;
    progress.clear();
    const words = check.broken.map(brokenWords).join(', ');
    console.log(
      options.json
        ? JSON.stringify({ kind: 'broken', source, requestId, onelinkId, link, broken: check.broken })
        : `${source}  ${requestId}  ${link}  ${words}`,
    );
  };
  await verify(
    options.all ? undefined : options.sample,
    {
      segments: Array.from({ length: segments }, (_, segment) =>
        scanAddresses(dynamo, { table, segment, signal: interrupted }),
      ),
      check: (address) => checkPolicy(address, policies, ports),
      checksAtOnce: 2 * batchSize,
      stop: () => stopped.abort(),
      onScanned: (sofar) => {
        links = sofar.links;
      },
      onChecked,
    },
    interrupted,
  );
  progress.clear();
  const checked = [...tally.values()].reduce((sum, one) => sum + one, 0);
  const isSample = !options.all && checked < links;
  const summary = {
    linksInLedger: links,
    sample: isSample,
    interrupted: interrupted.aborted,
    links: Object.fromEntries(tally),
  };
  if (options.json) console.log(JSON.stringify({ kind: 'summary', ...summary, rules: Object.fromEntries(rules) }));
  else {
    for (const [rule, count] of [...rules].sort(([, one], [, other]) => other - one))
      console.log(`${n(count)}  ${rule}`);
    const read = readWords(checked, links, options.all ? undefined : options.sample);
    console.error(`${read}: ${tallyWords(tally) || 'none checked'}`);
  }
  if (interrupted.aborted) {
    const what = 'the other links may break a policy as well. Run it again, or use --sample, which takes less time';
    console.error(`Interrupted: ${what}.`);
  }
  if ((tally.get('broken') ?? 0) > 0) return exitCode.broken;
  return interrupted.aborted || (tally.get('unread') ?? 0) > 0 ? exitCode.notDone : exitCode.kept;
}
