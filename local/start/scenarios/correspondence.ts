import { AwaitedOutcomes, isParked, isSettled } from '../../../cli/pipeline/awaited-outcomes.ts';
import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import type { CampaignMessage } from '../campaign-input.ts';
import type { Answered } from '../report/reconciliation.ts';
import type { StoryCommand } from './commands.ts';
import type { Timeline } from './timeline.ts';

export type StoryMessage = CampaignMessage & { command: StoryCommand['command'] };
export type AnsweredCommand = Answered & { message: StoryMessage };

/** The commands sent, and their outcomes. */
export class Correspondence {
  readonly #awaited = new AwaitedOutcomes<StoryMessage>();
  readonly #timeline: Timeline;
  /** By lane and kind, since the last line of the timeline. */
  readonly #fresh = new Map<string, Map<string, number>>();
  /** Messages with two different final outcomes. */
  contradictions = 0;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  sent(message: StoryMessage, messageId: string): void {
    for (const receipt of this.#awaited.sent(message, messageId)) this.#note(receipt);
  }

  /** @returns true: there is nobody else to whom an outcome could belong */
  received(outcome: Outcome): true {
    this.#note(this.#awaited.received(outcome));
    return true;
  }

  #note(receipt: ReturnType<AwaitedOutcomes<StoryMessage>['received']>): void {
    if (receipt.kind === 'contradiction') this.contradictions += 1;
    if (receipt.kind !== 'news') return;
    const { lane, outcome, repeat } = receipt.outcome;
    const kinds = this.#fresh.get(lane) ?? new Map<string, number>();
    this.#fresh.set(lane, kinds);
    const kind = repeat ? 'repeated' : outcome;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }

  /** Adds the outcomes since the last call to the timeline, a line for each lane. */
  flush(): void {
    for (const [lane, kinds] of this.#fresh) {
      this.#timeline.add({ what: 'outcomes', lane, outcomes: Object.fromEntries(kinds) });
    }
    this.#fresh.clear();
  }

  /** The number of messages with their final outcome, or parked until there is quota. */
  get answeredOrParked(): number {
    return this.all().filter((one) => isSettled(one) || isParked(one)).length;
  }

  get parked(): number {
    return this.#awaited.parked;
  }

  /** The number of messages without their final outcome, parked ones included. */
  get unsettled(): number {
    return this.#awaited.unsettled;
  }

  all(): AnsweredCommand[] {
    return this.#awaited.all();
  }
}
