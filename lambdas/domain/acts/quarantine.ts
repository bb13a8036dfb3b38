import * as z from 'zod';
import { defineAct } from './act.ts';

/** An object in quarantine. An act must not reach anything else in the bucket. */
export const quarantineKeyForm = /^quarantine\/([a-z][a-z0-9]{0,30})\/(unreadable|refused)\/[^\p{C}]{1,900}$/u;

const fields = { key: z.string().regex(quarantineKeyForm) };
const target = ({ key }: { key: string }) => {
  const [, lane = '', reason = ''] = quarantineKeyForm.exec(key) ?? [];
  return { lane, reason, object: key.slice(key.lastIndexOf('/') + 1).slice(0, 200) };
};

/** Parks the commands of an object in quarantine again. The replayer sends them back. */
export const quarantineRelease = defineAct({
  name: 'quarantine-release',
  fields,
  permission: 'operate',
  target,
  answer: z.object({
    /** Commands that are parked again. */
    released: z.int(),
    /** Lines that nobody can read. They stay in quarantine. */
    left: z.int(),
  }),
});

/** Deletes an object in quarantine. */
export const quarantineDrop = defineAct({
  name: 'quarantine-drop',
  fields,
  permission: 'operate',
  target,
  answer: z.object({ lines: z.int() }),
});
