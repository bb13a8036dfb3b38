import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { type ActResult, actResultSchema } from '../../lambdas/domain/acts/answer.ts';
import { type Act, type ActName, type AnswerTo, acts, definitionOf } from '../../lambdas/domain/acts/registry.ts';
import { actHeader, type Invocation } from '../../lambdas/domain/acts/request.ts';
import { OperatorError } from '../words/operator-error.ts';
import { notInvoked, refusalWords } from './act-errors.ts';
import { aheadInRefusal, clockWords, mostOffMilliseconds } from './clock.ts';
import { proofOf, type Signer } from './proof.ts';

/** What a program needs for acts. */
export interface OperationsAccess {
  /** It must not repeat a call: nobody knows whether a call without an answer was carried out. */
  lambda: Pick<LambdaClient, 'send' | 'config'>;
  functionName: string;
  functionArn: string;
  interrupted: AbortSignal;
  /** Called before each wait for other operators' acts. */
  onBusy?(): void;
  /** Called once if this computer's clock is minutes off, with the words for that. The signatures have AWS's time. */
  onClockOff?(words: string): void;
  /** Called if a part was carried out and its end could not be recorded. */
  onUnrecorded?(): void;
  /** Between two attempts while others act. */
  waitMilliseconds?: number;
  now?(): number;
  /** As in {@link Signer}. */
  variables?: Signer['variables'];
}

/** The program was interrupted before a part of an act. Parts before it are carried out. */
export class ActInterrupted extends OperatorError {
  override readonly name = 'ActInterrupted';
  constructor() {
    super('Interrupted before the act.');
  }
}

/** Parts take seconds, so somebody who acts for minutes on end is no accident. */
const patienceMilliseconds = 10 * 60_000;

/** A part whose begin was recorded, but whose answer to the function was lost, counts as begun. The next part begins anew. */
const mostBegunBefore = 3;

type Fields<Name extends ActName> = Omit<Act<Name>, 'name'>;

/** One act under one ID, in one part or in many. */
export class RunningAct {
  readonly id = randomUUID();
  readonly #access: OperationsAccess;
  readonly #reason: string | undefined;
  #parts = 0;
  /** How far this computer's clock is ahead of the function's, once a refusal has shown it. */
  #aheadMilliseconds: number | undefined;
  #hasNamedClock = false;

  constructor(access: OperationsAccess, reason: string | undefined) {
    this.#access = access;
    this.#reason = reason;
  }

  /**
   * Has the operations function carry out one part, and waits for its answer.
   *
   * @param isLast a part that ends what others have begun, also after an interruption
   * @throws ActInterrupted before the part; OperatorError if the function refuses it or cannot carry it out
   */
  async part<Name extends ActName>(name: Name, fields: Fields<Name>, isLast = false): Promise<AnswerTo<Name>> {
    const act = JSON.parse(JSON.stringify({ ...fields, name })) as Act<Name>;
    const result = await this.#performed(act, isLast);
    if (result.result === 'refused') throw new OperatorError(refusalWords(result.code, this.#ahead()));
    this.#nameClock();
    if (!result.recorded) this.#access.onUnrecorded?.();
    if (result.result === 'failed') throw new OperatorError(result.words);
    return acts[name].answer.parse(result.answer) as AnswerTo<Name>;
  }

  async #performed(act: Act, isLast: boolean): Promise<ActResult> {
    let wasLate = false;
    // Parts may run side by side.
    let part = ++this.#parts;
    for (let begunBefore = 0; ; ) {
      const result = await this.#accepted(act, part, isLast);
      if (result.result !== 'refused') return result;
      if (result.code === 'proof-late' && !wasLate) {
        wasLate = true;
        this.#aheadMilliseconds = this.#now() - result.nowMilliseconds;
      } else if (result.code === 'begun-before' && begunBefore < mostBegunBefore) {
        begunBefore += 1;
        part = ++this.#parts;
      } else {
        return result;
      }
    }
  }

  /** Waits while the function is throttled. A throttled call has begun nothing. */
  async #accepted(act: Act, part: number, isLast: boolean): Promise<ActResult> {
    const { interrupted, onBusy, waitMilliseconds = 1_000 } = this.#access;
    for (let waited = 0; ; waited += waitMilliseconds) {
      if (interrupted.aborted && !isLast) throw new ActInterrupted();
      const result = await this.#invoked(act, part);
      if (result !== 'busy') return result;
      if (waited >= patienceMilliseconds) {
        throw new OperatorError('Other operators’ acts still run after ten minutes. Try again later.');
      }
      onBusy?.();
      await sleep(waitMilliseconds, undefined, isLast ? {} : { signal: interrupted }).catch(() => {});
    }
  }

  /** @param wasLate AWS has refused the time of the signature once, and its client has measured AWS's time since */
  async #invoked(act: Act, part: number, wasLate = false): Promise<ActResult | 'busy'> {
    const { lambda, functionName, functionArn, variables } = this.#access;
    const alias = definitionOf(act).permission(act);
    const asked = {
      v: 1,
      actId: this.id,
      part,
      act,
      ...(this.#reason !== undefined && { reason: this.#reason }),
    } as const;
    const signer = { functionArn, credentials: lambda.config.credentials, variables };
    const header = actHeader({ functionArn, alias }, asked);
    const proof = await proofOf(signer, header, this.#now() - this.#ahead());
    const payload: Invocation = { ...asked, proof };
    const command = new InvokeCommand({
      FunctionName: functionName,
      Qualifier: alias,
      Payload: JSON.stringify(payload),
    });
    try {
      const { FunctionError, Payload } = await lambda.send(command);
      const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString() || 'null');
      if (FunctionError !== undefined) throw failed(answer);
      return actResultSchema.parse(answer);
    } catch (error) {
      if (error instanceof Error && error.name === 'TooManyRequestsException') return 'busy';
      // What AWS has refused has begun nothing.
      if (!wasLate && aheadInRefusal(error, this.#now()) !== undefined) return this.#invoked(act, part, true);
      throw notInvoked(error, act.name, `${functionName}:${alias}`);
    }
  }

  /** AWS's clients measure AWS's clock by the Date header of each answer. */
  #ahead(): number {
    return this.#aheadMilliseconds ?? -(this.#access.lambda.config.systemClockOffset ?? 0);
  }

  #nameClock(): void {
    if (this.#hasNamedClock || Math.abs(this.#ahead()) < mostOffMilliseconds) return;
    this.#hasNamedClock = true;
    this.#access.onClockOff?.(clockWords(this.#ahead()));
  }

  #now(): number {
    return this.#access.now?.() ?? Date.now();
  }
}

/** The way to act on a pipeline: its operations function, by the operator's own identity. */
export class Operations {
  readonly #access: OperationsAccess;

  constructor(access: OperationsAccess) {
    this.#access = access;
  }

  /** Begins an act of many parts. */
  begin(reason?: string): RunningAct {
    return new RunningAct(this.#access, reason);
  }

  /** An act in one part. @throws as {@link RunningAct.part} */
  act<Name extends ActName>(name: Name, fields: Fields<Name>, reason?: string): Promise<AnswerTo<Name>> {
    return this.begin(reason).part(name, fields);
  }
}

function failed(answer: unknown): OperatorError {
  const name = String(Reflect.get(Object(answer), 'errorType') ?? 'unknown');
  return new OperatorError(
    `The operations function failed (${name}), maybe in the middle of the act. To see what is recorded: onelink audit --since 1h`,
  );
}
