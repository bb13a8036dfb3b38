import { describe, expect, test } from 'vitest';
import { alarmCameAndWent, changesInOrder, checksOfAll } from '../../../../local/start/scenarios/checks.ts';
import type { StoryCommand } from '../../../../local/start/scenarios/commands.ts';
import { creates, stepOfLinks } from '../../../../local/start/scenarios/commands.ts';
import type { TimelineEvent } from '../../../../local/start/scenarios/timeline.ts';
import type { World } from '../../../../local/start/scenarios/world.ts';
import { givenLink } from '../../../world/given-outcome.ts';
import { givenAnswered } from './given-answered.ts';
import { givenFindings } from './given-findings.ts';

const at = (second: number) => `2026-03-09T10:00:0${second}Z`;

/** A story's end: what was answered, what the emulator holds, what else there was to see. */
function givenEnd(end: {
  told?: ReturnType<typeof answered>[];
  links?: { shortlinkId: string; version?: string }[];
  mostReceives?: number;
  expired?: number;
  events?: TimelineEvent[];
}): World {
  const told = end.told ?? [];
  const links = (end.links ?? []).map(({ shortlinkId, version }) => ({
    onelinkId: 'A1b3',
    shortlinkId,
    payload: { af_sub1: version },
  }));
  const { stats } = givenFindings();
  const calls = { create: { '200': links.length } };
  return {
    told: { all: () => told, unsettled: 0, contradictions: 0, parked: 0 },
    api: {
      stats: async () => ({ ...stats, calls, links: { ...stats.links, made: links.length } }),
      links: async () => links,
    },
    cloud: {
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
const told = create === undefined ? [] : [answered(create, 1, 'a')];
const broken = async (world: World) => (await checksOfAll(world)).filter(({ holds }) => !holds).map(({ text }) => text);

describe('what must hold after every story', () => {
  test('holds when all adds up', async () => {
    expect(told).toHaveLength(1);
    expect(await broken(givenEnd({ told, links: [{ shortlinkId: 'a' }] }))).toEqual([]);
  });

  test('does not when a link is missing, or one too many', async () => {
    expect(await broken(givenEnd({ told, links: [] }))).toEqual([
      '0 links made for 1 creates; told of but not there: 1, there but not told of: 0',
    ]);
    const [links, quota] = await broken(givenEnd({ told, links: [{ shortlinkId: 'a' }, { shortlinkId: 'b' }] }));
    expect(links).toBe('2 links made for 1 creates; told of but not there: 0, there but not told of: 1');
    expect(quota).toBe('2 calls of quota for 1 links made, changed or deleted; 409s among them: 0');
  });

  test('does not when SQS dropped a message, or delivered one too often', async () => {
    const links = [{ shortlinkId: 'a' }];
    expect(await broken(givenEnd({ told, links, expired: 1, mostReceives: 7 }))).toEqual([
      'messages that SQS dropped for their age: 1',
      'no message received more than 6 of 20 times; the most: 7',
    ]);
  });
});

test('the change that was asked for last is the one that counts, in whatever order they came', async () => {
  const step = (action: 'create' | 'update' | 'delete', number: number) =>
    stepOfLinks(action, { name: 'poster', links: 1, number, requestedAt: at(number) }).map((command) =>
      answered(command, number, 'poster-1'),
    );
  const changed = [...step('update', 3), ...step('create', 1), ...step('update', 2)];
  const holds = async (all: typeof changed, links: { shortlinkId: string; version: string }[]) =>
    (await changesInOrder(givenEnd({ told: all, links }))).holds;

  expect(await holds(changed, [{ shortlinkId: 'poster-1', version: 'v3' }])).toBe(true);
  expect(await holds(changed, [{ shortlinkId: 'poster-1', version: 'v2' }])).toBe(false);
  expect(await holds([...changed, ...step('delete', 4)], [])).toBe(true);
  expect(await holds([...changed, ...step('delete', 4)], [{ shortlinkId: 'poster-1', version: 'v3' }])).toBe(false);
});

test('an alarm that only a leap has moved has not gone off', () => {
  const event = (state: string, overLeap: boolean): TimelineEvent => ({
    ...{ at: at(0), what: 'alarm', alarm: 'governor-silent', state, overLeap },
  });
  const cameAndWent = (...events: TimelineEvent[]) => alarmCameAndWent(givenEnd({ events }), 'governor-silent').holds;
  expect(cameAndWent(event('ALARM', false), event('OK', false))).toBe(true);
  expect(cameAndWent(event('ALARM', true), event('OK', false))).toBe(false);
  expect(cameAndWent(event('ALARM', false))).toBe(false);
});
