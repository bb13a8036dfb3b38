import type * as z from 'zod';
import type { Facts } from './act.ts';
import { alarmTest } from './alarms.ts';
import { campaignApprove, campaignCancel, campaignPause, campaignResume, campaignRetire } from './campaigns.ts';
import { redrive, redriveOutcomes } from './dead-letters.ts';
import { exportLinks } from './export.ts';
import { keyCreate, keyRevoke, keyRotate } from './keys.ts';
import { pause, resume } from './lanes.ts';
import type { Permission } from './names.ts';
import { replay } from './parked.ts';
import { purge } from './purge.ts';
import { quarantineDrop, quarantineRelease } from './quarantine.ts';
import { senderConfirm, senderReject } from './senders.ts';
import { subjectErase, subjectFind } from './subjects.ts';

/** Every act. A new one gets its line here, and its work in the operations function. */
export const acts = {
  pause,
  resume,
  'campaign-approve': campaignApprove,
  'campaign-pause': campaignPause,
  'campaign-resume': campaignResume,
  'campaign-cancel': campaignCancel,
  'campaign-retire': campaignRetire,
  replay,
  redrive,
  'redrive-outcomes': redriveOutcomes,
  purge,
  'quarantine-release': quarantineRelease,
  'quarantine-drop': quarantineDrop,
  'sender-confirm': senderConfirm,
  'sender-reject': senderReject,
  'key-create': keyCreate,
  'key-rotate': keyRotate,
  'key-revoke': keyRevoke,
  export: exportLinks,
  'subject-find': subjectFind,
  'subject-erase': subjectErase,
  'alarm-test': alarmTest,
} as const;

export type ActName = keyof typeof acts;
export type Act<Name extends ActName = ActName> = { [N in Name]: z.output<(typeof acts)[N]['schema']> }[Name];
export type AnswerTo<Name extends ActName> = z.output<(typeof acts)[Name]['answer']>;

/** What all definitions have in common. */
interface Definition {
  permission(act: Act): Permission;
  needsReason: boolean;
  target(act: Act): Facts;
}

/** The registry ties each name to the one type of its act. */
export const definitionOf = (act: Act) => acts[act.name] as unknown as Definition;

/** The act that these fields are. Undefined if this release knows no such act. */
export function actIn(fields: Record<string, unknown>): Act | undefined {
  return isActName(fields.name) ? acts[fields.name].schema.safeParse(fields).data : undefined;
}

export const actNames = Object.keys(acts) as ActName[];
export const isActName = (name: unknown): name is ActName => typeof name === 'string' && Object.hasOwn(acts, name);
