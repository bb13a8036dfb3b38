import { originalAttribute } from '../../../lambdas/domain/contract/original-message.ts';
import { wireJson } from '../../../lambdas/domain/contract/wire-json.ts';
import type { Fate } from '../scheduler/scheduler.ts';
import { type Environment, type Job, jobs, Pipeline } from '../world/pipeline.ts';
import { portsOf } from '../world/ports.ts';
import { type Attributes, answeredAs, type Message } from '../world/queue.ts';
import { type ConflictPolicy, expiryWork, intakeWork, linkWork, qrWork } from '../world/workers.ts';
import { inMessage, onelinkId, Producers, type SentCommand } from './commands.ts';
import type { ForgedAttributes, Scenario, Step } from './step.ts';

/** The most environments that run at once: a lane's reserved concurrency. */
const environmentsAtOnce = { link: 3, qr: 2, intake: 2, expiry: 2 } as const;
/** Well within the deduplication window of 75 days, to which the promise of exactly once is limited. */
const longestSeconds = 60 * 86_400;
/** Without faults, a message that is not done after so many deliveries will never be done. */
const mostDeliveriesAtRest = 20;

/** The result of one run, which the invariants check. */
export interface Run {
  pipeline: Pipeline;
  producers: Producers;
  policy: ConflictPolicy;
  /** Messages that never left their queue. */
  restless: string[];
}

/** Runs a scenario, and then runs without faults until all messages are done. */
export async function run({ policy, crossVersion, steps }: Scenario): Promise<Run> {
  const performance = new Performance(policy, crossVersion);
  for (const step of steps) await performance.perform(step);
  const restless = await performance.comeToRest();
  // The TTL deletes the records of ended links. Then the pipeline runs until all messages are done again.
  for (const record of performance.pipeline.overdue) performance.pipeline.sweep(record);
  restless.push(...(await performance.comeToRest()));
  const { pipeline, producers } = performance;
  return { pipeline, producers, policy, restless };
}

class Performance {
  readonly pipeline: Pipeline;
  readonly producers = new Producers();
  readonly #policy: ConflictPolicy;
  readonly #slots = new Map<Environment, number>();
  readonly #startedAt: number;

  constructor(policy: ConflictPolicy, crossVersion: Scenario['crossVersion']) {
    this.#policy = policy;
    this.pipeline = new Pipeline(crossVersion);
    this.#startedAt = this.pipeline.now;
  }

