import * as z from 'zod';
import { defineAct } from './act.ts';

/** Starts the replayer, which sends parked commands back to their queues. */
export const replay = defineAct({
  name: 'replay',
  fields: {},
  permission: 'operate',
  target: () => ({}),
  answer: z.object({}),
});
