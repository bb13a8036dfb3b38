/** The variables of a request, as in `$context.identity.sourceIp`. */
export type ContextVariables = Readonly<Record<string, unknown>>;

const variable = /\$!?(?:\{context((?:\.[A-Za-z][\w-]*)+)\}|context((?:\.[A-Za-z][\w-]*)+))/g;
/** What beside text and context variables a mapping template may have: the directives of Velocity, and other variables. */
const directive =
  /#\{?(?:set|if|elseif|else|end|foreach|macro|include|parse|stop|break|define|evaluate)\b|##|#\*|#\[\[/;
const otherVariable = /\$!?\{?(?:input|util|stageVariables|method)\b/;

/** The first part of a mapping template that is not implemented. */
export function unsupportedPart(template: string): string | undefined {
  return (directive.exec(template) ?? otherVariable.exec(template))?.[0];
}

/** The same for the template of a gateway response, which has variables and no directives. */
export function unsupportedVariable(template: string): string | undefined {
  return otherVariable.exec(template)?.[0];
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
