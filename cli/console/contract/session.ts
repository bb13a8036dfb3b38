import type { ApiProblem } from './problem.ts';

// GET /api/session → Session

export interface Session {
  stack: string;
  stage: string | null;
  local: boolean;
  readOnly: boolean;
  region: string | null;
  /** Who the operator is for AWS. Null if nobody has asked yet, or AWS does not answer. */
  identity: { arn: string; account: string } | null;
  /** Why the console cannot work: no credentials, no stack, no local run. Empty if it can. */
  problems: ApiProblem[];
  lanes: string[];
  producers: { source: string; lanes: string[]; templates: string[] }[];
  templates: { onelinkId: string; domain: string | null }[];
  /** The hash routes of pages that this session has. `emulator` only in a local run. */
  pages: PageName[];
}

export const pageNames = ['overview', 'campaigns', 'links', 'stuck', 'alarms', 'audit', 'emulator'] as const;
export type PageName = (typeof pageNames)[number];
