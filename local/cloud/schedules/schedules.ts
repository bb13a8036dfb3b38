import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Deployment } from '../assembly/deployment.ts';
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

/**
 * Prepares the rules of a deployment that have a rate.
 * @param atStart fire once at the first call, instead of one interval later as EventBridge does
 * @param invoke takes the event and does not wait
 * @returns fires the schedules that are due. After a leap of several intervals, each fires once
 */
export function startSchedules(
  deployment: Deployment,
  clock: Clock,
  notices: NoticeBoard,
  atStart: boolean,
  invoke: (ruleArn: string, functionArn: string, payload: string) => void,
): () => void {
  const timers = deployment.resources('AWS::Events::Rule').flatMap((rule): Timer[] => {
    const { ScheduleExpression, State, Targets } = deployment.properties(rule, ruleProperties);
    if (ScheduleExpression === undefined || State !== 'ENABLED') return [];
    const everyMilliseconds = parseRate(ScheduleExpression);
    return Targets.flatMap(({ Arn: functionArn, Input }) => {
      const isFunction = deployment.find('AWS::Lambda::Function', functionArn) !== undefined;
      if (everyMilliseconds === undefined || !isFunction) {
        const never = `${ScheduleExpression} never fires: only rate(…) does`;
        notices.add('warning', rule.type, isFunction ? never : 'only functions are invoked as targets', rule.where);
        return [];
      }
      const event = (at: Date) => Input ?? JSON.stringify(scheduledEvent(rule.arn, at, deployment.place));
      const nextAtMilliseconds = clock.now() + (atStart ? 0 : everyMilliseconds);
      return [{ ruleArn: rule.arn, everyMilliseconds, functionArn, event, nextAtMilliseconds }];
    });
  });
  return () => {
    const now = clock.now();
    for (const timer of timers) {
      if (now < timer.nextAtMilliseconds) continue;
      invoke(timer.ruleArn, timer.functionArn, timer.event(new Date(now)));
      const passed = Math.floor((now - timer.nextAtMilliseconds) / timer.everyMilliseconds) + 1;
      timer.nextAtMilliseconds += passed * timer.everyMilliseconds;
    }
  };
}

function scheduledEvent(arn: string, at: Date, { accountId, region }: Deployment['place']) {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: accountId,
    time: `${at.toISOString().slice(0, 19)}Z`,
    region,
    resources: [arn],
    detail: {},
  };
}

/** Milliseconds between two firings of `rate(5 minutes)`. Undefined for any other expression. */
export function parseRate(expression: string): number | undefined {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  return count === undefined ? undefined : Number(count) * (unitMilliseconds[unit] ?? 0);
}
