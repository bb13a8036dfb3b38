import { Hono } from 'hono';
import * as z from 'zod';
import { reason as reasonForm } from '../../../lambdas/domain/acts/act.ts';
import { Operations } from '../../pipeline/operations.ts';
import { type ConsoleAct, consoleActSchema, formOf, verbOf } from '../acting/act-forms.ts';
import { perform } from '../acting/perform.ts';
import { pipelineWords } from '../acting/pipeline-words.ts';
import { acting } from '../acting/read-only.ts';
import { type RunPorts, Runs } from '../acting/runs.ts';
import { bodyOf } from '../bodies.ts';
import type { ActPreview } from '../contract/acts.ts';
import type { OpenDesk } from '../desk.ts';
import { ProblemError } from '../problem.ts';
import type { ConsoleWorld } from '../world.ts';

const acts = z.array(consoleActSchema).min(1).max(500);
const previewSchema = z.strictObject({ acts, reason: z.string().max(500).optional() });
const requestSchema = z.strictObject({ acts, reason: z.string().max(500).optional(), confirm: z.literal(true) });

/** Acts: each goes through the operations function, which records it under the operator's own identity. */
export function actRoutes(world: ConsoleWorld): Hono {
  const { desk, events, nowMilliseconds, problemOf, keepIn } = world;
  const runs = new Runs();
  const routes = new Hono();

  routes.post('/acts/preview', async (context) => {
    const { acts, reason } = await bodyOf(context, previewSchema);
    const { chosen } = await desk.open();
    const verbs = acts.map((act) => verbOf(act, reason, pipelineWords(chosen)));
    return context.json({ verbs, forms: acts.map(formOf) } satisfies ActPreview);
  });

  routes.post('/acts', acting(world), async (context) => {
    const { acts, reason: given } = await bodyOf(context, requestSchema);
    const reason = soundReason(given, acts);
    const open = await desk.open();
    const { run } = runs.begin(acts, { reason, pipeline: pipelineWords(open.chosen) }, portsFor(open, reason));
    return context.json(run);
  });

  routes.get('/acts', (context) => context.json(runs.all));

  function portsFor(open: OpenDesk, reason: string | undefined): RunPorts {
    const interrupted = desk.ended;
    // What the operator has to know beside the result.
    let notes: string[] = [];
    const onUnrecorded = () => void notes.push('Its end is not recorded: see audit-failing in the runbook.');
    const onClockOff = (words: string) => {
      // A local run may have a time of its own.
      if (open.chosen.local === undefined) notes.push(words);
    };
    const operations = new Operations({ ...open.deployed.operations, interrupted, onUnrecorded, onClockOff });
    return {
      perform: async (act, onStep) => {
        notes = [];
        const { effect, words } = await perform(act, reason, {
          ...{ operations, open, interrupted, keepIn, nowMilliseconds, onStep },
        });
        return { effect, words: [words, ...new Set(notes)].join(' ') };
      },
      problemOf,
      nowMilliseconds,
      emit: (run) => events.emit('act', run),
    };
  }

  return routes;
}

/** @throws ProblemError for a reason that the operations function would refuse */
function soundReason(given: string | undefined, acts: readonly ConsoleAct[]): string | undefined {
  const reason = given?.trim() || undefined;
  if (reason === undefined) {
    const needs = acts.find((act) => formOf(act).reason === 'required');
    if (needs !== undefined) throw new ProblemError('bad-request', 'This act needs a reason.');
    return undefined;
  }
  if (reasonForm.safeParse(reason).success) return reason;
  throw new ProblemError('bad-request', 'The reason must be one line, without control characters.');
}
