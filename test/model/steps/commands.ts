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
  /** Tells whose data a link holds; several have it in common when they are `alike`. */
  mark: string;
  isAlike: boolean;
  /** The link it speaks of, or would make. */
  keys: string[];
  /** It is refused whenever it comes. */
  hasFlaw: boolean;
  body: Record<string, unknown>;
}

/** A command in one of its messages. */
export interface SentMessage extends SentCommand {
  isValid: boolean;
}

/** A command may have been asked for so long after its message was sent: clocks differ. Who forges an age has a minute less. */
const aheadMilliseconds = 300_000;

export function inMessage(command: SentCommand, sentAtMilliseconds: number): SentMessage {
  const isEarly = Date.parse(String(command.body.requestedAt)) > sentAtMilliseconds + aheadMilliseconds;
  return { ...command, isValid: !command.hasFlaw && !isEarly };
}

/** The template that all of them address. */
export const onelinkId = 'A1b3';

/** Everything that producers have sent so far. */
export class Producers {
  readonly sent: SentCommand[] = [];
  /** Message ID to command. */
  readonly messages = new Map<string, SentMessage>();
  /** Requests of which two copies were under way at once, or that came in more than one message. */
  readonly copied = new Set<string>();

  /** Puts a command together and notes it. */
  make(spec: CommandSpec, nowMilliseconds: number): SentCommand {
    const { action, source } = spec;
    const reused = spec.flaw === 'reused-request-id' ? this.earlier(spec.earlier)?.requestId : undefined;
    // Each source numbers its own: the other's have the same numbers.
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
      ...((action === 'create' || action === 'update') && {
        data: { pid: 'sms', af_sub1: mark, ...strange },
        ...(spec.keepSeconds !== undefined
          ? { ttl: '14d', keepUntil: instant(spec.keepSeconds) }
          : spec.ttl !== undefined && { ttl: spec.ttl }),
        ...(spec.renewTtl !== undefined && { renewTtl: spec.renewTtl }),
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
      hasFlaw: spec.flaw === 'invalid',
      body,
    };
    this.sent.push(command);
    return command;
  }

  /** The different times at which a request says that it was asked for. */
  stampsOf(request: string): string[] {
    const copies = [...this.messages.values()].filter((command) => command.request === request);
    return [...new Set(copies.map(({ body }) => String(body.requestedAt)))];
  }

  earlier(place: number): SentCommand | undefined {
    return this.sent[place % Math.max(1, this.sent.length)];
  }

  /**
   * Requests whose ID was used for two commands. Which of the two it stands for is undefined when both are under way at
   * once: the promises are for producers that keep to the contract.
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
