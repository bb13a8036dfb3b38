import { type MetricAlarm, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { severityOf } from '../../pipeline/alarm-severity.ts';
import type { DeployedPipeline } from '../../pipeline/deployed-pipeline.ts';
import type { AlarmItem, AlarmList } from '../contract/alarms.ts';
import type { RunbookEntry } from './runbook.ts';

const rank = { ALARM: 0, INSUFFICIENT_DATA: 1, OK: 2 } as const;

/** The alarms of a pipeline with their entries of the runbook. Those that are on come first, and the longest first. */
export async function alarmsNow(
  { cloudWatch: client, stackName, outputs }: Pick<DeployedPipeline, 'cloudWatch' | 'stackName' | 'outputs'>,
  entries: ReadonlyMap<string, RunbookEntry>,
  nowMilliseconds: number,
): Promise<AlarmList> {
  const alarms: AlarmItem[] = [];
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client }, { AlarmNamePrefix: `${stackName}-` })) {
    alarms.push(...MetricAlarms.map((alarm) => alarmItem(alarm, { stackName, outputs }, entries)));
  }
  alarms.sort((one, other) => rank[one.state] - rank[other.state] || (one.since ?? 0) - (other.since ?? 0));
  return { at: nowMilliseconds, alarms };
}

function alarmItem(
  alarm: MetricAlarm,
  { stackName, outputs }: Pick<DeployedPipeline, 'stackName' | 'outputs'>,
  entries: ReadonlyMap<string, RunbookEntry>,
): AlarmItem {
  const { AlarmName: name = '', AlarmDescription = '', StateValue, StateTransitionedTimestamp: since } = alarm;
  // A description ends in the address of its entry: in an SSM document, or at a URL or in a file with headings.
  const [address = '', id = ''] =
    /\S*(?:#|-runbook-)([a-z-]+)(?:\/description\?\S*)?\.?\s*$/.exec(AlarmDescription) ?? [];
  const entry = entries.get(id);
  const named = (command: string) => command.replaceAll('"$STACK"', stackName);
  return {
    name,
    entry: entry === undefined ? null : id,
    state: StateValue === 'ALARM' || StateValue === 'OK' ? StateValue : 'INSUFFICIENT_DATA',
    since: since?.getTime() ?? null,
    severity: severityOf(alarm, outputs) ?? entry?.severity ?? null,
    description: AlarmDescription.slice(0, AlarmDescription.length - address.length).trim(),
    sections: (entry?.sections ?? []).map((section) => ({ ...section, commands: section.commands.map(named) })),
  };
}
