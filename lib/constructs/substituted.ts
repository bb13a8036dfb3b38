import { type IResolvable, Lazy } from 'aws-cdk-lib';

/**
 * A text as one `Fn::Sub`. A text with many references costs a third of the characters that the CDK's `Fn::Join` would need, and
 * CloudFormation takes templates of 1 MB only.
 */
export function substituted(text: string): IResolvable {
  return Lazy.uncachedAny({ produce: (context) => substitutionOf(context.resolve(text)) });
}

function substitutionOf(value: unknown): unknown {
  const [separator, parts] = (value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'] ?? [];
  if (parts === undefined || separator !== '') return value;
  const variables: Record<string, unknown> = {};
  const names = new Map<string, string>();
  const written = parts.map((part) => {
    if (typeof part === 'string') return part.replaceAll('${', '${!');
    const direct = referenceIn(part);
    if (direct !== undefined) return `\${${direct}}`;
    const key = JSON.stringify(part);
    const name = names.get(key) ?? `V${names.size}`;
    names.set(key, name);
    variables[name] = part;
    return `\${${name}}`;
  });
  const whole = written.join('');
  return { 'Fn::Sub': Object.keys(variables).length > 0 ? [whole, variables] : whole };
}

/** `AWS::Region` of `{ Ref: 'AWS::Region' }`, `Queue.QueueName` of a `Fn::GetAtt`. */
function referenceIn(part: unknown): string | undefined {
  const { Ref, 'Fn::GetAtt': attribute } = part as { Ref?: string; 'Fn::GetAtt'?: string[] };
  return Ref ?? attribute?.join('.');
}
