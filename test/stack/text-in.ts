/** A text of a template, with a name in place of each reference: `<AWS::Region>`, `<Queue.QueueName>`, `<console>`. */
export function textIn(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name = '', argument] = []] = Object.entries(value as Record<string, unknown>);
  if (name === 'Fn::Join') return ([argument].flat()[1] as unknown[]).map(textIn).join('');
  if (name === 'Fn::Sub') return substituted([argument].flat());
  if (name === 'Fn::FindInMap') return '<console>';
  return `<${[argument].flat().join('.')}>`;
}

function substituted([text, variables = {}]: unknown[]): string {
  const named = variables as Record<string, unknown>;
  return String(text).replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    return name in named ? textIn(named[name]) : `<${name}>`;
  });
}
