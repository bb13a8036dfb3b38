import * as z from 'zod';
import { laneStates } from '../control/control-record.ts';
import { defineAct, laneName } from './act.ts';

const lanes = z.array(laneName).min(1).max(100);

const answer = z.object({
  /** Each lane that was asked for, and lanes that change with it. */
  ordered: z.array(z.object({ lane: z.string(), changed: z.boolean(), state: z.enum(laneStates), words: z.string() })),
});

/** Pauses lanes until an operator resumes them. */
export const pause = defineAct({
  name: 'pause',
  fields: { lanes },
  permission: 'operate',
  needsReason: true,
  target: ({ lanes }) => ({ lanes }),
  answer,
});

/** Ends the pause of lanes. */
export const resume = defineAct({
  name: 'resume',
  fields: { lanes },
  permission: 'operate',
  target: ({ lanes }) => ({ lanes }),
  answer,
});
