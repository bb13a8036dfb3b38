import { noPolicy } from '../../../lambdas/domain/contract/command-reading.ts';
import { originalAttribute } from '../../../lambdas/domain/contract/original-message.ts';
import { firstSenderAttribute } from '../../../lambdas/domain/contract/sender.ts';
import { httpRulesSchema } from '../../../lambdas/domain/http/rules.ts';
import { httpApiEnvironment } from '../../../lambdas/http-api/env.ts';
import { httpApi } from '../../../lambdas/http-api/http-api.ts';
import type { HttpApiPorts } from '../../../lambdas/http-api/ports.ts';
import { readEnvironment } from '../../../lambdas/runtime/environment.ts';
import { eventOf, httpApiVariables, httpRules, type TestCall } from '../../world/http-world.ts';
import { InMemoryControl } from '../../world/in-memory-control.ts';
import { InMemoryHttpLimits, InMemoryHttpRecords } from '../../world/in-memory-http.ts';
import { linkIdSecret } from '../../world/link-world.ts';
import { silentObserver } from '../../world/stillness.ts';
import { quiet } from '../scheduler/scheduler.ts';
import { Pipeline } from '../world/pipeline.ts';
import { portsOf } from '../world/ports.ts';
import { ownSenders } from '../world/queue.ts';
import { linkWork } from '../world/workers.ts';

/** API Gateway ends a call after so long. */
const callSeconds = 29;
/** Calls and link workers that run at once. */
export const callsAtOnce = 3;
const workersAtOnce = 2;
/** The scheduler numbers environments. Those of the HTTP API begin here. */
const firstNumber = 1_000;

/** A call, and its answer. */
export interface HttpCallRun {
  number: number;
  key: string;
  content: string;
  startedAt: number;
  isDead: boolean;
  answer?: { status: number; type: string; body: string };
}

/** An environment of the HTTP API: it is built once, because compiling the command schema takes longer than a run. */
interface WarmApi {
  answer: ReturnType<typeof httpApi>;
  ports: HttpApiPorts;
}
const warm: WarmApi[] = [];

/** Two calls with one key, copies of their request over SQS, and link workers. The scheduler ends each of their requests. */
export class HttpModelWorld {
  readonly pipeline = new Pipeline();
  readonly records = new InMemoryHttpRecords();
  readonly limits = new InMemoryHttpLimits();
  readonly calls: HttpCallRun[] = [];
  isPaused = false;
  readonly #slots = new Map<HttpCallRun, number>();
  /** The slots of link workers, by the numbers of their environments. */
  readonly #workers = new Map<number, number>();
  #messages = 0;

  /** Calls that run. */
  get open(): HttpCallRun[] {
    return this.calls.filter(({ answer, isDead }) => answer === undefined && !isDead);
  }

  /** Starts a call with a create, unless too many run. */
  async call(key: string, content: string, waitSeconds: number): Promise<HttpCallRun | undefined> {
    const taken = new Set(this.open.map((one) => this.#slots.get(one)));
    const slot = Array.from({ length: callsAtOnce }, (_, index) => index).find((one) => !taken.has(one));
    if (slot === undefined) return undefined;
    const number = firstNumber + this.calls.length;
    const run: HttpCallRun = { number, key, content, startedAt: this.pipeline.now, isDead: false };
    this.calls.push(run);
    this.#slots.set(run, slot);
    const headers = { 'Idempotency-Key': key, ...(waitSeconds > 0 && { Prefer: `wait=${waitSeconds}` }) };
    const asked: TestCall = { method: 'POST', headers, body: bodyOf(content), query: { lane: 'campaign' } };
    const deadline = { remainingMilliseconds: () => callSeconds * 1000 - (this.pipeline.now - run.startedAt) };
    warmApi(slot, this.#portsOf(number))(eventOf(asked, `call-${number}`), deadline).then((raw) => {
      const type = /"type":"[^"]*#([a-z-]+)"/.exec(raw.body)?.[1] ?? '';
      run.answer = { status: raw.statusCode, type, body: raw.body };
    });
    await quiet();
    return run;
  }

  /** The same request over SQS, by the producer itself. */
  copy(key: string, content: string): void {
    const requestedAt = new Date(this.pipeline.now).toISOString();
    const command = { specVersion: '1.0', source: 'crm', requestId: key, requestedAt, ...bodyOf(content) };
    this.pipeline.queues.link.send(JSON.stringify(command), this.pipeline.now);
  }

