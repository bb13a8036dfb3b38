import type { CommandError } from './command-error.ts';

/** What became of one of many commands: its result, or why there is none. */
export type ManyResult<Result> = (Result & { error?: never }) | { requestId: string; error: CommandError };
