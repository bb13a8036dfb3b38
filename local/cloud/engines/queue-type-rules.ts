import type { buildApp } from 'fauxqs';

type App = ReturnType<typeof buildApp>;

interface Entry {
  readonly Id?: string;
  readonly MessageDeduplicationId?: string;
}

interface Body extends Entry {
  readonly QueueUrl?: string;
  readonly Entries?: readonly Entry[];
  readonly ReceiveRequestAttemptId?: string;
}

interface Failed {
  readonly Id: string | undefined;
  readonly SenderFault: true;
  readonly Code: string;
  readonly Message: string;
}

const code = 'InvalidParameterValue';

/**
 * Makes a standard queue refuse the parameters of FIFO queues, which fauxqs ignores. It refuses the whole call of a
 * SendMessage or ReceiveMessage, or the entry of a batch. `MessageGroupId` is valid for both types.
 */
export function refuseForQueueType(app: App): void {
  const refusedEntries = new WeakMap<object, readonly Failed[]>();

  app.addHook('preHandler', async (request, reply) => {
    const action = String(request.headers['x-amz-target']).replace('AmazonSQS.', '');
    const body = request.body as Body | undefined;
    if (body?.QueueUrl === undefined || body.QueueUrl.endsWith('.fifo')) return;
    const refused =
      action === 'SendMessage'
        ? refusal('MessageDeduplicationId', body.MessageDeduplicationId)
        : action === 'ReceiveMessage'
          ? refusal('ReceiveRequestAttemptId', body.ReceiveRequestAttemptId)
          : undefined;
    if (refused !== undefined) {
      reply.status(400).header('content-type', 'application/x-amz-json-1.0');
      reply.header('x-amzn-query-error', `${code};Sender`);
      return reply.send(JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: refused }));
    }
    if (action !== 'SendMessageBatch' || !Array.isArray(body.Entries)) return;
    const failed = body.Entries.flatMap(({ Id, MessageDeduplicationId }): Failed[] => {
      const Message = refusal('MessageDeduplicationId', MessageDeduplicationId);
      return Message === undefined ? [] : [{ Id, SenderFault: true, Code: code, Message }];
    });
    if (failed.length === 0) return;
    const Entries = body.Entries.filter(({ MessageDeduplicationId }) => MessageDeduplicationId === undefined);
    if (Entries.length === 0) {
      reply.header('content-type', 'application/x-amz-json-1.0');
      return reply.send(JSON.stringify({ Failed: failed, Successful: [] }));
    }
    request.body = { ...body, Entries };
    refusedEntries.set(request, failed);
  });

  app.addHook('preSerialization', async (request, _reply, answer) => {
    const failed = refusedEntries.get(request);
    if (failed === undefined || typeof answer !== 'object' || answer === null || '__type' in answer) return answer;
    const { Failed: others = [] } = answer as { Failed?: readonly Failed[] };
    return { ...answer, Failed: [...others, ...failed] };
  });
}

function refusal(parameter: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const reason = 'The request include parameter that is not valid for this queue type';
  return `Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}.`;
}
