// The emulator, in a local run only. GET /api/emulator → EmulatorState; each POST answers with the new EmulatorState.

export interface EmulatorState {
  at: number;
  /** The emulator's clock. */
  now: number;
  monthlyQuota: number;
  quotaUsed: number;
  callsPerSecond: number;
  linksMade: number;
  linksAlive: number | null;
  faults: EmulatorFault[];
  /** Bad days that POST /api/emulator/rehearse begins. */
  rehearsals: { name: string; words: string }[];
}
export interface EmulatorFault {
  kind: string;
  operation: string;
  /** Null: without an end. */
  timesLeft: number | null;
}
/** POST /api/emulator/rehearse */
export interface RehearsalRequest {
  name: string;
}
/** POST /api/emulator/faults adds one; POST /api/emulator/well takes all away, and ends every rehearsal */
export interface FaultRequest {
  kind: string;
  operation: string;
  times?: number;
}
/** POST /api/emulator/quota */
export interface QuotaRequest {
  /** Calls that are left this month. */
  remaining: number;
}
/** POST /api/emulator/clock */
export interface ClockRequest {
  advanceSeconds: number;
}
