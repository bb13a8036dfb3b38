import * as z from 'zod';

/** What names a request: its producer, and the producer's own name for it. A file of its own, as a key needs no more. */
export const identity = {
  source: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
    .describe('The producer, as named in the pipeline’s configuration.'),
  requestId: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 printable ASCII characters without spaces')
    .describe(
      'Unique within the source. The same requestId means the same request: a repeat gets its outcome and changes nothing.',
    ),
};
