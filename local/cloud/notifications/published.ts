import type { PostedAttribute } from './message.ts';

/** One message of a Publish or PublishBatch, as its form has it. */
export interface PublishedEntry {
  /** Of an entry of a batch. Empty for a single message. */
  readonly id: string;
  readonly message: string;
  readonly subject: string | undefined;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** As in the form. Filters take this form. */
export interface AttributeValue {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

type Form = Readonly<Record<string, string | undefined>>;

/** The messages of a form of Publish or PublishBatch. */
export function entriesOf(form: Form): PublishedEntry[] {
  if (form.Action === 'Publish') return [entryAt(form, '', '')];
  return indices(form, /^PublishBatchRequestEntries\.member\.(\d+)\./).map((index) => {
    const prefix = `PublishBatchRequestEntries.member.${index}.`;
    return entryAt(form, prefix, form[`${prefix}Id`] ?? '');
  });
}

/** The message ID of each entry that SNS took, by the ID of the entry. */
export function messageIdsIn(answer: string): ReadonlyMap<string, string> {
  const members = [...answer.matchAll(/<member><Id>([^<]*)<\/Id><MessageId>([^<]*)<\/MessageId><\/member>/g)];
  if (members.length > 0) return new Map(members.map(([, id = '', messageId = '']) => [id, messageId]));
  const [, messageId] = /<PublishResult>\s*<MessageId>([^<]*)<\/MessageId>/.exec(answer) ?? [];
  return new Map(messageId === undefined ? [] : [['', messageId]]);
}

/** The attributes as SNS posts them. */
export function postedAttributes(attributes: PublishedEntry['attributes']): Record<string, PostedAttribute> {
  const entries = Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
    name,
    { Type: DataType, Value: StringValue ?? BinaryValue ?? '' },
  ]);
  return Object.fromEntries(entries) as Record<string, PostedAttribute>;
}

function entryAt(form: Form, prefix: string, id: string): PublishedEntry {
  const at = new RegExp(`^${prefix.replaceAll('.', '\\.')}MessageAttributes\\.entry\\.(\\d+)\\.`);
  const attributes = indices(form, at).flatMap((index): [string, AttributeValue][] => {
    const of = `${prefix}MessageAttributes.entry.${index}.`;
    const [name, type] = [form[`${of}Name`], form[`${of}Value.DataType`]];
    const [text, binary] = [form[`${of}Value.StringValue`], form[`${of}Value.BinaryValue`]];
    if (!name || !type) return [];
    const value = {
      ...(text !== undefined && { StringValue: text }),
      ...(binary !== undefined && { BinaryValue: binary }),
    };
    return [[name, { DataType: type, ...value }]];
  });
  return {
    id,
    message: form[`${prefix}Message`] ?? '',
    subject: form[`${prefix}Subject`] || undefined,
    attributes: Object.fromEntries(attributes),
  };
}

function indices(form: Form, at: RegExp): string[] {
  return [...new Set(Object.keys(form).flatMap((key) => at.exec(key)?.[1] ?? []))];
}
