import fc from 'fast-check';
import type { Fate } from '../scheduler/scheduler.ts';
import { type HttpCallRun, HttpModelWorld } from './http-world.ts';

/** `a` and `b` have one content. Two contents share the key `c`, so only calls use it: over SQS the contract forbids that. */
type Key = 'a' | 'b' | 'c';
export type HttpStep =
  | { do: 'call'; key: Key; other: boolean; waitSeconds: number }
  | { do: 'copy'; key: 'a' | 'b' }
  | { do: 'receive'; first: number; count: number }
  | { do: 'answer'; calls: { place: number; fate: Fate }[] }
  | { do: 'kill-call' | 'kill-worker'; place: number; applied: boolean[] }
  | { do: 'deliver-again'; place: number }
  | { do: 'pause' | 'resume' }
  | { do: 'wait'; seconds: number; applied: boolean[] };

const place = fc.nat({ max: 11 });
const applied = fc.array(fc.boolean(), { maxLength: 4 });
const fate = fc.oneof(
  { weight: 16, arbitrary: fc.constant<Fate>('answered') },
  { weight: 4, arbitrary: fc.constantFrom<Fate>('lost-applied', 'lost', 'repeated') },
);
const call = fc.record({
  do: fc.constant('call' as const),
  key: fc.constantFrom<Key>('a', 'a', 'a', 'b', 'c'),
  other: fc.boolean(),
  waitSeconds: fc.constantFrom(0, 10, 25),
});
const answer = fc.record({
  do: fc.constant('answer' as const),
  calls: fc.array(fc.record({ place, fate }), { minLength: 1, maxLength: 10 }),
});
const killed = fc.constantFrom('kill-call' as const, 'kill-call' as const, 'kill-worker' as const);

const step: fc.Arbitrary<HttpStep> = fc.oneof(
  { weight: 6, arbitrary: call },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('copy' as const), key: fc.constantFrom('a' as const, 'b' as const) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('receive' as const), first: place, count: fc.constantFrom(1, 3) }),
  },
  { weight: 14, arbitrary: answer },
  { weight: 3, arbitrary: fc.record({ do: killed, place, applied }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deliver-again' as const), place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'resume' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      seconds: fc.constantFrom(1, 5, 11, 20, 400, 4_000),
      applied,
    }),
  },
);
export const httpSteps = fc.array(step, { minLength: 1, maxLength: 60, size: 'max' });

/** The two contents of `c`, and the one of each other key. */
const contentOf = (key: Key, other: boolean) => (key === 'c' && other ? 'c-other' : key);
const isApplied = (which: boolean[]) => (place: number) => which[place] ?? false;

/** Runs the steps, and then without faults until every call and every message has ended. */
export async function runHttp(steps: readonly HttpStep[]): Promise<HttpModelWorld> {
  const world = new HttpModelWorld();
  for (const one of steps) await perform(world, one);
  await comeToRest(world);
  return world;
}

async function perform(world: HttpModelWorld, step: HttpStep): Promise<void> {
  const { pipeline } = world;
  const { scheduler, queues } = pipeline;
  switch (step.do) {
    case 'call':
      await world.call(step.key, contentOf(step.key, step.other), step.waitSeconds);
      return;
    case 'copy':
      return world.copy(step.key, step.key);
    case 'receive':
      return world.receive(step.first, step.count);
    case 'answer':
      for (const { place, fate: wanted } of step.calls) {
        const pending = scheduler.pending[place % Math.max(1, scheduler.pending.length)];
        if (pending !== undefined) await scheduler.end(pending, fateOf(pending.port, wanted));
      }
      return;
    case 'kill-call': {
      const run = world.open[step.place % Math.max(1, world.open.length)];
      if (run !== undefined) await world.kill(run, isApplied(step.applied));
      return;
    }
    case 'kill-worker': {
      const environment = pipeline.running[step.place % Math.max(1, pipeline.running.length)];
      if (environment !== undefined) await pipeline.crash(environment, isApplied(step.applied));
      return;
    }
    case 'deliver-again': {
      const message = queues.link.messages[step.place % Math.max(1, queues.link.messages.length)];
      if (message !== undefined) queues.link.deliverAgain(message, pipeline.now, false);
      return;
    }
    case 'pause':
    case 'resume':
      world.isPaused = step.do === 'pause';
      return;
    case 'wait':
      return world.wait(step.seconds, isApplied(step.applied));
  }
}

/** A sleep has no answer to lose, and no SDK repeats a call to the OneLink API. */
function fateOf(port: string, fate: Fate): Fate {
  if (port === 'http.sleep') return 'answered';
  return fate === 'repeated' && port.startsWith('api.') ? 'answered' : fate;
}

/** Without faults, more rounds than these end nothing more. */
const mostRounds = 2_000;

/** Ends all requests in their order, and delivers all messages, until no call, worker or message is left. */
export async function comeToRest(world: HttpModelWorld): Promise<void> {
  const { pipeline } = world;
  const { scheduler, queues } = pipeline;
  world.isPaused = false;
  for (let round = 0; round < mostRounds; round++) {
    const pending = scheduler.pending.find(({ port }) => port !== 'http.sleep') ?? scheduler.pending[0];
    // A sleeper wakes up when nobody else has something to do.
    if (pending !== undefined && pending.port !== 'http.sleep') await scheduler.end(pending, 'answered');
    else if (queues.link.visible(pipeline.now).length > 0 && pipeline.running.length === 0) await world.receive(0, 3);
    else if (pending !== undefined) await scheduler.end(pending, 'answered');
    else if (queues.link.undone.length > 0) {
      const earliest = Math.min(...queues.link.undone.map(({ visibleAt }) => visibleAt));
      await world.wait(Math.max(0, earliest - pipeline.now) / 1000, () => false);
    } else return;
  }
  throw new Error('the run does not come to rest');
}

/** A client repeats its call until the answer is final, by the rules of docs/http.md. */
export async function untilAnswered(world: HttpModelWorld, key: string, content: string): Promise<HttpCallRun> {
  for (let attempt = 1; attempt <= 10; attempt++) {
    const run = await world.call(key, content, 10);
    if (run === undefined) throw new Error('a call found no environment');
    await comeToRest(world);
    const { status, type } = run.answer ?? { status: 0, type: '' };
    if (status === 200 || (status >= 400 && status < 500 && type !== 'in-progress' && status !== 429)) return run;
    await world.wait(2, () => false);
  }
  throw new Error(`${key}: no final answer`);
}
