import type * as z from 'zod';
import type { commandSchema } from '../lambdas/domain/contract/command.ts';

/** A command as a producer writes it, by the contract. */
export type Command = z.input<ReturnType<typeof commandSchema>>;
export type Action = Command['action'];
type Of<Kind extends Action> = Extract<Command, { action: Kind }>;

/** The parameters of a link. `pid`, the media source, is mandatory. */
export type LinkData = { pid: string } & Record<string, string | number | boolean>;

/** What the client fills in. */
type Filled = 'specVersion' | 'source' | 'action' | 'requestedAt';
type Given<Kind extends Action> = Omit<Of<Kind>, Filled | 'data'> &
  Partial<Pick<Of<Kind>, 'requestedAt'>> &
  DataOf<Of<Kind>>;
type DataOf<Asked> = Asked extends { data: unknown }
  ? { data: LinkData }
  : Asked extends { data?: unknown }
    ? { data?: LinkData }
    : unknown;

/** A create without the fields that the client fills in. `requestedAt` is the time of the call, if it is not given. */
export type Create = Given<'create'>;
export type Update = Given<'update'>;
export type Delete = Given<'delete'>;
export type Qr = Given<'qr'>;
export type Adopt = Given<'adopt'>;
export type Migrate = Given<'migrate'>;
export type Get = Given<'get'>;
/** The link that belongs to a key: a create without `requestId`, which the HTTP API derives from the key. */
export type KeyedLink = Omit<Create, 'requestId'>;

/** A command by its action. */
export interface CommandOf {
  create: Create;
  update: Update;
  delete: Delete;
  qr: Qr;
  adopt: Adopt;
  migrate: Migrate;
  get: Get;
}

/**
 * The command as JSON for the wire. It is written once, before the first attempt, so each attempt sends the same request.
 *
 * @param source left out if undefined: the HTTP API fills in the caller's own
 * @throws TypeError if JSON cannot hold a value
 */
export function commandText<Kind extends Action>(
  action: Kind,
  command: CommandOf[Kind],
  { source, nowMilliseconds }: { source?: string | undefined; nowMilliseconds: number },
): string {
  const requestedAt = new Date(nowMilliseconds).toISOString();
  const filled = { specVersion: '1.0', ...(source !== undefined && { source }), requestedAt, ...command, action };
  return forQueue(JSON.stringify(filled));
}

/** SQS refuses U+FFFE and U+FFFF in a body. In JSON, their escaped form is the same text. */
function forQueue(json: string): string {
  return json.replaceAll(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

/**
 * What a caller without types may have passed instead of a command.
 *
 * @returns what is wrong with it, for people
 */
export function faultOfCommand(command: unknown): string | undefined {
  if (!isRecord(command)) return 'a command must be an object';
  const { requestId } = command;
  return typeof requestId === 'string' && requestId !== '' ? undefined : '`requestId` must be text';
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The `requestId` of what should be a command, for its result. Empty if it has none. */
export const requestIdOf = (command: unknown): string =>
  isRecord(command) && typeof command.requestId === 'string' ? command.requestId : '';
