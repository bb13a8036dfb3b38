import { expect, it } from 'vitest';
import { alarmsNow } from '../../../../../cli/console/reading/alarms-now.ts';
import { entriesIn, runbook } from '../../../../../cli/console/reading/runbook.ts';
import { alarmIds } from '../../../../../lib/observability/alarm-line.ts';

it('has every alarm of the runbook, with its severity, its sections and its commands', async () => {
  const entries = await runbook();

  expect(alarmIds.filter((id) => !entries.has(id))).toEqual([]);
  for (const id of alarmIds) {
    const entry = entries.get(id);
    expect(entry?.severity, id).toMatch(/^(page|ticket)$/);
    expect(
      entry?.sections.map(({ title }) => title),
      id,
    ).toEqual(['Means', 'Check', 'Fix', 'Closed when']);
    for (const { markdown } of entry?.sections ?? []) expect(markdown, id).not.toBe('');
  }
});

it('takes the commands out of an entry', () => {
  const text =
    '# Runbook\n\n## one\n\nSeverity: page.\n\n**Means.** It is **bad**.\n\n**Fix.** Run:\n\n```sh\na "$STACK"\nb\n```\n';

  expect(entriesIn(text).get('one')).toEqual({
    severity: 'page',
    sections: [
      { title: 'Means', markdown: 'It is **bad**.', commands: [] },
      { title: 'Fix', markdown: 'Run:\n\n```sh\na "$STACK"\nb\n```', commands: ['a "$STACK"', 'b'] },
    ],
  });
});

it.each([
  ['RUNBOOK.md#one'],
  ['https://wiki.acme.example/RUNBOOK.md#one'],
  ['https://console.aws.amazon.com/systems-manager/documents/My-runbook-S-runbook-one/description?region=eu-west-1'],
])('lists alarms that are on first, with the commands for this stack: %s', async (address) => {
  const alarm = (AlarmName: string, StateValue: string, at: number) => ({
    AlarmName: `S-${AlarmName}`,
    StateValue,
    StateTransitionedTimestamp: new Date(at),
    AlarmDescription: `It is bad. ${address}`,
  });
  const MetricAlarms = [alarm('a', 'OK', 1), alarm('b', 'ALARM', 9), alarm('c', 'ALARM', 5)];
  const client = { send: async () => ({ MetricAlarms }) } as never;
  Object.setPrototypeOf(client, (await import('@aws-sdk/client-cloudwatch')).CloudWatchClient.prototype);
  const entry = { severity: 'page' as const, sections: [{ title: 'Fix', markdown: '', commands: ['run "$STACK"'] }] };

  const { alarms } = await alarmsNow(
    { cloudWatch: client, stackName: 'S', outputs: {} },
    new Map([['one', entry]]),
    10,
  );

  expect(alarms.map(({ name }) => name)).toEqual(['S-c', 'S-b', 'S-a']);
  expect(alarms[0]).toMatchObject({ entry: 'one', severity: 'page', description: 'It is bad.', since: 5 });
  expect(alarms[0]?.sections[0]?.commands).toEqual(['run S']);
});
