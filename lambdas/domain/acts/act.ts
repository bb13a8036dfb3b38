import * as z from 'zod';
import { type Permission, reasonPattern } from './names.ts';

/** What an act is about, for its audit record: names, lanes and counts. Never a link ID, a key, a value or a subject. */
export type Facts = Record<string, string | number | boolean | readonly string[]>;

/** An act's name, its fields, and what it answers. Each act has one, in a file of its own. */
export interface ActDefinition<Name extends string, Fields extends z.ZodRawShape, Answer extends z.ZodType> {
  name: Name;
  schema: z.ZodObject<Fields & { name: z.ZodLiteral<Name> }, z.core.$strict>;
  /** The one permission that lets a caller act. */
  permission(act: z.output<z.ZodObject<Fields>>): Permission;
  /** Whether the caller must give a reason. */
  needsReason: boolean;
  target(act: z.output<z.ZodObject<Fields>>): Facts;
  answer: Answer;
}

export function defineAct<const Name extends string, Fields extends z.ZodRawShape, Answer extends z.ZodType>({
  name,
  fields,
  permission,
  needsReason = false,
  target,
  answer,
}: {
  name: Name;
  fields: Fields;
  permission: Permission | ((act: z.output<z.ZodObject<Fields>>) => Permission);
  needsReason?: boolean;
  target(act: z.output<z.ZodObject<Fields>>): Facts;
  answer: Answer;
}): ActDefinition<Name, Fields, Answer> {
  return {
    name,
    schema: z.strictObject({ ...fields, name: z.literal(name) }) as ActDefinition<Name, Fields, Answer>['schema'],
    permission: (act) => (typeof permission === 'string' ? permission : permission(act)),
    needsReason,
    target,
    answer,
  };
}

/** The longest part of an act, in seconds: the caller waits for the answer, and may stop between two parts. */
export const longestPartSeconds = 20;

/** The reason of an act. */
export const reason = z.string().regex(new RegExp(reasonPattern, 'u'), 'must be one line, without control characters');

/** A lane, or a name that stands for one: `qr`, `expiry`. */
export const laneName = z.string().regex(/^[a-z][a-z0-9]{0,30}$/);

/** A producer's name, as in the configuration. */
export const sourceName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