  /** A link worker takes messages. */
  async receive(first: number, count: number): Promise<void> {
    const { pipeline } = this;
    if (this.isPaused || pipeline.running.length >= workersAtOnce) return;
    const visible = pipeline.queues.link.visible(pipeline.now);
    const from = first % Math.max(1, visible.length);
    const taken = pipeline.running.map(({ number }) => this.#workers.get(number));
    const slot = taken.includes(0) ? 1 : 0;
    await pipeline.receive('link', visible.slice(from, from + count), ({ number }) => {
      this.#workers.set(number, slot);
      return linkWork({ ...portsOf(pipeline, number), httpRecords: this.records }, 'reject', slot);
    });
  }

  /** An environment of the HTTP API is killed. Some of its requests in flight take effect. */
  async kill(run: HttpCallRun, isApplied: (place: number) => boolean): Promise<void> {
    run.isDead = true;
    await this.pipeline.scheduler.abandon(run.number, isApplied);
  }

  /** Time passes. Calls and workers that run for too long are killed. */
  async wait(seconds: number, isApplied: (place: number) => boolean): Promise<void> {
    const until = this.pipeline.now + seconds * 1000;
    for (const run of this.open) if (run.startedAt + callSeconds * 1000 < until) await this.kill(run, isApplied);
    await this.pipeline.wait(seconds, isApplied);
  }

  #portsOf(environment: number): HttpApiPorts {
    const { pipeline, records, limits } = this;
    const { scheduler, ledger } = pipeline;
    const call = <Value>(port: string, effect: () => Value | Promise<Value>): Promise<Value> =>
      scheduler.submit({ environment, port: `http.${port}`, subject: '', effect: async () => effect() });
    const control = new InMemoryControl();
    const now = () => pipeline.now;
    return {
      control: {
        read: () =>
          call('control', () => {
            const lane = { state: this.isPaused ? 'paused' : 'open', reason: 'operator', since: now() } as const;
            control.setRecord(now(), { lanes: { campaign: lane } });
            return control.read();
          }),
      },
      ledger: {
        requests: (asked) => call('requests', () => ledger.requests(asked)),
        link: (address) => call('link', () => ledger.link(address)),
      },
      records: {
        find: (asked) => call('find', () => records.find(asked)),
        claim: (record, over) => call('claim', () => records.claim(record, over)),
        markSent: (record, at) => call('markSent', () => records.markSent(record, at)),
        giveUp: (record) => call('giveUp', () => records.giveUp(record)),
        withdraw: (record) => call('withdraw', () => records.withdraw(record)),
        lastChange: (key) => call('lastChange', () => records.lastChange(key)),
        noteChange: (key, next, read) => call('noteChange', () => records.noteChange(key, next, read)),
        lastCode: (source, address) => call('lastCode', () => records.lastCode(source, address)),
        noteCode: (request, address) => call('noteCode', () => records.noteCode(request, address)),
        noteCampaign: (campaign, expiresAt) => call('noteCampaign', () => records.noteCampaign(campaign, expiresAt)),
      },
      limits: {
        takeRate: (source, places, by) => call('takeRate', () => limits.takeRate(source, places, by)),
        take: (place, at) => call('take', () => limits.take(place, at)),
        leave: (place) => call('leave', () => limits.leave(place)),
      },
      lanes: {
        send: (_, messages) =>
          call('send', () => {
            for (const { body, messageId, sentAtMilliseconds, sender } of messages) {
              const attributes = {
                [originalAttribute.messageId]: messageId,
                [originalAttribute.sentTimestamp]: String(sentAtMilliseconds),
                [firstSenderAttribute]: sender,
              };
              pipeline.queues.link.send(body, now(), attributes, [...ownSenders][0]);
            }
            return [];
          }),
      },
      linkIdSecret: { value: async () => linkIdSecret },
      reader: { read: async () => 'failed' },
      codes: { read: async () => undefined },
      policy: noPolicy,
      openapi: () => '{}',
      newMessageId: () => `http-${++this.#messages}`,
      random: () => 0.3,
      observer: silentObserver,
      clock: {
        wallMilliseconds: now,
        monotonicMilliseconds: now,
        // Somebody else may act before the sleeper wakes up.
        sleep: (milliseconds) =>
          call('sleep', () => {
            pipeline.now += milliseconds;
          }),
      },
    };
  }
}

/** A create whose data names its content. */
const bodyOf = (content: string) => ({ action: 'create', onelinkId: 'A1b3', data: { pid: 'sms', af_sub1: content } });

function warmApi(slot: number, next: HttpApiPorts): WarmApi['answer'] {
  const found = warm[slot] ?? newApi(next);
  warm[slot] = found;
  Object.assign(found.ports, next);
  return found.answer;
}

/** The HTTP API reads its ports when it begins, except these two, which go on to the ports of the present call. */
function newApi(first: HttpApiPorts): WarmApi {
  const target = { ...first };
  const clock: HttpApiPorts['clock'] = {
    wallMilliseconds: () => target.clock.wallMilliseconds(),
    monotonicMilliseconds: () => target.clock.monotonicMilliseconds(),
    sleep: (milliseconds) => target.clock.sleep(milliseconds),
  };
  const names = Object.keys(first) as (keyof HttpApiPorts)[];
  const ports = Object.defineProperties(
    {},
    Object.fromEntries(
      names.map((name) => [name, { enumerable: true, get: () => (name === 'clock' ? clock : target[name]) }]),
    ),
  ) as HttpApiPorts;
  const settings = readEnvironment(httpApiEnvironment, httpApiVariables);
  return { answer: httpApi(settings, httpRulesSchema.parse(httpRules), ports), ports: target };
}
