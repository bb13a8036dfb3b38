import { deriveLinkId } from '../../../lambdas/domain/link/link-id.ts';
import { linkIdSecret, linkWorkerVariables } from '../../world/link-world.ts';
import type { CommandSpec } from './step.ts';

/** A command as its producer sent it. */
export interface SentCommand {
  /** `source/requestId`. */
  request: string;
  source: string;
  requestId: string;
  action: CommandSpec['action'];
  /** Identifies the command in a link's data. Commands that are `alike` share one mark. */
  mark: string;
  isAlike: boolean;
  /** Keys of the link that it names or would make. */
  keys: string[];
  /** Whether the pipeline must reject it at any time. */
  hasFlaw: boolean;
  body: Record<string, unknown>;
}

/** A command in one of its messages. */
export interface SentMessage extends SentCommand {
  isValid: boolean;
}

/** A command's requestedAt may be so much later than its message's sent time, because clocks differ. */
const aheadMilliseconds = 300_000;

export function inMessage(command: SentCommand, sentAtMilliseconds: number): SentMessage {
  const isEarly = Date.parse(String(command.body.requestedAt)) > sentAtMilliseconds + aheadMilliseconds;
  return { ...command, isValid: !command.hasFlaw && !isEarly };
}

/** The actions with a TTL. */
const hasLife: ReadonlySet<string> = new Set(['create', 'update', 'adopt', 'migrate']);

/** The source with a private outcome queue (link-world.ts). */
const reader = 'crm';

/** The template of all commands. */
export const onelinkId = 'A1b3';

/** All commands and messages of the producers. */
export class Producers {
  readonly sent: SentCommand[] = [];
  /** Message ID to command. */
  readonly messages = new Map<string, SentMessage>();
  /** Requests with two copies in work at once, or with more than one message. */
  readonly copied = new Set<string>();

  /** Makes a command and records it. */
  make(spec: CommandSpec, nowMilliseconds: number): SentCommand {
    const { action, source } = spec;
    const reused = spec.flaw === 'reused-request-id' ? this.earlier(spec.earlier)?.requestId : undefined;
    // Each source numbers its own requests, so both sources use the same numbers.
    const ofSource = this.sent.filter((command) => command.source === source);
    const requestId = reused ?? `r-${ofSource.length + 1}`;
    const mark = spec.alike ? 'alike' : `by-${this.sent.length + 1}`;
    const derived = deriveLinkId(
      linkIdSecret,
      { onelinkId, source, requestId },
      Number(linkWorkerVariables.LINK_ID_LENGTH),
    );
    const shortlinkId = this.#shortlinkIdOf(spec);
    const instant = (seconds: number) => new Date(nowMilliseconds + seconds * 1000).toISOString();
    const strange = spec.withNoncharacters ? { 'a\uffff': 'b\uffff' } : undefined;
    const body = {
      specVersion: '1.0',
      source,
      requestId,
      action,
      onelinkId,
      ...(shortlinkId !== undefined && { shortlinkId }),
      requestedAt: instant(spec.requestedSeconds),
      ...(spec.validSeconds !== undefined && { validUntil: instant(spec.validSeconds) }),
      ...((action === 'create' || action === 'update' || (action === 'migrate' && spec.withData)) && {
        data: { pid: 'sms', af_sub1: mark, ...strange },
      }),
      ...(hasLife.has(action) && {
        ...(spec.keepSeconds !== undefined
          ? { ttl: '14d', keepUntil: instant(spec.keepSeconds) }
          : spec.ttl !== undefined && { ttl: spec.ttl }),
        // An adopt states what the link is, and links from outside renew themselves.
        ...(spec.renewTtl !== undefined && action !== 'adopt' && { renewTtl: spec.renewTtl }),
      }),
      ...(action === 'create' && spec.onConflict !== undefined && { onConflict: spec.onConflict }),
      ...((action === 'qr' || (action === 'create' && spec.withQr)) && { qr: { size: 300 } }),
      ...(strange !== undefined && { metadata: strange }),
      ...(spec.flaw === 'invalid' && { renew_ttl: true }),
    };
    const ids = action === 'create' ? [shortlinkId, derived] : [shortlinkId];
    const command: SentCommand = {
      request: `${source}/${requestId}`,
      source,
      requestId,
      action,
      mark,
      isAlike: spec.alike,
      keys: ids.flatMap((id) => (id === undefined ? [] : [`${onelinkId}/${id}`])),
      hasFlaw: spec.flaw === 'invalid' || (action === 'get' && source !== reader),
      body,
    };
    this.sent.push(command);
    return command;
  }

  /** The distinct requestedAt times of a request's messages. */
  stampsOf(request: string): string[] {
    const copies = [...this.messages.values()].filter((command) => command.request === request);
    return [...new Set(copies.map(({ body }) => String(body.requestedAt)))];
  }

  earlier(place: number): SentCommand | undefined {
    return this.sent[place % Math.max(1, this.sent.length)];
  }

  /**
   * Requests whose ID two commands use. It is undefined which command runs if both are in work at once. The promises cover
   * only producers that keep to the contract.
   */
  get ambiguous(): Set<string> {
    const marks = Map.groupBy(this.sent, ({ request }) => request);
    return new Set([...marks].flatMap(([request, commands]) => (commands.length > 1 ? [request] : [])));
  }

  #shortlinkIdOf({ action, address, earlier }: CommandSpec): string | undefined {
    if (address !== 'derived') return address;
    if (action === 'create') return undefined;
    const creates = this.sent.filter((command) => command.action === 'create');
    return creates[earlier % Math.max(1, creates.length)]?.keys.at(-1)?.split('/')[1] ?? 'poster';
  }
}
