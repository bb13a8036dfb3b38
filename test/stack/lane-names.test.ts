import { expect, test } from 'vitest';
import { lanesAtWork } from '../../cli/pipeline/lanes-at-work.ts';
import { validateConfiguration } from '../../lib/config/config-validation.ts';
import { config as other } from '../world/other-configuration.ts';
import { configuredApp } from './configured-app.ts';

/** Names that constructs, alarms, queues and outputs have parts of, and that a lane may have all the same. */
const names = ['commands', 'commandsqr', 'expiredlinks'];

test('each lane whose name is accepted has alarms and outputs of its own', { timeout: 60_000 }, () => {
  const [pipeline] = other.stages.live?.pipelines ?? [];
  if (other.stages.live === undefined || pipeline?.lanes.instant === undefined) throw new Error('no lane to copy');
  const lane = { ...pipeline.lanes.instant, rateShare: 0.05 };
  const configuration = validateConfiguration({
    ...other,
    stages: {
      live: {
        ...other.stages.live,
        pipelines: [
          {
            ...pipeline,
            lanes: Object.fromEntries(names.map((name) => [name, lane])),
            producers: [{ source: 'crm', principals: [], lanes: names, templates: ['Tps7'] }],
            campaigns: { approval: {} },
          },
        ],
      },
    },
  });
  const { template } = configuredApp(configuration, 'live');

  const outputs = Object.fromEntries(
    Object.entries(template.findOutputs('*')).map(([name, { Value }]) => [name, JSON.stringify(Value)]),
  );
  const lanes = lanesAtWork(outputs, 'ShortUrls-live');
  expect(lanes.map(({ name }) => name).sort()).toEqual([...names, 'expiry', 'qr'].sort());
  const mappings = lanes.flatMap(({ workers }) => workers.map(({ mappingId }) => mappingId));
  expect(new Set(mappings).size).toBe(names.length + 2);

  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
  const alarmNames = alarms.map(({ Properties }) => String(Properties.AlarmName));
  expect(new Set(alarmNames).size).toBe(alarms.length);
  for (const name of names) expect(alarmNames).toContain(`ShortUrls-live-${name}-lane-parked`);
});
