import * as z from 'zod';
import type { ApiAnswer, LinkAtApi } from '../domain/onelink/api-answer.ts';

/** What a tool asks the reader. The patterns keep other paths of the API out. */
export const readRequestSchema = z.strictObject({
  links: z.array(
    z.strictObject({
      onelinkId: z.string().regex(/^[A-Za-z0-9]{4,8}$/),
      shortlinkId: z.string().regex(/^[A-Za-z0-9_-]{1,50}$/),
    }),
  ),
  /** An AppsFlyer account ID: also ask for its quota. */
  quotaOf: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
});
export type ReadRequest = z.infer<typeof readRequestSchema>;

export interface ReadAnswer {
  /** The answers for the first links of the request, in order. The tool asks for the others in its next turn. */
  links: ApiAnswer<LinkAtApi>[];
  quota?: ApiAnswer<number>;
}

/** The names of the reader's errors. Lambda reports them to the tool as `errorType`. */
export const readerError = {
  /** The request is not of the form above: the tool is of another release. */
  badRequest: 'BadReadRequest',
  tokenUnreadable: 'TokenUnreadable',
} as const;
