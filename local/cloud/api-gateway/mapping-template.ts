/** The variables of a request, as in `$context.identity.sourceIp`. */
export type ContextVariables = Readonly<Record<string, unknown>>;

const variable = /\$!?(?:\{context((?:\.[A-Za-z][\w-]*)+)\}|context((?:\.[A-Za-z][\w-]*)+))/g;
/** What a template of API Gateway may have beside text and context variables. */
const unsupported =
  /#\{?(?:set|if|elseif|else|end|foreach|macro|include|parse|stop|break|define|evaluate)\b|##|#\*|#\[\[|\$!?\{?(?:input|util|stageVariables|method)\b/;

/** The first part of a template that is not implemented: a directive, or another variable than those of `$context`. */
export function unsupportedPart(template: string): string | undefined {
  return unsupported.exec(template)?.[0];
}

/**
 * Fills in a template's context variables.
 * @param missing stands for a variable without a value
 */
export function fillIn(template: string, context: ContextVariables, missing: string): string {
  return template.replace(variable, (_, inBraces?: string, plain?: string) => {
    const value = contextValue(context, (inBraces ?? plain ?? '').slice(1));
    return value === undefined ? missing : String(value);
  });
}

/** The value of a dotted name. Undefined if there is none, null if it is unknown. */
export function contextValue(context: ContextVariables, name: string): unknown {
  let value: unknown = context;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return typeof value === 'object' && value !== null ? undefined : value;
}
