/** Exit codes of the takeover verbs: scripts and the help texts rely on them. */
export const exitCode = { done: 0, incomplete: 1, notDone: 2, stillRunning: 3 } as const;
