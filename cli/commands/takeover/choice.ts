import { type Command, Option } from 'commander';
import { dialectLimits } from '../../../lambdas/domain/onelink/dialect.ts';
import { dialectOf } from '../../../lib/config/account-api.ts';
import { laneReader } from '../../pipeline/lane-reader.ts';
import { actionByFindings, type Decided } from '../../pipeline/takeover/classes.ts';
import type { Choice } from '../../pipeline/takeover/notes.ts';
import { OperatorError } from '../../words/operator-error.ts';
import type { ListOptions, OpenTakeover } from './list-options.ts';

/** What `plan` and `run` take alike: how to take the links over. */
export interface ChoiceOptions extends ListOptions {
  lane?: string;
  adopt?: true;
  migrate?: true;
  ttl?: string;
  renewTtl?: 'yes' | 'no';
  keepUntil?: string;
}

export function withChoice(command: Command): Command {
  return command
    .option('--lane <name>', 'the lane (default: the producer’s first)')
    .addOption(
      new Option('--adopt', 'record the links that the API shows, and change nothing there').conflicts('migrate'),
    )
    .option('--migrate', 'update the links that the API shows with their own data: one call of the quota each')
    .option('--ttl <time>', 'the TTL of the links, such as 31d: a migration sets it; no GET of version 1.0 shows it')
    .addOption(
      new Option('--renew-ttl <flag>', 'whether clicks extend the links’ life: no GET shows it').choices(['yes', 'no']),
    )
    .option('--keep-until <time>', 'keep the links alive until then, as ISO 8601: 2027-12-31T00:00:00Z');
}

/**
 * How to take over the links that the API shows. The first run decides it for all later ones.
 *
 * @param again whether another attempt begins, which may have another choice
 * @throws OperatorError if the options differ from those of the first run, have a fault or have no effect
 */
export function decided(options: ChoiceOptions, takeover: OpenTakeover, again = false): Decided {
  const { pipeline } = takeover;
  const { adopt, migrate, ttl, renewTtl, keepUntil } = options;
  const action = adopt ? 'adopt' : migrate ? 'migrate' : undefined;
  const dialect = dialectOf(pipeline.account);
  if (action === 'migrate' && !dialectLimits[dialect].migrates) {
    throw new OperatorError(
      'The account has version 1.0 of the API, which cannot migrate a link. Take the links over with --adopt.',
    );
  }
  const given: Partial<Choice> = {
    ...(action !== undefined && { action }),
    ...(ttl !== undefined && { ttl }),
    ...(renewTtl !== undefined && { renewTtl }),
    ...(keepUntil !== undefined && { keepUntil }),
  };
  const decision = decisionOf(given, takeover, again);
  refuseFaults(given, decision.choice?.action, takeover);
  return decision;
}

function decisionOf(given: Partial<Choice>, { notes, pipeline }: OpenTakeover, again: boolean): Decided {
  const begun = notes.attempts.at(-1);
  if (begun !== undefined) {
    const choice = nextChoice(begun, given);
    if (!again && JSON.stringify(choice) !== JSON.stringify(begun)) throw new OperatorError(otherChoice(begun));
    return { choice, by: 'begun' };
  }
  const { action } = given;
  if (action !== undefined) return { choice: { ...given, action }, by: 'chosen' };
  const byFindings = actionByFindings(dialectOf(pipeline.account), notes.found);
  return byFindings === undefined
    ? { choice: undefined, by: undefined }
    : { choice: { ...given, action: byFindings.action }, by: byFindings.by };
}

/** An adopt states facts of the link, and a migration changes it. So the options of one do not hold for the other. */
function nextChoice(begun: Choice, given: Partial<Choice>): Choice {
  const { action = begun.action } = given;
  return action === begun.action ? { ...begun, ...given } : { ...given, action };
}

/** Before hours of GETs, and before an attempt is noted. */
function refuseFaults(given: Partial<Choice>, action: Choice['action'] | undefined, takeover: OpenTakeover): void {
  const { account } = takeover.pipeline;
  const { tellsExpiry, migrates } = dialectLimits[dialectOf(account)];
  if (given.ttl !== undefined && action === 'adopt' && tellsExpiry) {
    throw new OperatorError(
      '--ttl has no effect with --adopt: version 2.0 of the API reports the TTL of each link. Leave it out. To change the TTL, use --migrate.',
    );
  }
  const faults = faultsOf(given, action ?? (migrates ? 'migrate' : 'adopt'), takeover);
  if (faults.length > 0) throw new OperatorError(`${faults.join('\n')}\nCorrect the options. Nothing was sent.`);
}

const optionsByPath: Readonly<Record<string, string>> = {
  ttl: '--ttl',
  renewTtl: '--renew-ttl',
  keepUntil: '--keep-until',
};

/** The faults that the lane's worker would find in the options. Policies differ by template, so the rows' check holds them. */
function faultsOf(
  { ttl, renewTtl, keepUntil }: Partial<Choice>,
  action: Choice['action'],
  { pipeline, campaign: { source }, lane, template }: OpenTakeover,
): string[] {
  const now = Date.now();
  const command = {
    specVersion: '1.0',
    source,
    requestId: 'options',
    action,
    onelinkId: template,
    shortlinkId: 'options',
    requestedAt: new Date(now).toISOString(),
    ...(ttl !== undefined && { ttl }),
    ...(renewTtl !== undefined && { renewTtl: renewTtl === 'yes' }),
    ...(keepUntil !== undefined && { keepUntil }),
  };
  const reading = laneReader(pipeline, lane)({ command, faults: [] }, now);
  if (!('refused' in reading)) return [];
  return reading.refused.faults.flatMap(({ path, rule, message }) => {
    const option = rule.startsWith('policy-') ? undefined : optionsByPath[path];
    return option === undefined ? [] : [`${option}: ${message}. [${rule}]`];
  });
}

/** A choice as its options: `--adopt --keep-until 2027-12-31T00:00:00Z`. */
export const choiceOptions = ({ action, ttl, renewTtl, keepUntil }: Choice): string =>
  [
    `--${action}`,
    ...(ttl === undefined ? [] : [`--ttl ${ttl}`]),
    ...(renewTtl === undefined ? [] : [`--renew-ttl ${renewTtl}`]),
    ...(keepUntil === undefined ? [] : [`--keep-until ${keepUntil}`]),
  ].join(' ');

const otherChoice = (begun: Choice) =>
  `This takeover has begun with ${choiceOptions(begun)}. Leave the options out. For rejected links, other options go with --again.`;
