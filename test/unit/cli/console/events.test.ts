import { expect, it } from 'vitest';
import type { ActRun } from '../../../../cli/console/contract/acts.ts';
import type { ApiProblem } from '../../../../cli/console/contract/problem.ts';
import { Events } from '../../../../cli/console/events.ts';
import { Mailbox } from '../../../../cli/console/mailbox.ts';

const problem = (words: string): ApiProblem & { at: number } => ({ code: 'unavailable', words, do: [], at: 0 });
const run = (name: string, done: number): ActRun => ({
  run: name,
  startedAt: 0,
  endedAt: null,
  state: 'running',
  done,
  of: 2,
  items: [],
});

it('gives a slow page the newest state of each thing, once', async () => {
  const mailbox = new Mailbox();

  mailbox.send('problem', problem('old'));
  mailbox.send('act', run('a', 0));
  mailbox.send('problem', problem('new'));
  mailbox.send('act', run('b', 0));
  mailbox.send('act', run('a', 1));
  const letters = [await mailbox.next(), await mailbox.next(), await mailbox.next()];

  expect(letters.map((letter) => [letter?.event, JSON.parse(letter?.data ?? '')])).toEqual([
    ['problem', problem('new')],
    ['act', run('a', 1)],
    ['act', run('b', 0)],
  ]);
});

it('ends a wait when it is closed', async () => {
  const mailbox = new Mailbox();
  const next = mailbox.next();

  mailbox.close();

  expect(await next).toBeUndefined();
});

it('begins to read when a first page listens, and again after all have gone', () => {
  const events = new Events();
  let begun = 0;
  events.onFirst(() => {
    begun += 1;
  });

  const stops = [events.add(new Mailbox()), events.add(new Mailbox())];
  for (const stop of stops) stop();
  const isHeard = events.isHeard;
  events.add(new Mailbox());

  expect([begun, isHeard, events.isHeard]).toEqual([2, false, true]);
});
