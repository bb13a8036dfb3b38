import { describe, expect, test } from 'vitest';
import type { Stats } from '../../../../local/onelink-api/emulator.ts';
import { alarmCameAndWent, changesInOrder, checksOfAll } from '../../../../local/start/scenarios/checks.ts';
import type { StoryCommand } from '../../../../local/start/scenarios/commands.ts';
import { creates, stepOfLinks } from '../../../../local/start/scenarios/commands.ts';
import type { TimelineEvent } from '../../../../local/start/scenarios/timeline.ts';
import type { World } from '../../../../local/start/scenarios/world.ts';
import { givenLink } from '../../../world/given-outcome.ts';
import { givenAnswered } from './given-answered.ts';
import { givenFindings } from './given-findings.ts';

const at = (second: number) => `2026-03-09T10:00:0${second}Z`;

/** A story's end: its outcomes, the emulator's links, and the events of the timeline. */
function givenEnd(end: {
  correspondence?: ReturnType<typeof answered>[];
  links?: { shortlinkId: string; version?: string }[];
  mostReceives?: number;
  expired?: number;
  calls?: { permitted: boolean }[];
  refused?: Partial<Stats['refused']>;
  events?: TimelineEvent[];
}): World {
  const correspondence = end.correspondence ?? [];
  const links = (end.links ?? []).map(({ shortlinkId, version }) => ({
    onelinkId: 'A1b3',
    shortlinkId,
    payload: { af_sub1: version },
  }));
  const { stats } = givenFindings();
  const calls = { create: { '200': links.length } };
  return {
    correspondence: { all: () => correspondence, unsettled: 0, contradictions: 0, parked: 0 },
    api: {
      stats: async () => ({
        ...stats,
        calls,
        links: { ...stats.links, made: links.length },
        refused: { ...stats.refused, ...end.refused },
      }),
      links: async () => links,
    },
    cloud: {
      calls: () => end.calls ?? [{ permitted: true }],
      queues: async () => [
        { deadLetterQueueOf: [], visible: 0, inFlight: 0, delayed: 0, expired: end.expired ?? 0, mostReceives: 0 },
      ],
    },
    mostReceives: end.mostReceives ?? 1,
    timeline: { events: end.events ?? [] },
  } as unknown as World;
}

function answered({ command }: StoryCommand, line: number, shortlinkId: string) {
  const one = givenAnswered(line, { answer: { outcome: 'created', link: givenLink(shortlinkId) } });
  return { ...one, message: { ...one.message, command } };
}

const [create] = creates({ lane: 'campaign', name: 'wave', commands: 1, requestedAt: at(0) });
const correspondence = create === undefined ? [] : [answered(create, 1, 'a')];
const broken = async (world: World) => (await checksOfAll(world)).filter(({ holds }) => !holds).map(({ text }) => text);

describe('the checks of every story', () => {
  test('hold if outcomes and links agree', async () => {
    expect(correspondence).toHaveLength(1);
    expect(await broken(givenEnd({ correspondence, links: [{ shortlinkId: 'a' }] }))).toEqual([]);
  });

  test('fail for a missing link, and for an extra link', async () => {
    expect(await broken(givenEnd({ correspondence, links: [] }))).toEqual([
      '0 links created for 1 creates; in outcomes only: 1, at the API only: 0',
    ]);
    const [links, quota] = await broken(
      givenEnd({ correspondence, links: [{ shortlinkId: 'a' }, { shortlinkId: 'b' }] }),
    );
    expect(links).toBe('2 links created for 1 creates; in outcomes only: 0, at the API only: 1');
    expect(quota).toBe('2 calls of quota for 1 links created, changed or deleted; 409s among them: 0');
  });

  test('fail if SQS deleted a message, or delivered one too often', async () => {
    const links = [{ shortlinkId: 'a' }];
    expect(await broken(givenEnd({ correspondence, links, expired: 1, mostReceives: 7 }))).toEqual([
      'messages that SQS deleted at the end of their retention: 1',
      'no message received more than 6 of 20 times; the maximum: 7',
    ]);
  });
});

test.each([[{ rate: 2 }], [{ qrRate: 2 }], [{ v1Rate: 2 }]])(
  'a story fails if the API refuses calls for %j',
  async (refused) => {
    expect(await broken(givenEnd({ correspondence, links: [{ shortlinkId: 'a' }], refused }))).toEqual([
      'calls above the rate: 2',
    ]);
  },
);

test('a story fails if the template refuses a call', async () => {
  const calls = [{ permitted: true }, { permitted: false }];
  expect(await broken(givenEnd({ correspondence, links: [{ shortlinkId: 'a' }], calls }))).toEqual([
    "calls that the template's policies refuse: 1",
  ]);
});

test('a link must have its latest change, in whatever order the changes came', async () => {
  const step = (action: 'create' | 'update' | 'delete', number: number) =>
    stepOfLinks(action, { name: 'poster', links: 1, number, requestedAt: at(number) }).map((command) =>
      answered(command, number, 'poster-1'),
    );
  const changed = [...step('update', 3), ...step('create', 1), ...step('update', 2)];
  const holds = async (all: typeof changed, links: { shortlinkId: string; version: string }[]) =>
    (await changesInOrder(givenEnd({ correspondence: all, links }))).holds;

  expect(await holds(changed, [{ shortlinkId: 'poster-1', version: 'v3' }])).toBe(true);
  expect(await holds(changed, [{ shortlinkId: 'poster-1', version: 'v2' }])).toBe(false);
  expect(await holds([...changed, ...step('delete', 4)], [])).toBe(true);
  expect(await holds([...changed, ...step('delete', 4)], [{ shortlinkId: 'poster-1', version: 'v3' }])).toBe(false);
});

test('an alarm that changed only over a leap did not fire', () => {
  const event = (state: string, overLeap: boolean): TimelineEvent => ({
    ...{ at: at(0), what: 'alarm', alarm: 'governor-silent', state, overLeap },
  });
  const cameAndWent = (...events: TimelineEvent[]) => alarmCameAndWent(givenEnd({ events }), 'governor-silent').holds;
  expect(cameAndWent(event('ALARM', false), event('OK', false))).toBe(true);
  expect(cameAndWent(event('ALARM', true), event('OK', false))).toBe(false);
  expect(cameAndWent(event('ALARM', false))).toBe(false);
});
