import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../../../../lambdas/domain/contract/outcome.ts';
import { eachAtOnce } from '../../../../lambdas/domain/work/at-once.ts';
import { rest } from '../../agreement/account.ts';
import { type FaultyPipeline, faultyPipeline } from '../../world/faulty-pipeline.ts';
import { HttpCaller } from './caller.ts';
import { type Expected, type KindOfCall, kindsOfCalls, labelOf, lastCall, waitSeconds } from './calls.ts';
import { httpDisagreements, lastingPlaces } from './http-agreement.ts';
import { type HttpKillOptions, HttpKills, type HttpPoint } from './http-kills.ts';

const sizes = { batchSize: 4, concurrency: 2, timeoutSeconds: 20, visibilityTimeoutSeconds: 6 };
/** Environments of the HTTP API start anew after each kill. On a busy machine, workers at the same time wait for their turn. */
const callTimeoutMilliseconds = 15_000;
/** Kinds of calls that run at the same time. Each has a client of its own. */
const kindsAtOnce = 5;
/** After so many undisturbed calls in a row, a kind has no more requests to kill at. */
const quietCalls = 2;
const mostCalls = 60;
const repeatAfterTheEnd = 'repeat after the end';
/** The rest of an invocation that a place among the waiting calls outlasts the wait by (lambdas/http-api/waiting.ts). */
const placeOutlastsMilliseconds = 2_500;
/** Half of the sample configuration's `http.concurrency`. */
const waitingPlaces = 10;

export interface HttpCrashOptions extends Omit<HttpKillOptions, 'words'> {
  /** The words of the kinds of calls. All by default. */
  kinds?: readonly string[];
  patienceSeconds: number;
}

/** What became of the calls of one kind. */
export interface HttpCallAccount {
  call: string;
  /** Calls with a key or a link of their own. */
  keys: number;
  kills: number;
  /** Keys whose calls were killed at least once, and whose answers are all equal. */
  equal: number;
}

export interface HttpCrashes {
  calls: HttpCallAccount[];
  points: HttpPoint[];
  /** All calls that the clients sent, repeats included. */
  sent: number;
  linksMade: number;
  links: number;
  randomKills: number;
  workerKills: number;
  /** Sentences, one for each broken promise. */
  disagreements: string[];
  seconds: number;
}

/**
 * Kills the HTTP API before and after each of its requests, for each kind of call, and workers at the same time. A client repeats
 * each call until it has the final answer, and then once more.
 */
export async function httpCrashPoints(
  { kinds: chosen, patienceSeconds, ...options }: HttpCrashOptions,
  progress: (line: string) => void,
): Promise<HttpCrashes> {
  const startedAt = performance.now();
  const kinds = kindsOfCalls.filter(({ word }) => chosen === undefined || chosen.includes(word));
  const words = [...kinds, lastCall].map(({ word }) => word);
  const kills = new HttpKills({ ...options, words });
  const heard: Outcome[] = [];
  const pipeline = await faultyPipeline({
    sizes,
    injector: kills,
    proxyApi: true,
    callTimeoutMilliseconds,
    heard: (outcome) => heard.push(outcome),
  });
  try {
    for (const name of pipeline.scheduled) if (name.includes('Governor')) await pipeline.run(name);
    const caller = new HttpCaller(pipeline.http, patienceSeconds);
    const run = { pipeline, caller, kills, expected: new Map<string, Expected>(), disagreements: [] as string[] };
    const calls: HttpCallAccount[] = [];
    await eachAtOnce(kindsAtOnce, kinds, async (kind) => {
      const account = await callsOf(kind, run);
      calls.push(account);
      progress(`${kind.name}: ${account.keys} keys, ${account.kills} kills`);
    });
    kills.stop();
    await callsAtOnce(run);
    await rest(pipeline);
    const { links } = pipeline.api.stats();
    return {
      calls,
      points: kills.points(),
      sent: caller.calls,
      linksMade: links.made,
      links: [...run.expected.values()].reduce((sum, one) => sum + one.links.length, 0),
      randomKills: options.randomKills - kills.randomLeft,
      workerKills: kills.workerKills,
      disagreements: [...run.disagreements, ...(await httpDisagreements(pipeline, run.expected, heard, words))],
      seconds: Math.round((performance.now() - startedAt) / 1000),
    };
  } finally {
    await pipeline.stop();
  }
}

interface HttpRun {
  pipeline: FaultyPipeline;
  caller: HttpCaller;
  kills: HttpKills;
  /** By label. */
  expected: Map<string, Expected>;
  disagreements: string[];
}

/** One client, which sends call after call until each request of its kind has met its kills. */
async function callsOf(kind: KindOfCall, run: HttpRun): Promise<HttpCallAccount> {
  const account: HttpCallAccount = { call: kind.name, keys: 0, kills: 0, equal: 0 };
  let quiet = 0;
  while (account.keys < mostCalls && (quiet < quietCalls || run.kills.randomLeft > 0)) {
    account.keys += 1;
    const { kills, isEqual } = await oneKey(kind, labelOf(kind, account.keys), run);
    account.kills += kills;
    if (kills > 0 && isEqual) account.equal += 1;
    quiet = kills === 0 ? quiet + 1 : 0;
  }
  return account;
}

/** A call under kills, repeated until its final answer. Two repeats follow, with kills and without. */
async function oneKey(kind: KindOfCall, label: string, { caller, kills, expected, disagreements }: HttpRun) {
  expected.set(label, kind.expected(label));
  const before = kind.before?.(label);
  if (before !== undefined) await caller.untilAnswered(before);
  const call = kind.call(label);
  kills.arm(label, kind.name);
  const first = await caller.untilAnswered(call);
  const killed = kills.disarm(label);
  kills.arm(label, repeatAfterTheEnd);
  const again = await caller.untilAnswered(call);
  const killedAgain = kills.disarm(label);
  const last = await caller.untilAnswered(call);
  const answers = [first, again, last];
  const wrong = answers.find(({ status }) => status !== 200);
  if (wrong !== undefined) disagreements.push(`${label}: ${wrong.status} ${wrong.type ?? ''}`);
  const isEqual = wrong === undefined && new Set(answers.map((one) => kind.sameIn(one))).size === 1;
  if (wrong === undefined && !isEqual) disagreements.push(`${label}: a repeat got another answer`);
  return { kills: killed + killedAgain, isEqual };
}

/**
 * After the last crash, the places of killed calls end, and the rate is free again. Then as many calls as there are places wait
 * at the same time.
 */
async function callsAtOnce({ pipeline, caller, expected, disagreements }: HttpRun): Promise<void> {
  const latest = Date.now() + waitSeconds * 1000 + placeOutlastsMilliseconds;
  disagreements.push(...lastingPlaces((await pipeline.ledger()).get('http-waiting'), latest));
  await sleep(latest - Date.now());
  const labels = Array.from({ length: waitingPlaces }, (_, index) => labelOf(lastCall, index + 1));
  for (const label of labels) expected.set(label, lastCall.expected(label));
  const answers = await Promise.all(labels.map((label) => caller.once(lastCall.call(label))));
  for (const [index, { status, hasWaited }] of answers.entries()) {
    if (!hasWaited) disagreements.push(`${labels[index]}: got ${status}, and no place among the waiting calls`);
  }
  // One whose time was up on a busy machine has its outcome later.
  await Promise.all(labels.map((label) => caller.untilAnswered(lastCall.call(label))));
}
