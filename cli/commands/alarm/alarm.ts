import { SNSClient } from '@aws-sdk/client-sns';
import { Command, Option } from 'commander';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import type { AlarmSeverity } from '../../pipeline/alarm-severity.ts';
import type { DeployedPipeline } from '../../pipeline/deployed-pipeline.ts';
import { actingIn, reasonOf, reasonOption } from '../../terminal/acting.ts';
import { pipelineHelp, pipelineVerb, type Scene, type VerbOptions } from '../../terminal/pipeline-verb.ts';
import { type Check, checkLine, failed, notKnown, ok, warning } from '../doctor/check.ts';
import { deliveryOf } from './delivery.ts';
import { type Receivers, receiversOf } from './receivers.ts';
import { fixFor, testableAlarm } from './testable-alarm.ts';

/** Exit codes: scripts and the help text rely on them. */
const exitCode = { reached: 0, notReached: 1, notDone: 2 } as const;

interface Options extends VerbOptions {
  severity?: AlarmSeverity;
  reason?: string;
}

/** What a test of one severity found. */
interface Tested {
  check: Check;
  alarm?: string;
  receivers?: readonly string[];
}

export function alarmCommand(): Command {
  const test = new Command('test')
    .description('Fires one alarm of each severity, and shows who gets it. It pages people.')
    .addOption(new Option('--severity <severity>', 'only this one').choices(['page', 'ticket']))
    .option(...reasonOption)
    .option('--json', 'print one JSON object for each severity');
  return new Command('alarm')
    .description('Tests whether alarms reach somebody.')
    .addCommand(pipelineVerb<Options>(test, testHelp, run));
}

const testHelp = `${pipelineHelp}

The operations function sets the state of an alarm to ALARM, with a reason that begins with TEST. CloudWatch then notifies its
topic. The verb waits for that, and lists the subscriptions of the topic. The alarm returns to OK at its next evaluation, in about
a minute, and its topic gets a second message. It fires only an alarm that is OK, that publishes to topics and does nothing else,
and that returns by itself. A new alarm is OK once CloudWatch has evaluated it, within five minutes. Locally that takes one.

It proves that SNS has the message. Whether a person got it, only that person knows: ask.

Exit codes:
  ${exitCode.reached}  each tested topic has the message, and somebody has confirmed a subscription
  ${exitCode.notReached}  an alarm reaches nobody, or could not be tested; its line shows how to fix that
  ${exitCode.notDone}  the verb failed, or was interrupted

Examples:
  onelink alarm test --stack OneLink-production
  onelink alarm test --severity ticket --reason "new on-call rota"
  onelink alarm test --local`;

async function run(scene: Scene<Options>): Promise<number> {
  const { options, chosen, interrupted, print } = scene;
  const reason = reasonOf(options, 'Nothing was fired.');
  const deployed = await chosen.deployed();
  const topics = new Map<string, AlarmSeverity>();
  for (const severity of ['ticket', 'page'] as const) {
    // Both severities may have one topic. Then one test is enough.
    if (options.severity === undefined || options.severity === severity)
      topics.set(topicOf(deployed, severity), severity);
  }
  const results = new Set<Check['result']>();
  for (const [topicArn, severity] of topics) {
    if (interrupted.aborted) break;
    const { check, ...facts } = await tested(scene, deployed, { severity, topicArn, reason });
    print({ severity, topicArn, ...check, ...facts }, checkLine(check));
    results.add(check.result);
  }
  if (interrupted.aborted) return exitCode.notDone;
  return results.has('failed') || results.has('warning') ? exitCode.notReached : exitCode.reached;
}

const topicOf = (deployed: DeployedPipeline, severity: AlarmSeverity) =>
  deployed.output(severity === 'page' ? 'PageTopicArn' : 'TicketTopicArn');

async function tested(
  scene: Scene<Options>,
  deployed: DeployedPipeline,
  { severity, topicArn, reason }: { severity: AlarmSeverity; topicArn: string; reason: string | undefined },
): Promise<Tested> {
  const { chosen, progress, interrupted } = scene;
  const name = `alarm ${severity}`;
  const { cloudWatch, stackName } = deployed;
  const { name: alarm, unfit } = await testableAlarm(cloudWatch, { stackName, topicArn });
  if (alarm === undefined) {
    const why =
      [...unfit].map(([words, alarms]) => `${alarms} × ${words}`).join('; ') || 'no alarm publishes to its topic';
    return { check: warning(name, `none was fired: ${why}`, fixFor(unfit, topicArn)) };
  }
  const { firedAt } = await actingIn(scene, deployed).act('alarm-test', { alarm }, reason);
  progress.update(() => `${alarm} is fired: waiting until its topic has the message`);
  const watched = { alarm, topicArn, firedAt };
  const delivery = await deliveryOf(cloudWatch, watched, { clock: systemClock, interrupted });
  progress.clear();
  if (delivery.state === 'failed') return { alarm, check: failed(name, `${alarm}: ${delivery.why}`, admitCloudWatch) };
  if (delivery.state === 'unknown') {
    const fix = `See its history: aws cloudwatch describe-alarm-history --history-item-type Action --alarm-name "${alarm}"`;
    return { alarm, check: warning(name, `${alarm} is fired, and ${delivery.why}`, fix) };
  }
  const receivers = await receiversOf(new SNSClient(), topicArn);
  const check = reached(name, alarm, { receivers, topicArn, isLocal: chosen.local !== undefined });
  return { alarm, check, ...(receivers && { receivers: receivers.words }) };
}

function reached(
  name: string,
  alarm: string,
  { receivers, topicArn, isLocal }: { receivers: Receivers | undefined; topicArn: string; isLocal: boolean },
): Check {
  const fired = `${alarm} is fired, and its topic has the message`;
  const later = 'It returns to OK in about a minute, with a second message';
  if (receivers === undefined) return notKnown(name, `${fired}. You may not read who gets it. ${later}`);
  if (receivers.confirmed > 0) return ok(name, `${fired} for ${receivers.words.join(', ')}. ${later}`);
  if (isLocal) return notKnown(name, `${fired}. A local run prints its alarms itself. ${later}`);
  const pending =
    receivers.words.length > 0 ? `nobody has confirmed: ${receivers.words.join(', ')}` : 'nobody subscribes';
  const fix =
    receivers.words.length > 0
      ? 'Open the link in the mail that SNS sent. It expires after three days. Then subscribe again.'
      : `aws sns subscribe --topic-arn ${topicArn} --protocol email --notification-endpoint … (or alarms.email in the configuration)`;
  return failed(name, `${fired}, and ${pending}`, fix);
}

const admitCloudWatch =
  'The topic’s policy must admit cloudwatch.amazonaws.com, and so must its key (docs/deploying.md, “The key”).';
