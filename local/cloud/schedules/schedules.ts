import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Deployment, Resource } from '../assembly/deployment.ts';
import type { Clock } from '../clock.ts';
import type { NoticeBoard } from '../notices.ts';

export const targetProperties = z.looseObject({ Id: z.string(), Arn: z.string(), Input: z.string().optional() });

/** The properties of `AWS::Events::Rule` that are implemented, with a schedule and functions as targets. */
export const ruleProperties = z.looseObject({
  Name: z.string().optional(),
  ScheduleExpression: z.string().optional(),
  State: z.string().default('ENABLED'),
  Targets: z.array(targetProperties).default([]),
});

interface Timer {
  readonly everyMilliseconds: number;
  readonly ruleArn: string;
  readonly functionArn: string;
  readonly event: (at: Date) => string;
  nextAtMilliseconds: number;
}

const unitMilliseconds: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Fires the rules of a deployment that have a rate. */
export class Schedules {
  readonly #timers: Timer[] = [];
  readonly #clock: Clock;
  readonly #place: Deployment['place'];
  readonly #invoke: (ruleArn: string, functionArn: string, payload: string) => void;

  /**
   * @param atStart fire once at the first tick, instead of one interval later as EventBridge does
   * @param invoke takes the event and does not wait
   */
  constructor(
    deployment: Deployment,
    clock: Clock,
    notices: NoticeBoard,
    atStart: boolean,
    invoke: (ruleArn: string, functionArn: string, payload: string) => void,
  ) {
    this.#clock = clock;
    this.#place = deployment.place;
    this.#invoke = invoke;
    const add = (resource: Resource, expression: string, target: string, event: (at: Date) => string) => {
      const everyMilliseconds = parseRate(expression);
      const isFunction = deployment.find('AWS::Lambda::Function', target) !== undefined;
      if (everyMilliseconds !== undefined && isFunction) {
        const nextAtMilliseconds = clock.now() + (atStart ? 0 : everyMilliseconds);
        this.#timers.push({ ruleArn: resource.arn, everyMilliseconds, functionArn: target, event, nextAtMilliseconds });
        return;
      }
      const why = isFunction ? `${expression} never fires: only rate(…) does` : 'only functions are invoked as targets';
      notices.add('warning', resource.type, why, `${resource.stack}/${resource.logicalId}`);
    };
    for (const rule of deployment.resources('AWS::Events::Rule')) {
      const { ScheduleExpression, State, Targets } = deployment.properties(rule, ruleProperties);
      if (ScheduleExpression === undefined || State !== 'ENABLED') continue;
      for (const { Arn, Input } of Targets) {
        add(
          rule,
          ScheduleExpression,
          Arn,
          (at) => Input ?? JSON.stringify(this.#event('aws.events', rule.arn, at, {})),
        );
      }
    }
  }

  /** Fires the schedules that are due. After a leap of several intervals, each fires once. */
  tick(): void {
    const now = this.#clock.now();
    for (const timer of this.#timers) {
      if (now < timer.nextAtMilliseconds) continue;
      this.#invoke(timer.ruleArn, timer.functionArn, timer.event(new Date(now)));
      const passed = Math.floor((now - timer.nextAtMilliseconds) / timer.everyMilliseconds) + 1;
      timer.nextAtMilliseconds += passed * timer.everyMilliseconds;
    }
  }

  #event(source: string, arn: string, at: Date, detail: unknown) {
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source,
      account: this.#place.accountId,
      time: isoSeconds(at),
      region: this.#place.region,
      resources: [arn],
      detail,
    };
  }
}

/** Milliseconds between two firings of `rate(5 minutes)`. Undefined for any other expression. */
export function parseRate(expression: string): number | undefined {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  return count === undefined ? undefined : Number(count) * (unitMilliseconds[unit] ?? 0);
}

function isoSeconds(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}