  async perform(step: Step): Promise<void> {
    const { pipeline, producers } = this;
    const { scheduler, queues } = pipeline;
    switch (step.do) {
      case 'send': {
        const message = this.#send(producers.make(step.command, pipeline.now), this.#attributesOf(step.forged));
        if (step.receive) await this.#receive('link', [message]);
        return;
      }
      case 'repeat': {
        const command = producers.earlier(step.earlier);
        if (command === undefined) return;
        const requestedAt = new Date(pipeline.now).toISOString();
        this.#send(step.stampedAnew ? { ...command, body: { ...command.body, requestedAt } } : command);
        return;
      }
      case 'receive': {
        const visible = queues[step.job].visible(pipeline.now);
        const first = step.first % Math.max(1, visible.length);
        return this.#receive(step.job, visible.slice(first, first + step.count));
      }
      case 'deliver-again': {
        const { messages } = queues[step.job];
        const message = messages[step.message % Math.max(1, messages.length)];
        if (message !== undefined) this.#noteCopy(message);
        if (message !== undefined) queues[step.job].deliverAgain(message, pipeline.now, step.uncounted);
        return;
      }
      case 'answer':
        for (const { place, fate } of step.calls) {
          const call = scheduler.pending[place % Math.max(1, scheduler.pending.length)];
          if (call !== undefined) await scheduler.end(call, fateOf(call.port, fate));
        }
        return;
      case 'finish': {
        const environment = this.#running(step.environment);
        if (environment !== undefined) await this.#finish([environment]);
        return;
      }
      case 'crash': {
        const environment = this.#running(step.environment);
        if (environment !== undefined) await pipeline.crash(environment, isApplied(step.applied));
        return;
      }
      case 'wait':
        if (pipeline.now + step.seconds * 1000 > this.#startedAt + longestSeconds * 1000) return;
        return pipeline.wait(step.seconds, isApplied(step.applied));
      case 'click':
        return pipeline.oneLink.click([...pipeline.oneLink.links.keys()][step.link] ?? '');
      case 'replay':
        return pipeline.replay();
      case 'purge':
        return pipeline.oneLink.purge(0);
      case 'make-by-hand':
        return pipeline.oneLink.makeByHand(`${onelinkId}/${step.address}`);
      case 'delete-by-hand':
        return pipeline.oneLink.deleteByHand(`${onelinkId}/${step.address}`);
      case 'make-outside':
        return pipeline.oneLink.makeOutside(`${onelinkId}/${step.address}`, step.api);
      case 'sweep': {
        const record = pipeline.overdue[step.record % Math.max(1, pipeline.overdue.length)];
        if (record !== undefined) pipeline.sweep(record);
        return;
      }
    }
  }

  /** Runs without faults: all environments finish, and the queues deliver each message until it is done. */
  async comeToRest(): Promise<string[]> {
    const { pipeline } = this;
    const queues = Object.values(pipeline.queues);
    const before = new Map(
      queues.flatMap(({ messages }) => messages.map((message) => [message, message.receiveCount])),
    );
    await this.#finish(pipeline.running);
    for (;;) {
      pipeline.replay();
      const undone = queues.flatMap((queue) => queue.undone);
      if (undone.length === 0) return [];
      const restless = undone.filter((message) => {
        return message.receiveCount - (before.get(message) ?? 0) > mostDeliveriesAtRest;
      });
      if (restless.length > 0) return restless.map(({ messageId }) => messageId);
      const earliest = Math.min(...undone.map(({ visibleAt }) => visibleAt));
      if (earliest > pipeline.now) await pipeline.wait((earliest - pipeline.now) / 1000, () => false);
      for (const job of jobs) {
        await this.#receive(job, pipeline.queues[job].visible(pipeline.now).slice(0, 10));
        await this.#finish(pipeline.running);
      }
    }
  }

  #attributesOf({ messageId, sentTimestamp, receiveCount }: ForgedAttributes = {}): Attributes {
    const { now } = this.pipeline;
    const timestamps = {
      'a-minute-ago': String(now - 60_000),
      ISO: new Date(now).toISOString(),
      tomorrow: String(now + 86_400_000),
      'before-the-window': String(now - 76 * 86_400_000),
      negative: '-1',
    };
    const forgedId = `forged-${this.producers.messages.size}`;
    return {
      ...(messageId && { [originalAttribute.messageId]: messageId === 'sound' ? forgedId : `not ${forgedId}` }),
      ...(sentTimestamp && { [originalAttribute.sentTimestamp]: timestamps[sentTimestamp] }),
      ...(receiveCount && { [originalAttribute.receiveCount]: receiveCount }),
    };
  }

  #send(command: SentCommand, attributes: Attributes = {}): Message {
    const message = this.pipeline.queues.link.send(wireJson(command.body), this.pipeline.now, attributes);
    const { messages, copied } = this.producers;
    if ([...messages.values()].some(({ request }) => request === command.request)) copied.add(command.request);
    messages.set(answeredAs(message), inMessage(command, this.pipeline.now));
    return message;
  }

  async #receive(job: Job, messages: Message[]): Promise<void> {
    const { pipeline } = this;
    const busy = pipeline.running.filter((environment) => environment.job === job);
    const taken = new Set(busy.map((environment) => this.#slots.get(environment)));
    const slot = [0, 1, 2].find((one) => !taken.has(one)) ?? 0;
    if (busy.length >= environmentsAtOnce[job]) return;
    await pipeline.receive(job, messages, (environment) => {
      this.#slots.set(environment, slot);
      const ports = portsOf(pipeline, environment.number);
      if (job === 'intake') return intakeWork(ports);
      if (job === 'expiry') return expiryWork(ports);
      return job === 'link' ? linkWork(ports, this.#policy, slot) : qrWork(ports);
    });
  }

  #noteCopy(message: Message): void {
    const command = this.producers.messages.get(answeredAs(message));
    if (command !== undefined) this.producers.copied.add(command.request);
  }

  #running(place: number): Environment | undefined {
    const { running } = this.pipeline;
    return running[place % Math.max(1, running.length)];
  }

  /** Answers the environments' calls in the order in which the environments made them. */
  async #finish(environments: Environment[]): Promise<void> {
    const numbers = new Set(environments.map(({ number }) => number));
    const { scheduler } = this.pipeline;
    for (;;) {
      const call = scheduler.pending.find(({ environment }) => numbers.has(environment));
      if (call === undefined) return;
      await scheduler.end(call, 'answered');
    }
  }
}

/** No SDK repeats a call to the OneLink API. Its client decides on a repeat by the answer (onelink-client.ts). */
function fateOf(port: string, fate: Fate): Fate {
  return fate === 'repeated' && port.startsWith('api.') ? 'answered' : fate;
}

function isApplied(applied: boolean[]): (place: number) => boolean {
  return (place) => applied[place] ?? false;
}
