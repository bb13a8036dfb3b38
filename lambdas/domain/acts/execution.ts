import * as z from 'zod';
import { reason } from './act.ts';
import {
  allLanes,
  type DocumentAct,
  deliveriesName,
  documentActs,
  documentParameter,
  documentPrefix,
  documentRedrivePerSecond,
  redriveLimits,
} from './names.ts';
import type { Caller } from './record.ts';

/**
 * What a step of an SSM document sends to the operations function: the ID of its execution, and nothing else. What is asked for, and
 * by whom, Systems Manager states.
 */
export const executionCallSchema = z.strictObject({ execution: z.uuid().lowercase() });

/** An execution of an SSM document, as Systems Manager states it. */
export interface Execution {
  documentName: string;
  /** `InProgress` while a step runs. */
  status: string;
  /** The ARN of the user or the session that started it. */
  executedBy: string;
  /** Epoch milliseconds. */
  startedAtMilliseconds: number;
  parameters: Readonly<Record<string, readonly string[]>>;
  /** Whether a caller started just this: no other automation, association, change request or rate control did. */
  isDirect: boolean;
}

/** Which document of a pipeline has this name. Undefined if none of its acts has it. */
export function documentActOf(name: string, serviceName: string): DocumentAct | undefined {
  return documentActs.find((act) => name === `${documentPrefix(serviceName)}${act}`);
}

const callerArn = /^arn:[\w-]+:(?:iam|sts)::(\d{12}):\S{1,1000}$/;

/** The caller of an ARN of IAM or STS. */
export function callerOfArn(arn: string): Caller | undefined {
  const account = callerArn.exec(arn)?.[1];
  return account === undefined ? undefined : { arn, userId: '', account };
}

const { lane, queue, limit, reason: why } = documentParameter;
const one = <T extends z.ZodType>(value: T) => z.tuple([value]).transform(([only]) => only as z.output<T>);
/** A lane's name has 31 characters at most, and a source 64. */
const queueForm = /^([a-z0-9._-]{1,120}) (https?:\/\/\S{1,300})$/i;
const parametersOf = {
  pause: z.strictObject({ [lane]: one(z.string()), [why]: one(reason) }),
  resume: z.strictObject({ [lane]: one(z.string()), [why]: one(reason) }),
  replay: z.strictObject({ [why]: one(reason) }),
  redrive: z.strictObject({
    [queue]: one(z.string().regex(queueForm)),
    [limit]: one(z.enum(redriveLimits)).default('10'),
    [why]: one(reason),
  }),
};

/** What an execution asks for. A redrive names its queue, and the function finds the queue of its dead letters. */
export type AskedAct =
  | { act: { name: 'pause' | 'resume'; lanes: string[] }; reason: string }
  | { act: { name: 'replay' }; reason: string }
  | { act: { name: 'redrive'; queueUrl: string } & Moved; reason: string }
  | { act: { name: 'redrive-outcomes'; deadLettersUrl: string } & Moved; reason: string };

interface Moved {
  limit: number;
  perSecond: number;
  refused: string[];
}

/**
 * The act of an execution's parameters.
 *
 * @param lanes what `all` stands for
 * @returns undefined if this release's document has no such parameters
 */
export function askedAct(
  document: DocumentAct,
  given: Execution['parameters'],
  lanes: readonly string[],
): AskedAct | undefined {
  if (document === 'replay') {
    const parameters = parametersOf.replay.safeParse(given).data;
    return parameters && { act: { name: 'replay' }, reason: parameters[why] };
  }
  if (document === 'redrive') {
    const parameters = parametersOf.redrive.safeParse(given).data;
    return parameters && redriveOf(parameters[queue], Number(parameters[limit]), parameters[why]);
  }
  const parameters = parametersOf[document].safeParse(given).data;
  if (parameters === undefined) return undefined;
  const named = parameters[lane] === allLanes ? [...lanes] : [parameters[lane]];
  return { act: { name: document, lanes: named }, reason: parameters[why] };
}

function redriveOf(choice: string, limit: number, reason: string): AskedAct {
  const [, name = '', url = ''] = queueForm.exec(choice) ?? [];
  const moved = { limit, perSecond: documentRedrivePerSecond, refused: [] };
  return name === deliveriesName
    ? { act: { name: 'redrive-outcomes', deadLettersUrl: url, ...moved }, reason }
    : { act: { name: 'redrive', queueUrl: url, ...moved }, reason };
}
