import * as z from 'zod';

/**
 * 1 to 128 printable ASCII characters. Not `.` or `..` alone: clients take them out of the path of `GET /requests/{requestId}`.
 * Without a lookahead, which some readers of JSON Schemas do not know.
 */
const requestId =
  /^(?:[\x21-\x2d\x2f-\x7e][\x21-\x7e]{0,127}|\.[\x21-\x2d\x2f-\x7e][\x21-\x7e]{0,126}|\.\.[\x21-\x7e]{1,126})$/;

/** What names a request: its producer, and the producer's own name for it. A file of its own, as a key needs no more. */
export const identity = {
  source: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
    .describe('The producer, as named in the pipeline’s configuration.'),
  requestId: z
    .string()
    .regex(requestId, 'must be 1 to 128 printable ASCII characters without spaces, and not . or .. alone')
    .describe(
      'Unique within the source. The same requestId means the same request: a repeat gets its outcome and changes nothing.',
    ),
};

/** Whether a text can be the ID of a request. */
export const isRequestId = (text: string): boolean => requestId.test(text);
