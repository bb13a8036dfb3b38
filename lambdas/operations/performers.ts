import type { Facts } from '../domain/acts/act.ts';
import type { Caller } from '../domain/acts/record.ts';
import type { Act, ActName, AnswerTo } from '../domain/acts/registry.ts';

/** What an act may know of its call. */
export interface ActContext {
  by: Caller;
  /** Present if the act needs one. */
  reason: string | undefined;
}

/** What became of a part of an act. */
export interface Performed<Answer> {
  answer: Answer;
  /** Counts and names, for the audit record. */
  effect: Facts;
}

export type Performer<Name extends ActName> = (
  act: Act<Name>,
  context: ActContext,
) => Promise<Performed<AnswerTo<Name>>>;

/** The work of each act. */
export type Performers = { [Name in ActName]: Performer<Name> };

/** An act that its object does not allow. The caller and the audit get its words, which hold no value. */
export class ActFailed extends Error {
  override readonly name = 'ActFailed';
  /** What was done before. */
  readonly effect: Facts;

  constructor(words: string, effect: Facts = {}) {
    super(words);
    this.effect = effect;
  }
}
