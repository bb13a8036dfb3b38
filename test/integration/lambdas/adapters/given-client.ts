import { afterEach } from 'vitest';
import { OneLinkClient } from '../../../../lambdas/adapters/onelink-client.ts';
import type { Turns } from '../../../../lambdas/domain/control/pacer.ts';
import type { Dialect } from '../../../../lambdas/domain/onelink/dialect.ts';
import type { Meaning } from '../../../../lambdas/domain/onelink/failure-table.ts';
import type { Operation } from '../../../../lambdas/domain/onelink/operation.ts';
import type { Clock } from '../../../../lambdas/domain/work/clock.ts';

/** Turns that are granted at once and counted. */
export interface CountedTurns extends Turns {
  /** For each turn, how often its holder called `sent`. */
  sent: number[];
  slowedDown: number;
}

function countedTurns(): CountedTurns {
  const turns: CountedTurns = {
    sent: [],
    slowedDown: 0,
    next: async () => {
      const index = turns.sent.push(0) - 1;
      return {
        sent: () => {
          turns.sent[index] = (turns.sent[index] ?? 0) + 1;
        },
      };
    },
    slowDown: () => {
      turns.slowedDown++;
    },
  };
  return turns;
}

const clock: Clock = {
  wallMilliseconds: () => Date.UTC(2026, 2, 10, 12),
  monotonicMilliseconds: () => performance.now(),
  sleep: async () => {},
};

export interface GivenClient {
  client: OneLinkClient;
  turns: CountedTurns;
  /** Calls that were sent, as `operation meaning`. */
  calls: string[];
  /** How often the client read a fresh token. */
  freshTokens: () => number;
}

const givenTurns: CountedTurns[] = [];

/** Expects that every call took its own turn and called `sent` exactly once. */
afterEach(({ expect }) => {
  for (const { sent } of givenTurns.splice(0)) expect(sent, 'each turn is given on once').toEqual(sent.map(() => 1));
});

export function givenClient(
  baseUrl: string,
  {
    token = 'local-token',
    fresh = token,
    timeoutMilliseconds = 5_000,
    at = clock,
    dialect = 'v2.0',
  }: { token?: string; fresh?: string; timeoutMilliseconds?: number; at?: Clock; dialect?: Dialect } = {},
): GivenClient {
  const turns = countedTurns();
  givenTurns.push(turns);
  const calls: string[] = [];
  let freshTokens = 0;
  const client = new OneLinkClient(
    { API_DIALECT: dialect, API_BASE_URL: baseUrl, CALL_TIMEOUT_MILLISECONDS: timeoutMilliseconds, CALLS_IN_FLIGHT: 4 },
    {
      token: {
        value: async () => token,
        fresh: async () => {
          freshTokens++;
          return fresh;
        },
      },
      turns,
      clock: at,
      onCall: (operation: Operation, meaning: Meaning) => calls.push(`${operation} ${meaning}`),
    },
  );
  return { client, turns, calls, freshTokens: () => freshTokens };
}
