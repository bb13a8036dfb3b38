/** One problem type of the HTTP API, as RFC 9457 defines them. */
export interface ProblemType {
  /** The HTTP status. */
  status: number;
  /** A short summary, the same for each occurrence. */
  title: string;
  /** What has happened. */
  meaning: string;
  /** What the caller does about it. */
  fix: string;
}

/**
 * All problem types of the HTTP API, by name. The `type` of a problem is `https://{host}/{stage}/problems#{name}`. API
 * Gateway answers some of them itself. A name is part of the contract and never changes.
 */
export const problemTypes = {
  'bad-request': {
    status: 400,
    title: 'The request is malformed',
    meaning: 'A header, the path or the query does not follow its format.',
    fix: 'Correct the part that `detail` names.',
  },
  'invalid-json': {
    status: 400,
    title: 'The body is not JSON of commands',
    meaning: 'The body is not UTF-8 text, is not JSON, or is neither one command nor a list of 1 to 100 commands.',
    fix: 'Send one JSON object, or a list of 1 to 100 objects, in UTF-8.',
  },
  'idempotency-key-missing': {
    status: 400,
    title: 'The request has no Idempotency-Key',
    meaning: 'A command has neither an `Idempotency-Key` header nor a `requestId`.',
    fix: 'Send a key of your own, and the same key again with each repeat.',
  },
  'idempotency-key-malformed': {
    status: 400,
    title: 'The Idempotency-Key is malformed',
    meaning:
      'The `Idempotency-Key` is not 1 to 128 printable ASCII characters without spaces, is `.` or `..` alone, came twice, or came with a list.',
    fix: 'Send one key, bare or in double quotes. In a list, give each command its `requestId`.',
  },
  'unknown-lane': {
    status: 400,
    title: 'The lane is not one of the producer’s',
    meaning: 'The query names a lane that the configuration does not give to the caller.',
    fix: 'Name one of the producer’s lanes, or leave `lane` out.',
  },
  unauthorized: {
    status: 401,
    title: 'The key is missing or not valid',
    meaning: 'The `Authorization` header has no key, or a key that is malformed, unknown or revoked.',
    fix: 'Send `Authorization: Bearer` and a valid key. The operator makes one with `onelink keys create`.',
  },
  'access-denied': {
    status: 403,
    title: 'The caller has no access',
    meaning: 'The caller is known, but the configuration gives it no access to this part of the HTTP API.',
    fix: 'Ask the operator to allow this way of signing in for the producer.',
  },
  'signature-invalid': {
    status: 403,
    title: 'The signature is not valid',
    meaning: 'The AWS signature of a call to `/iam` is malformed, wrong or expired.',
    fix: 'Sign the call with Signature Version 4 and current credentials.',
  },
  'other-source': {
    status: 403,
    title: 'The source is another producer’s',
    meaning: 'The command names a `source` that is not the caller’s, or the caller has several and names none.',
    fix: 'Leave `source` out, or name your own.',
  },
  'unknown-path': {
    status: 404,
    title: 'The path does not exist',
    meaning: 'The HTTP API has no such path, or a call to `/iam` has no AWS signature.',
    fix: 'Check the path with the OpenAPI document at `/v1/openapi.json`.',
  },
  'unknown-request': {
    status: 404,
    title: 'The request is not known',
    meaning: 'The caller’s source has no such request, or the request is older than the deduplication window.',
    fix: 'Check the request ID. In a path, encode each `/` as `%2F`.',
  },
  'unknown-link': {
    status: 404,
    title: 'The link is not known',
    meaning: 'The caller’s source has no live link at this address.',
    fix: 'Check both IDs. A link that has expired or was deleted is gone.',
  },
  'no-code': {
    status: 404,
    title: 'The link has no QR code',
    meaning: 'The link has no QR code, and no command that came over HTTP is making one.',
    fix: 'Send a command with the action `qr`. If one came another way, ask again after `Retry-After` seconds.',
  },
  'code-not-ready': {
    status: 404,
    title: 'The QR code is being made',
    meaning: 'A command that came over HTTP has asked for the QR code, and its image is not stored yet.',
    fix: 'Ask again after `Retry-After` seconds.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The path does not take this method',
    meaning: 'The path exists, but not with this method.',
    fix: 'Use a method that the `Allow` header names.',
  },
  'in-progress': {
    status: 409,
    title: 'The request is under way',
    meaning:
      'An earlier call with the same key is about to send the command, or has sent it, and the command is not done.',
    fix: 'Repeat the call after `Retry-After` seconds with the same key, and with `Prefer: wait=5`. Without `Prefer`, it gets this answer until the command is done.',
  },
  'id-taken': {
    status: 409,
    title: 'The short-link ID is taken',
    meaning: 'Another link has the chosen `shortlinkId`. Nothing was made.',
    fix: 'Choose another ID, or send `"onConflict": "derive"`. A command needs another key for that. A link by key keeps its key.',
  },
  'not-applied': {
    status: 409,
    title: 'The command came too late',
    meaning: 'Its `validUntil` had passed, or a later change of the link was applied first.',
    fix: 'Read the link. If the command is still wanted, send it under another key. A link by key keeps its key, and needs a later `validUntil` or none.',
  },
  'key-ended': {
    status: 409,
    title: 'The key can make no link any more',
    meaning:
      'The link of this key has expired, was deleted, or belongs to another request. Or nine creates of the key made no link. Nothing was made.',
    fix: 'Use another key for another link.',
  },
  'code-failed': {
    status: 410,
    title: 'The QR code cannot be made',
    meaning: 'The OneLink API has refused the QR code for good.',
    fix: 'Correct the options, and send a command with the action `qr` under another key.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    meaning: 'The body, or the message of one command, has more than 1,048,576 bytes.',
    fix: 'Send fewer commands at once, or less metadata.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is not declared as JSON',
    meaning: 'The `Content-Type` is not `application/json`, its charset is not UTF-8, or the body is compressed.',
    fix: 'Send `Content-Type: application/json`, and no `Content-Encoding`.',
  },
  'invalid-command': {
    status: 422,
    title: 'A command breaks the contract',
    meaning: 'A command breaks the contract, its producer’s rights or a link policy. Nothing was sent.',
    fix: 'Correct every fault in `errors`, and send it again. The same key may be used.',
  },
  'key-reused': {
    status: 422,
    title: 'The key was used for another command',
    meaning: 'The same key came before, with another content.',
    fix: 'Use a new key for each new command.',
  },
  'key-mismatch': {
    status: 422,
    title: 'Idempotency-Key and requestId differ',
    meaning: 'The command has a `requestId` that is not the `Idempotency-Key`.',
    fix: 'Send one of the two, or the same value in both.',
  },
  refused: {
    status: 422,
    title: 'The command was refused',
    meaning: 'The command passed the check of the HTTP API, but the OneLink API or the link worker refused it.',
    fix: 'Read `reason`, and `errors` if there are any. Correct the command, and send it under another key. A link by key keeps its key.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    meaning: 'The producer exceeds its requests per second.',
    fix: 'Send again after `Retry-After` seconds, and then more slowly.',
  },
  'reads-busy': {
    status: 429,
    title: 'Too many reads at once',
    meaning: 'The share of the rate for looking at links is in use.',
    fix: 'Ask again after `Retry-After` seconds.',
  },
  'internal-error': {
    status: 500,
    title: 'The HTTP API has failed',
    meaning: 'An error of the HTTP API itself. The command may have been sent.',
    fix: 'Repeat the call with the same key: it is carried out once.',
  },
  'onelink-unavailable': {
    status: 502,
    title: 'The OneLink API did not answer',
    meaning: 'The OneLink API gave no usable answer to a read.',
    fix: 'Ask again after `Retry-After` seconds.',
  },
  'lane-paused': {
    status: 503,
    title: 'The lane is paused',
    meaning: 'An operator, an outage or a refused token has paused the lane. Nothing was sent.',
    fix: 'Send again after `Retry-After` seconds with the same key.',
  },
  unavailable: {
    status: 503,
    title: 'The HTTP API is not available',
    meaning:
      'More calls run than the HTTP API has places for, or a service behind it has failed. The command may have been sent.',
    fix: 'Repeat the call after `Retry-After` seconds with the same key: it is carried out once.',
  },
  'timed-out': {
    status: 504,
    title: 'The answer took too long',
    meaning: 'The HTTP API had no answer within 29 seconds. The command may have been sent.',
    fix: 'Repeat the call with the same key: it is carried out once.',
  },
} as const satisfies Record<string, ProblemType>;

export type ProblemName = keyof typeof problemTypes;

/** The media type of all problems (RFC 9457). */
export const problemMediaType = 'application/problem+json';
